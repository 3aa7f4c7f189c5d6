"""The same variant at other versions: a copy of its folder in which a pin differs, as a column of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import InputError
from harness.measure.trees import remove_tree, temporary_folder
from harness.monorepo.variants.model import Variant, load_variant
from harness.provision.pins.pins import exact_pin
from harness.provision.pins.relock import relock
from harness.provision.pins.updating import Relock, update


def pinned(variants: Sequence[Variant], pins: Sequence[str], place: Path, *, lock: Relock = relock) -> list[Variant]:
    """A variant more for each of ``variants`` and each pin (``uv==0.12.0``) that it has; they are made below ``place``.

    Their locks are resolved as the user's own pip is configured, once: a copy stays for as long as its model does.

    Raises:
        InputError: a pin is not one exact version, or none of the variants has that project among its pins.
        ProvisionError: a version cannot be resolved.
    """
    made: dict[str, Variant] = {}
    for text in pins:
        project, version = exact_pin(text, option="--pin")
        having = [variant for variant in variants if project in variant.spec.toolchain.pins]
        if not having:
            known = sorted({name for variant in variants for name in variant.spec.toolchain.pins})
            raise InputError(f"--pin: no variant that was chosen pins {project}.", hint=f"Pinned: {', '.join(known)}.")
        for variant in having:
            if variant.spec.toolchain.pins[project] != version:
                copy = _copy(variant, project, version, place, lock)
                made[copy.name] = copy
    return list(made.values())


def name_of(variant: Variant, project: str, version: str) -> str:
    """What a variant at another version is called: ``uv-0.12.0``, or ``hatch-hatchling-1.27.0`` for another package."""
    manager = canonicalize_name(variant.spec.toolchain.manager)
    parts = [variant.name, *([] if project == manager else [project]), version]
    return re.sub(r"[^a-z0-9.-]+", "-", "-".join(parts).lower())


def _copy(variant: Variant, project: str, version: str, place: Path, lock: Relock) -> Variant:
    def change(draft: Path) -> None:
        file = draft / "variant.toml"
        lines = "\n".join(_retitled(file.read_text(encoding="utf-8").splitlines(), variant, project, version))
        file.write_text(f"{lines}\n", encoding="utf-8")
        update(load_variant(draft), {project: version}, lock=lock)

    return copied(variant, place / name_of(variant, project, version), change)


def copied(variant: Variant, folder: Path, change: Callable[[Path], None], *, told_apart: str = "") -> Variant:
    """A copy of a variant in ``folder``, changed; one that is there is kept as long as its model is as it was.

    ``told_apart`` is what else the copy depends on.
    """
    place, origin = folder.parent, f"{variant.digest}{told_apart and f' {told_apart}'}"
    mark = folder.with_suffix(folder.suffix + ".of")
    if mark.is_file() and folder.is_dir() and mark.read_text(encoding="utf-8") == origin:
        return load_variant(folder)
    place.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    with temporary_folder(place, ".pinning-") as temporary:
        draft = temporary / folder.name
        shutil.copytree(variant.folder, draft, ignore=shutil.ignore_patterns("__pycache__"))
        change(draft)
        remove_tree(folder)
        draft.rename(folder)
    mark.write_text(origin, encoding="utf-8")
    return load_variant(folder)


def _retitled(lines: Sequence[str], variant: Variant, project: str, version: str) -> Iterator[str]:
    now = variant.spec.toolchain.pins[project]
    for line in lines:
        if line.startswith("title = "):
            yield f'title = "{variant.spec.title}, {project} {version}"'
        elif line.startswith("summary = "):
            yield f'summary = "The variant {variant.name}, with {project} {version} in place of {now}."'
        else:
            yield line
