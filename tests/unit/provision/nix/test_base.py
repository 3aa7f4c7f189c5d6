"""What provider ``host`` is made of, as Nix reads it: a copy of Python, wheels by their hash."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.utils import canonicalize_name

from harness.monorepo.variants.lock import Pin
from harness.nix.host.host_python import HostPython
from harness.provision.nix.base import attributes_of, base_of, outside_packages, write_json
from harness.provision.state_folder import Layout

# What Nix reads

PYTHON = HostPython(path="/import/python", sha256="0abc", version="3.11.2", loader="ld.so", site="lib/site")


def test_a_base_names_python_wheels_and_infrastructure(tmp_path: Path) -> None:
    backend = tmp_path / "Uv_Build-0.9.1-py3-none-any.whl"
    hooks = tmp_path / "pyproject_hooks-1.2.0-py3-none-any.whl"
    installer = tmp_path / "installer-1.0.0-py3-none-any.whl"
    for path in (backend, hooks, installer):
        path.write_bytes(path.name.encode())

    base = base_of(PYTHON, [backend], [], [], [hooks, installer])

    assert base["python"]["loader"] == "ld.so"
    assert base["wheels"] == [
        {
            "name": "uv-build",
            "version": "0.9.1",
            "file": backend.name,
            "path": str(backend),
            "sha256": hashlib.sha256(backend.name.encode()).hexdigest(),
        }
    ]
    assert {name: item["name"] for name, item in base["infrastructure"].items()} == {
        "hooks": "pyproject-hooks",
        "installer": "installer",
    }


def test_a_file_keeps_its_name_as_long_as_it_keeps_its_content(tmp_path: Path) -> None:
    first = write_json({"b": 1, "a": {"y": 2, "x": 3}}, tmp_path / "bases", "uv")
    written = first.stat().st_mtime_ns

    assert write_json({"a": {"x": 3, "y": 2}, "b": 1}, tmp_path / "bases", "uv") == first
    assert first.stat().st_mtime_ns == written
    assert json.loads(first.read_text(encoding="utf-8")) == {"a": {"x": 3, "y": 2}, "b": 1}


def test_another_content_gets_another_name(tmp_path: Path) -> None:
    first = write_json({"a": 1}, tmp_path, "uv")
    second = write_json({"a": 2}, tmp_path, "uv")

    assert first != second
    assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}


# What a member requires, held against what its package.nix declares


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The builder's script; the packages that Nix hands it as archives are those of this environment."""
    for archive in ("installer", "hooks", "packaging"):
        monkeypatch.setenv(archive, "/nowhere")
    monkeypatch.setattr(sys, "path", list(sys.path))
    script = Layout.here().checkout / "nix" / "host" / "build_member.py"
    spec = importlib.util.spec_from_file_location("build_member", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        pytest.param("shared", "'shared' is not declared", id="missing"),
        pytest.param("rich>=14", "'rich>=14' is not met by the declared rich 13.0", id="wrong version"),
        pytest.param("rich>=12", None, id="right version"),
        pytest.param("tool<=2.0", None, id="pre-release"),
        pytest.param("My.Own__Library", None, id="name normalisation"),
        pytest.param("my_own-library[fast]>=0.9", None, id="another spelling, and an extra"),
        pytest.param(
            "My_Own.Library>1", "met by the declared My_Own.Library 1.0", id="another spelling, wrong version"
        ),
        pytest.param("shared[fast]", "'shared[fast]' is not declared", id="missing, with an extra"),
        pytest.param('tomli; python_version < "3"', None, id="marker that does not apply"),
        pytest.param('tomli; python_version >= "3"', "is not declared", id="marker that applies"),
        pytest.param('pytest; extra == "dev"', None, id="extra that was not asked for"),
        pytest.param("rich @ file:///home/somebody/repository/rich", None, id="direct reference by name"),
        pytest.param("shared @ file:///repository/hello/../shared", "is not declared", id="direct reference, missing"),
        pytest.param('shared @ file:///shared ; extra == "dev"', None, id="direct reference of an extra"),
    ],
)
def test_drift_between_a_member_and_its_package_nix(builder: ModuleType, requirement: str, problem: str | None) -> None:
    available = {"rich": "13.0", "my-own-library": "1.0", "tool": "2.0rc1"}

    found = builder.unmet([requirement], available)

    assert len(found) == (problem is not None)
    assert problem is None or problem in found[0]


