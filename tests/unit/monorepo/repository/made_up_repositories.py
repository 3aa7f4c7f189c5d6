"""Repositories of every kind, written by small functions: the library shared, and what needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

#: A shape as tests hold one against another: each member's kind, and what it depends on.
CANONICAL = {"shared": ("library",), "hello": ("application", "shared"), "goodbye": ("application", "shared")}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files by their paths below ``root``."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def project(name: str, *dependencies: str, more: str = "") -> str:
    """A ``pyproject.toml`` by the standards."""
    stated = ", ".join(f"'{text}'" for text in dependencies)
    return f"[build-system]\nrequires = []\n[project]\nname = '{name}'\ndependencies = [{stated}]\n{more}"


def sources(*names: str) -> dict[str, str]:
    """A package in each member's ``src``."""
    return {f"{name}/src/{name}/__init__.py": "" for name in names}


_SOURCES = sources(*CANONICAL)


def plain() -> dict[str, str]:
    return {
        **_SOURCES,
        "shared/pyproject.toml": project("shared"),
        "hello/pyproject.toml": project("hello", "shared"),
        "goodbye/pyproject.toml": project("goodbye", "Shared>=0"),
    }


def uv_workspace() -> dict[str, str]:
    source = "[tool.uv.sources]\nshared = { workspace = true }\n"
    return {
        **_SOURCES,
        "pyproject.toml": "[tool.uv.workspace]\nmembers = ['./*/']\nexclude = ['old-*']\n",
        "shared/pyproject.toml": project("shared"),
        "hello/pyproject.toml": project("hello", "shared", more=source),
        "goodbye/pyproject.toml": project("goodbye", "shared", more=source),
        "old-thing/pyproject.toml": project("old-thing", "shared"),
    }


def uv_paths() -> dict[str, str]:
    source = "[tool.uv.sources]\nshared = { path = '../shared', editable = true }\n"
    return {
        **plain(),
        "hello/pyproject.toml": project("hello", "shared", more=source),
        "goodbye/pyproject.toml": project(
            "goodbye", "shared", more="[[tool.uv.sources.shared]]\npath = '../shared'\nmarker = 'os_name == \"nt\"'\n"
        ),
    }


def poetry() -> dict[str, str]:
    return {
        **_SOURCES,
        "shared/pyproject.toml": (
            "[tool.poetry]\nname = 'Shared'\npackages = [{ include = 'shared', from = 'src' }]\n"
            "[tool.poetry.dependencies]\npython = '^3.11'\n"
        ),
        "hello/pyproject.toml": (
            "[tool.poetry]\nname = 'hello'\n"
            "[tool.poetry.dependencies]\nshared = { path = '../shared', develop = true }\n"
            "[tool.poetry.group.dev.dependencies]\ngoodbye = { path = '../goodbye' }\n"
        ),
        "goodbye/pyproject.toml": project(
            "goodbye", "shared", more="[tool.poetry.dependencies]\nshared = { path = '../shared' }\n"
        ),
    }


def poetry_root() -> dict[str, str]:
    paths = "".join(f"{name} = {{ path = '{name}', develop = true }}\n" for name in CANONICAL)
    return {
        **plain(),
        "pyproject.toml": (
            "[project]\nname = 'all-of-it'\ndependencies = ['shared', 'hello', 'goodbye']\n"
            f"[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n{paths}"
        ),
    }


def pdm_workspace() -> dict[str, str]:
    return {
        **plain(),
        "pyproject.toml": (
            "[project]\nname = 'root'\n[tool.pdm]\ndistribution = false\n[tool.pdm.workspace]\n"
            "members = ['shared', 'hello', 'good*']\n"
        ),
        "other/pyproject.toml": project("other", "shared"),
    }


def pdm_paths() -> dict[str, str]:
    return {
        **plain(),
        "hello/pyproject.toml": project("hello", "shared @ file:///${PROJECT_ROOT}/../shared"),
        "goodbye/pyproject.toml": project(
            "goodbye",
            "shared @ file:///${PROJECT_ROOT}/../shared",
            more="[tool.pdm.dev-dependencies]\nall = ['-e file:///${PROJECT_ROOT}/../hello#egg=hello']\n",
        ),
    }


def hatch_workspace() -> dict[str, str]:
    return {
        **plain(),
        "pyproject.toml": (
            "[tool.hatch.envs.default]\nworkspace.members = ['shared', { path = 'hell*', features = ['x'] }]\n"
            "[tool.hatch.envs.other]\nworkspace.members = ['*']\nworkspace.exclude = ['hello', 'out*']\n"
        ),
        "outside/pyproject.toml": project("outside"),
    }


def hatch_file() -> dict[str, str]:
    return {**plain(), "hatch.toml": "[envs.default]\nworkspace.members = ['shared', 'hello', 'goodbye']\n"}


def hatch_references() -> dict[str, str]:
    return {
        **plain(),
        "hello/pyproject.toml": project("hello", "shared @ {root:parent:uri}/shared"),
        "goodbye/pyproject.toml": project("goodbye", "shared @ {root:uri}/../shared"),
    }


def hatch_sources() -> dict[str, str]:
    environment = (
        "[tool.hatch.envs.default]\ndependencies = ['hello', 'shared']\n"
        "[tool.hatch.envs.default.sources]\nhello = '.'\nshared = { path = '../shared' }\n"
    )
    return {**plain(), "hello/pyproject.toml": project("hello", "shared", more=environment)}


def references() -> dict[str, str]:
    return {
        **plain(),
        "hello/pyproject.toml": project("hello", "shared @ file:../shared"),
        "goodbye/pyproject.toml": project("goodbye", "shared @ ../shared"),
    }


def setup_cfg() -> dict[str, str]:
    found = "[options]\npackage_dir =\n    = src\npackages = find:\n"
    return {
        **_SOURCES,
        "shared/setup.cfg": f"[metadata]\nname = shared\n{found}[options.packages.find]\nwhere = src\n",
        "hello/setup.cfg": f"[metadata]\nname = hello\n{found}install_requires =\n    # a remark\n    shared\n",
        "goodbye/setup.cfg": "[metadata]\nname = goodbye\n[options]\ninstall-requires = shared\npackages = goodbye\n",
        "goodbye/pyproject.toml": "[build-system]\nrequires = ['setuptools']\n",
    }


def setup_py() -> dict[str, str]:
    return {
        **_SOURCES,
        "shared/setup.py": (
            "from setuptools import setup\nsetup(name='shared', package_dir={'': 'src'}, packages=['shared'])\n"
        ),
        "hello/setup.py": (
            "import setuptools\nNAME = 'hello'\nNEEDED = ['shared']\n"
            "if __name__ == '__main__':\n    setuptools.setup(name=NAME, install_requires=NEEDED,\n"
            "        packages=setuptools.find_packages(where='src'))\n"
        ),
        "goodbye/setup.py": "from setuptools import *\nsetup(name='goodbye', install_requires=('shared',))\n",
    }


KINDS: tuple[Callable[[], dict[str, str]], ...] = (
    plain,
    uv_workspace,
    uv_paths,
    poetry,
    poetry_root,
    pdm_workspace,
    pdm_paths,
    hatch_workspace,
    hatch_file,
    hatch_references,
    hatch_sources,
    references,
    setup_cfg,
    setup_py,
)
