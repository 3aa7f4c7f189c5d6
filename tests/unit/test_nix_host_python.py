"""A host Python that cannot be imported gives one clear reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError
from harness.provision import nix_base
from harness.provision.nix_base import import_python


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_another_implementation_is_refused_by_where_its_library_is(tmp_path: Path) -> None:
    facts = json.dumps({"version": "3.11.13", "library": "/opt/pypy/lib/pypy3.11", "name": "pypy3.11"})
    python = script(tmp_path / "pypy", f"echo '{facts}'")

    with pytest.raises(NixUnavailableError, match=r"/opt/pypy/lib/pypy3\.11, which is not how CPython") as caught:
        import_python(python, tmp_path / "import", tmp_path)

    assert "CPython" in caught.value.hint
    assert not (tmp_path / "import").exists()


def test_a_python_that_fails_is_quoted(tmp_path: Path) -> None:
    python = script(tmp_path / "python3", "echo 'no module named encodings' >&2; exit 1")

    with pytest.raises(NixUnavailableError, match="no module named encodings"):
        import_python(python, tmp_path / "import", tmp_path)


def test_a_free_threaded_build_keeps_the_name_of_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "lib" / "python3.13t"
    library.mkdir(parents=True)
    loader = tmp_path / "ld-linux.so.2"
    loader.touch()
    facts = json.dumps({"version": "3.13.0", "library": str(library), "name": library.name})
    python = script(tmp_path / "python3", f"echo '{facts}'")
    monkeypatch.setattr(nix_base, "_shared_libraries", lambda files: {loader.name: str(loader)})
    monkeypatch.setattr(nix_base, "_expected_libraries", lambda file: {})

    script(tmp_path / "nix-hash", "echo 0abc")

    host = import_python(python, tmp_path / "import", tmp_path)

    assert host.sha256 == "0abc"
    assert host.site == "lib/python3.13t/site-packages"