def test_every_drift_is_told_and_where_to_declare_it(builder: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("pname", "hello")

    with pytest.raises(builder.RefusedError) as caught:
        builder.check("what its wheel requires", "dependencies", ["shared", "rich>=14"], {"rich": "13.0"})

    assert str(caught.value).splitlines() == [
        "hello: what its wheel requires does not agree with package.nix:",
        "  'shared' is not declared",
        "  'rich>=14' is not met by the declared rich 13.0",
        "Declare it in `dependencies` of the package.nix of hello, or mend its pyproject.toml.",
    ]


def test_what_agrees_is_let_through(builder: ModuleType) -> None:
    builder.check("what its wheel requires", "dependencies", ["shared"], {"shared": "0.1.0"})


def test_what_is_no_requirement_is_refused(builder: ModuleType) -> None:
    with pytest.raises(builder.RefusedError, match="'shared ==' is not a requirement"):
        builder.requirement_of("shared ==")


def test_installed_distributions_go_by_normalised_name(builder: ModuleType, tmp_path: Path) -> None:
    for folder, name, version in (("one", "My.Own_Library", "1.0"), ("two", "rich", "13.0")):
        info = tmp_path / folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(text, encoding="utf-8")

    found = builder.installed([str(tmp_path / "one"), str(tmp_path / "two"), str(tmp_path / "none")])

    assert found == {"my-own-library": "1.0", "rich": "13.0"}


def wheel_of(folder: Path, file: str, *requirements: str) -> Path:
    """A wheel that has nothing but metadata."""
    project, version = file.split("-")[:2]
    lines = [f"Name: {project}", f"Version: {version}", *(f"Requires-Dist: {item}" for item in requirements)]
    with zipfile.ZipFile(folder / file, "w") as archive:
        archive.writestr(f"{project}-{version}.dist-info/METADATA", "Metadata-Version: 2.4\n" + "\n".join(lines) + "\n")
    return folder / file


def test_packages_have_the_attributes_that_nixpkgs_would_give_them(tmp_path: Path) -> None:
    newer = wheel_of(tmp_path, "More_Itertools-10.8.0-py3-none-any.whl")
    older = wheel_of(tmp_path, "More_Itertools-9.1.0-py3-none-any.whl")
    pytest_ = wheel_of(
        tmp_path,
        "pytest-9.2.0-py3-none-any.whl",
        "Iniconfig>=1",
        "colorama; sys_platform == 'nowhere'",
        "tomli; python_version < '3.11'",
        "exceptiongroup; python_full_version < '3.11.3'",
        "argcomplete; extra == 'dev'",
    )

    found = base_of(PYTHON, [], [newer, pytest_, older], [], [])["packages"]

    assert [(item["attribute"], item["version"], item["requires"]) for item in found] == [
        ("more-itertools", "9.1.0", []),
        ("more-itertools_10", "10.8.0", []),
        ("pytest", "9.2.0", ["exceptiongroup", "iniconfig"]),
    ]


# What a shape's members require from outside


def pinned(name: str, version: str) -> Pin:
    return Pin(name=canonicalize_name(name), version=version, hashes=frozenset())


def test_projects_are_called_by_their_names_unless_members_are_built_with_another_version() -> None:
    lock = [pinned("attrs", "26.1"), pinned("packaging", "26.4"), pinned("pluggy", "1.6"), pinned("2captcha", "1.0")]
    build = [pinned("packaging", "26.3"), pinned("pluggy", "1.6"), pinned("hatchling", "1.33")]

    assert attributes_of(lock, build) == {
        "attrs": "attrs",
        "packaging": "packaging_26",
        "pluggy": "pluggy",
        "2captcha": "_2captcha",
    }


def test_what_is_from_outside_requires_attributes_and_what_extras_add(tmp_path: Path) -> None:
    wheels = [
        wheel_of(
            tmp_path,
            "web-1.0-py3-none-any.whl",
            "packaging",
            'socks; extra == "proxy"',
            'nothing; extra == "never"',
            'web[proxy]; extra == "all"',
        ),
        wheel_of(tmp_path, "top-1.0-py3-none-any.whl", "web[all]"),
        wheel_of(tmp_path, "socks-1.0-py3-none-any.whl", 'winsocks; sys_platform == "win32"'),
        wheel_of(tmp_path, "packaging-26.4-py3-none-any.whl"),
    ]
    attributes = {"web": "web", "top": "top", "socks": "socks", "packaging": "packaging_26"}

    found = outside_packages(wheels, attributes, {}, "3.11.2")

    assert {item["attribute"]: item["requires"] for item in found} == {
        "top": ["web"],
        "web": ["packaging_26", "socks"],
        "socks": [],
        "packaging_26": [],
    }
    assert {item["attribute"]: item["extras"] for item in found} == {
        "top": [],
        "web": ["all", "proxy"],
        "socks": [],
        "packaging_26": [],
    }
    base = base_of(PYTHON, [], [], [], [], outside=found)
    assert [item["name"] for item in base["packages"]] == ["packaging", "socks", "top", "web"]


def test_extras_that_members_ask_for_count(tmp_path: Path) -> None:
    wheels = [
        wheel_of(tmp_path, "web-1.0-py3-none-any.whl", 'socks; extra == "proxy"'),
        wheel_of(tmp_path, "socks-1.0-py3-none-any.whl"),
    ]
    attributes = {"web": "web", "socks": "socks"}

    without = outside_packages(wheels, attributes, {"web": frozenset()}, "3.11.2")
    found = outside_packages(wheels, attributes, {"web": frozenset({"proxy"})}, "3.11.2")

    assert [item["requires"] for item in without] == [[], []]
    assert [item["requires"] for item in found] == [[], ["socks"]]
    assert [item["extras"] for item in without] == [[], []]
    assert [item["extras"] for item in found] == [[], ["proxy"]]
