"""Writes the JSON Schemas of the results format, ``variant.toml``, ``backend.toml`` and shapes to ``schemas/``."""

from __future__ import annotations

import json
from pathlib import Path

from harness.monorepo.backends.catalogue import backend_json_schema
from harness.monorepo.shapes.file import shape_json_schema
from harness.monorepo.variants.file import variant_json_schema
from harness.records.format import json_schemas

FOLDER = Path(__file__).resolve().parents[2] / "schemas"


def rendered() -> dict[str, str]:
    """The text of each schema's file, by its name."""
    schemas = {
        **json_schemas(),
        "variant": variant_json_schema(),
        "backend": backend_json_schema(),
        "shape": shape_json_schema(),
    }
    return {f"{name}.schema.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def write(folder: Path) -> None:
    """Write every schema's file below ``folder``."""
    folder.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
