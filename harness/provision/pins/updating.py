"""Raises a variant's pins, makes its locks anew, writes its Nix files; if that cannot be, the folder is as it was.

``python -m harness.provision.pins.updating`` writes the Nix files of all committed variants, after a change of a
template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.monorepo.variants.model import Variant, load_variant, load_variants
from harness.monorepo.variants.templates import nix_files
from harness.provision.pins.pins import raised
from harness.provision.pins.relock import relock
from harness.provision.state_folder import Layout

#: Makes a lock from exact requirements.
Relock = Callable[..., None]


def update(variant: Variant, wanted: Mapping[str, str], *, lock: Relock = relock) -> Variant:
    """Give pins the versions that are wanted, if any, and make both locks anew; the variant as it is then.

    Raises:
        HarnessError: they cannot be resolved; nothing was changed.
    """
    file = variant.folder / "variant.toml"
    with put_back(files_of(variant)):
        if wanted:
            text = file.read_text(encoding="utf-8")
            file.write_text(raised(text, variant.spec.toolchain.pins, wanted), encoding="utf-8")
        changed = load_variant(variant.folder, locked=False)
        lock(changed.spec.toolchain.packages, changed.toolchain_lock)
        lock(changed.spec.toolchain.build_requirements, changed.build_lock)
        return load_variant(variant.folder)


def write_nix_files(variant: Variant) -> tuple[str, ...]:
    """Write the Nix files that a variant has from the templates; returns the paths of those that were otherwise."""
    written: list[str] = []
    for path, text in nix_files(variant.spec).items():
        file = variant.folder / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            written.append(path)
    return tuple(written)


def files_of(variant: Variant) -> tuple[Path, ...]:
    """What updating a variant writes: its own file, its locks, and its Nix files."""
    nix = (variant.folder / path for path in nix_files(variant.spec))
    return variant.folder / "variant.toml", variant.toolchain_lock, variant.build_lock, *nix


@contextmanager
def put_back(files: Sequence[Path]) -> Iterator[None]:
    """Put files back as they are now, if what is done meanwhile fails; those that are not there are removed again."""
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


if __name__ == "__main__":
    for one in load_variants(Layout.here().variants):
        write_nix_files(one)
