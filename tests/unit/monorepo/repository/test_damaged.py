"""monorepo.repository: whatever a repository holds, it is read or one error says why, and nothing of it is run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.measure.trees import temporary_folder
from harness.monorepo.repository import hatch, pyproject, setup_cfg, setup_py
from harness.monorepo.repository.facts import Notes, ProjectFacts
from harness.monorepo.repository.reading import read_repository
from harness.monorepo.shapes.file import read_shape, written
from tests.unit.monorepo.repository.made_up_repositories import KINDS, write

READERS: dict[str, Callable[[str, Notes], ProjectFacts]] = {
    "pyproject.toml": pyproject.read,
    "hatch.toml": hatch.read_file,
    "setup.cfg": setup_cfg.read,
    "setup.py": setup_py.read,
}

#: Values of every kind that TOML has, the largest and the oddest among them.
_VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-0.0",
            "nan",
            "true",
            "1979-05-27",
            "''",
            "'a b'",
            "'.'",
            "'**'",
            "'../..'",
            "'/'",
            "'\u202e'",
            "'^1||2'",
            "0x" + "f" * 5000,
            '"\\u0000"',
            "'a @ file:b'",
            "'{root:uri}/..'",
            "'-e file:///${PROJECT_ROOT}/a'",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(
            st.tuples(st.sampled_from(["path", "version", "include", "'a b'", "git", "members"]), inner), max_size=2
        )
        .map(dict)
        .map(lambda items: f"{{ {', '.join(f'{key} = {value}' for key, value in items.items())} }}"),
    ),
    max_leaves=6,
)

_KEYS = st.sampled_from(
    [
        "project",
        "project.name",
        "project.dependencies",
        "project.dynamic",
        "project.scripts",
        "project.optional-dependencies",
        "dependency-groups",
        "build-system",
        "tool",
        "tool.uv",
        "tool.uv.workspace",
        "tool.uv.workspace.members",
        "tool.uv.workspace.exclude",
        "tool.uv.sources",
        "tool.uv.sources.shared",
        "tool.uv.package",
        "tool.uv.build-backend.module-name",
        "tool.poetry",
        "tool.poetry.name",
        "tool.poetry.dependencies",
        "tool.poetry.dependencies.shared",
        "tool.poetry.packages",
        "tool.poetry.scripts",
        "tool.poetry.group",
        "tool.poetry.package-mode",
        "tool.pdm",
        "tool.pdm.workspace",
        "tool.pdm.workspace.members",
        "tool.pdm.distribution",
        "tool.pdm.dev-dependencies",
        "tool.pdm.build",
        "tool.hatch",
        "tool.hatch.envs",
        "tool.hatch.envs.x",
        "tool.hatch.envs.x.workspace",
        "tool.hatch.envs.x.workspace.members",
        "tool.hatch.envs.x.sources",
        "tool.hatch.build",
        "tool.hatch.build.targets.wheel.packages",
        "tool.hatch.metadata.hooks.uv-dynamic-versioning.dependencies",
        "tool.setuptools",
        "tool.setuptools.packages",
        "tool.setuptools.packages.find.where",
        "tool.setuptools.package-dir",
        "tool.setuptools.py-modules",
        "tool.flit.module.name",
        "envs",
        "envs.x.workspace.members",
    ]
)


def read_or_refused(files: dict[str, bytes]) -> None:
    """Read a repository of these files; whatever comes of it has to be a shape, a cycle, or one error of ours."""
    with temporary_folder(Path(tempfile.gettempdir()), "repository-") as root:
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with suppress(HarnessError):
            reading = read_repository(root)
            if not reading.cycles:
                text = written(reading.shape())
                assert written(read_shape(text, source="again")) == text


@given(st.sampled_from(KINDS), st.data())
def test_a_damaged_repository_is_read_or_refused(kind: Callable[[], dict[str, str]], data: st.DataObject) -> None:
    files = {name: text.encode() for name, text in kind().items()}
    name = data.draw(st.sampled_from([name for name in files if not name.endswith("__init__.py")]))
    place = data.draw(st.integers(0, len(files[name])))
    damage = data.draw(
        st.one_of(st.binary(max_size=8), st.sampled_from([b"", b"'", b"]", b"\n[x]\n", b"\0", b"(" * 300]))
    )
    end = data.draw(st.sampled_from([place, place + 1, place + 10, len(files[name])]))
    files[name] = files[name][:place] + damage + files[name][end:]

    read_or_refused(files)


@given(st.lists(st.tuples(_KEYS, _VALUES), min_size=1, max_size=4), st.sampled_from(KINDS))
def test_a_wrong_kind_under_any_key_is_noted(keys: list[tuple[str, str]], kind: Callable[[], dict[str, str]]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in keys)

    read_or_refused(
        {**{name: content.encode() for name, content in kind().items()}, "hello/pyproject.toml": text.encode()}
    )
    for name in ("pyproject.toml", "hatch.toml"):
        READERS[name](text, Notes(name))


@given(st.sampled_from(sorted(READERS)), st.text())
def test_any_text_is_read_by_every_reader(name: str, text: str) -> None:
    notes = Notes(name)
    facts = READERS[name](text, notes)

    assert isinstance(facts, ProjectFacts)
    assert all(note.file == name and note.said for note in notes.found)


_LITERALS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.binary(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "install_requires", "packages", "package_dir", "py_modules", "scripts"]), _LITERALS
    )
)
def test_any_literal_in_setup_py_is_read(keywords: dict[str, Any]) -> None:
    stated = ", ".join(f"{key}={value!r}" for key, value in keywords.items())

    for item in setup_py.read(f"setup({stated}, entry_points={keywords.get('name')!r})", Notes("setup.py")).wanted:
        assert item.text.encode()


def test_a_setup_py_that_would_write_a_file_is_read_and_the_file_is_not_there(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    act = f"open({str(mark)!r}, 'w').write('run')"
    files = {
        "a/setup.py": f"import setuptools\n{act}\nclass Now:\n    {act}\n"
        f"setuptools.setup(name='a', install_requires=['b'], version={act}, packages=[{act}])\n{act}\n",
        "a/setup.cfg": "[metadata]\nversion = attr: a.VERSION\n",
        "a/a/__init__.py": act,
        "b/pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
        "[project]\nname = 'b'\ndynamic = ['version', 'dependencies']\n",
        "b/backend.py": act,
        "conftest.py": act,
        "sitecustomize.py": act,
    }
    root = write(tmp_path / "repository", files)
    loaded = set(sys.modules)

    reading = read_repository(root)

    assert [(found.member.name, found.member.needs) for found in reading.found] == [("a", ("b",)), ("b", ())]
    assert not mark.exists()
    assert not {"a", "backend", "conftest", "sitecustomize", "setup"} & (set(sys.modules) - loaded)
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()) == sorted(files)
