"""Every value of ``deploy-clean`` and ``artefacts``."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.ships import FINDING
from harness.measure.command import Command, Execution
from tests.unit.findings.made_up_builds import (
    BY_ADDRESS,
    BY_NAME,
    LIBRARY,
    POOR,
    Builder,
    Market,
    Release,
    established,
    market_lab,
    refusal,
    release,
)

Deploys = Callable[[Path, Path], None]


def writes(place: str, text: str) -> Deploys:
    """A deployment with one file; ``{root}`` in it is the checkout."""

    def deploy(folder: Path, root: Path) -> None:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text.replace("{root}", str(root)), encoding="utf-8")

    return deploy


def links(folder: Path, root: Path) -> None:
    (folder / "shared").symlink_to(root / "shared" / "src" / "shared")


def links_inside(folder: Path, root: Path) -> None:
    (folder / "bin" / "python3").symlink_to("python")
    (folder / "bin" / "python").symlink_to("/usr/bin/python3")


@pytest.mark.parametrize(
    ("deploys", "expected", "proof"),
    [
        (lambda folder, root: None, "clean", "none names {root}"),
        (links_inside, "clean", "none names {root}"),
        (writes("x.pth", "import other\n"), "clean", "none names {root}"),
        (writes("bin/hello", "#!{root}/.venv/bin/python\n"), "mentions-checkout", "{deploy}/bin/hello: #!{root}/.venv"),
        (writes("a.dist-info/direct_url.json", '{"url": "file://{root}"}'), "mentions-checkout", "direct_url.json"),
        (
            writes("a.dist-info/direct_url.json", '{"url": "file://{root}", "dir_info": {"editable": true}}'),
            "editable",
            "direct_url.json",
        ),
        (writes("lib/shared.pth", "{root}/shared/src\n"), "editable", "{deploy}/lib/shared.pth: {root}/shared/src"),
        (writes("lib/__editable___shared_finder.py", "MAPPING = {'shared': '{root}'}"), "editable", "__editable__"),
        (links, "editable", "{deploy}/shared -> {root}/shared/src/shared"),
    ],
)
def test_deploy_clean(tmp_path: Path, deploys: Deploys, expected: str, proof: str) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(deploys=deploys)))["deploy-clean"]

    assert found.value == expected
    assert proof in found.evidence
    assert str(tmp_path) not in found.evidence


def vendors(root: Path, name: str, env: Mapping[str, str]) -> Release:
    made = release(root, name, env)
    return replace(made, requires=(), modules={**made.modules, **LIBRARY})


@pytest.mark.parametrize(
    ("builder", "dependencies", "expected", "proof"),
    [
        (vendors, BY_NAME, "one", "installed of the built wheels: hello"),
        (release, BY_NAME, "several", "installed of the built wheels: shared, hello"),
        (release, BY_ADDRESS, "none", "No such file"),
    ],
)
def test_artefacts(tmp_path: Path, builder: Builder, dependencies: str, expected: str, proof: str) -> None:
    lab = market_lab(tmp_path, Market(builder=builder), dependencies=dependencies)

    found = established(FINDING, lab)["artefacts"]

    assert found.value == expected
    assert proof in found.evidence


def test_a_deployment_that_fails(tmp_path: Path) -> None:
    class Broken(Market):
        def run(self, command: Command) -> Execution:
            return refusal("no room") if command.argv[1] == "deploy" else super().run(command)

    found = established(FINDING, market_lab(tmp_path, Broken()))

    assert found["deploy-clean"].value == FAILED
    assert "no room" in found["deploy-clean"].evidence


def test_without_the_phases(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(), text=POOR))

    assert {name: (item.value, item.evidence) for name, item in found.items()} == {
        "deploy-clean": (UNSUPPORTED, "it deploys nothing"),
        "artefacts": (UNSUPPORTED, "it builds nothing"),
    }
