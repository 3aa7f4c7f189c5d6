"""harness.provision.outside: which requirements count, which can be had, and what is said of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.errors import ProvisionError, ShapeError
from harness.monorepo.shapes import Kind, Member, Shape
from harness.monorepo.variants.lock import Pin, render_lock
from harness.provision.outside import ThirdParty, counting, lock_name, names_of, resolved
from harness.provision.resolving import NoSolutionError

HASH = frozenset({"a" * 64})


def pin(name: str, version: str = "1") -> Pin:
    return Pin(name=canonicalize_name(name), version=version, hashes=HASH)


def shape_of(**requirements: Sequence[str]) -> Shape:
    return Shape(
        name="ours",
        members=tuple(
            Member(name=name, kind=Kind.APPLICATION, requirements=tuple(texts)) for name, texts in requirements.items()
        ),
    )


class Made:
    """An index with these projects, each in one version, and what each needs besides."""

    def __init__(
        self, versions: Mapping[str, str], needs: Mapping[str, Sequence[str]] = {}, more: Sequence[Pin] = ()
    ) -> None:
        self._versions = versions
        self._needs = needs
        self._more = tuple(more)

    def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """The closure."""
        found: dict[str, Pin] = {}
        waiting = list(requirements)
        while waiting:
            wanted = Requirement(waiting.pop(0))
            version = self._versions.get(wanted.name)
            if version is None:
                raise NoSolutionError(f"{wanted.name} was not found")
            exact = [one.version for one in wanted.specifier if one.operator == "=="]
            if not exact and not wanted.specifier.contains(version):
                raise NoSolutionError(f"only {wanted.name} {version} is available")
            if exact and found.get(wanted.name, pin("x", exact[0])).version not in (exact[0], version):
                raise NoSolutionError(f"{wanted.name} is wanted in two versions")
            found[wanted.name] = pin(wanted.name, exact[0] if exact else version)
            waiting += self._needs.get(wanted.name, ())
        return tuple(found.values())

    def elsewhere(self, requirements: Sequence[str], here: Sequence[Pin]) -> tuple[Pin, ...]:
        """What else there is."""
        return self._more


def test_requirements_count_unless_they_are_left_out_or_their_marker_holds_nowhere_here() -> None:
    shape = shape_of(
        one=["attrs", 'tomli; python_version < "3.12"', 'pywin32; sys_platform == "win32"'],
        two=["attrs", "Left_Out[x]>=1", 'extra-only; extra == "x"'],
    )
    environments = [{"python_version": "3.11"}, {"python_version": "3.13"}]

    wanted, useless = counting(shape, {"left-out"}, environments)

    assert wanted == {"attrs": ("one", "two"), 'tomli; python_version < "3.12"': ("one",)}
    assert useless == ('pywin32; sys_platform == "win32"', 'extra-only; extra == "x"')
    assert names_of(shape) == ("attrs", "extra-only", "left-out", "pywin32", "tomli")


def test_the_union_is_resolved_with_what_other_platforms_need() -> None:
    index = Made({"web": "3", "core": "2"}, {"web": ["core"]}, [pin("colorama")])

    pins = resolved(shape_of(one=["web"]), {"web": ("one",)}, index, {})

    assert [(item.name, item.version) for item in pins] == [("web", "3"), ("core", "2"), ("colorama", "1")]


def test_versions_that_only_this_machine_could_lock_are_refused_before_anything_is_measured() -> None:
    class Narrow(Made):
        def elsewhere(self, requirements: Sequence[str], here: Sequence[Pin]) -> tuple[Pin, ...]:
            raise NoSolutionError("web 3 needs core>=3 there")

    with pytest.raises(ShapeError, match=r"that ours has on this machine, .*: web 3 needs core>=3 there") as caught:
        resolved(shape_of(one=["web"]), {"web": ("one",)}, Narrow({"web": "3"}), {})
    assert "--leave-out NAME" in caught.value.hint


@pytest.mark.parametrize(("text", "version"), [("core", "1"), ("core>=2", "2")])
def test_what_members_are_built_with_too_has_the_same_version_if_that_does(text: str, version: str) -> None:
    class Both(Made):
        def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
            if {"core>=2", "core==1"} <= set(requirements):
                raise NoSolutionError("two versions")
            return super().here(requirements)

    index = Both({"core": "2"})

    (found,) = resolved(shape_of(one=[text]), {text: ("one",)}, index, {"core": "1", "hatchling": "1"})

    assert found.version == version


def test_all_that_cannot_be_had_is_in_one_error_with_the_reason_of_each() -> None:
    wanted = {
        "good": ("one",),
        "nosuch>=1": ("one", "two"),
        "good>9": ("one", "two", "three", "four"),
        "thing @ https://user:secret@host.invalid/thing.whl": ("two",),
        "on-top": ("two",),
    }
    index = Made({"good": "1", "on-top": "1", "two": "1"}, {"on-top": ["two"]})

    with pytest.raises(ShapeError) as caught:
        resolved(shape_of(one=[], two=[]), wanted, index, {})

    assert caught.value.exit_status == 2
    assert caught.value.message.splitlines() == [
        "--third-party: 4 of 5 outside requirements of ours cannot be had:",
        "  nosuch>=1 (of one, two): nosuch was not found",
        "  good>9 (of one, two, three and 1 more): only good 1 is available",
        "  thing (of two): it names an address or a path, which no index has",
        "  on-top (of two): it needs two from outside, as a member is called",
    ]
    assert "--leave-out nosuch --leave-out good --leave-out thing --leave-out on-top" in caught.value.hint
    assert "secret" not in str(caught.value)


class Quarrelsome(Made):
    """Two of its projects do not go together."""

    def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """The closure."""
        if {"new", "old"} <= set(requirements):
            raise NoSolutionError("new and old exclude each other")
        return super().here(requirements)


def test_what_can_be_had_alone_and_not_together_is_said() -> None:
    index = Quarrelsome({"new": "1", "old": "1"})

    with pytest.raises(ShapeError) as caught:
        resolved(shape_of(one=[]), {"new": ("one",), "old": ("one",)}, index, {})

    assert caught.value.message.splitlines() == [
        "--third-party: the outside requirements of ours cannot be had:",
        "  each of the 2 outside requirements can be had alone, but not together: new and old exclude each other",
    ]
    assert caught.value.hint.startswith("Leave one of them out: --leave-out NAME")


def test_what_cannot_be_had_does_not_hide_what_cannot_be_had_together() -> None:
    index = Quarrelsome({"new": "1", "old": "1"})
    wanted = {"new": ("one",), "old": ("one",), "nosuch": ("one",)}

    with pytest.raises(ShapeError) as caught:
        resolved(shape_of(one=[]), wanted, index, {})

    assert "1 of 3 outside requirements" in caught.value.message
    assert "each of the others can be had alone, but not together" in caught.value.message


def test_no_network_is_no_fault_of_a_requirement() -> None:
    class Cut(Made):
        def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
            raise ProvisionError("cannot be asked")

    with pytest.raises(ProvisionError, match="cannot be asked"):
        resolved(shape_of(one=[]), {"good": ("one",)}, Cut({}), {})


def test_requirements_have_attributes_and_extras(tmp_path: Path) -> None:
    lock, build = tmp_path / "outside.txt", tmp_path / "build.txt"
    lock.write_text(render_lock([pin("web", "3.1"), pin("packaging", "26.4")]), encoding="utf-8")
    build.write_text(render_lock([pin("packaging", "26.3"), pin("hatchling")]), encoding="utf-8")
    outside = ThirdParty(requirements=("Web[a]>=3", 'web[b]; os_name == "posix"', "packaging"), lock=lock)

    assert outside.attributes(build) == {
        "Web[a]>=3": "web",
        'web[b]; os_name == "posix"': "web",
        "packaging": "packaging_26",
    }
    assert outside.extras == {"web": {"a", "b"}, "packaging": frozenset()}


def test_each_shape_has_a_lock_of_its_own() -> None:
    names = ["ours", "apps=3,libs=4", "our shop", "our/shop", "x" * 200]

    assert lock_name("ours") == "third-party-ours.txt"
    assert len({lock_name(name) for name in names}) == len(names)
    assert all("/" not in lock_name(name) and len(lock_name(name)) < 100 for name in names)
