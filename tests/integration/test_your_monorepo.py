"""docs/your-monorepo.md, run as it stands there, on a repository made for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.provision.state_folder import Layout
from tests.runs import lines_of

pytestmark = [pytest.mark.integration, pytest.mark.tools, pytest.mark.verify]

CHECKOUT = Layout.here().checkout

#: A uv workspace: who depends on whom.
MEMBERS = {
    "base": (),
    "web-client": ("base",),
    "billing": ("base", "web-client"),
    "api": ("billing",),
    "worker": ("base",),
}
APPLICATIONS = ("api", "worker")


def make_repository(root: Path) -> None:
    root.mkdir()
    (root / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["packages/*"]\n', encoding="utf-8")
    for name, needs in MEMBERS.items():
        package = root / "packages" / name / "src" / name.replace("-", "_")
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("raise SystemExit('nobody runs this')\n", encoding="utf-8")
        if name in APPLICATIONS:
            (package / "__main__.py").write_text("", encoding="utf-8")
        stated = "".join(f'  "{need}",\n' for need in needs)
        sources = "".join(f"{need} = {{ workspace = true }}\n" for need in needs)
        (root / "packages" / name / "pyproject.toml").write_text(
            f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [\n{stated}]\n[tool.uv.sources]\n{sources}',
            encoding="utf-8",
        )


def blocks() -> list[str]:
    text = (CHECKOUT / "docs" / "your-monorepo.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which all was typed, and what each block of commands said."""
    folder = tmp_path_factory.mktemp("walk")
    make_repository(folder / "our-repository")
    said = []
    for block in blocks():
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                # As `pip install` would have it: the commands are typed beside the repository, not in our checkout.
                "PYTHONPATH": str(CHECKOUT),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        said.append(done.stdout)
    return folder, said


def test_the_shape_is_what_the_repository_has(walked: tuple[Path, list[str]]) -> None:
    folder, said = walked

    assert "5 members: 2 applications, 3 libraries" in said[0]
    shape = json.loads((folder / "our-shape.json").read_text(encoding="utf-8"))
    assert {item["name"]: tuple(item["dependencies"]) for item in shape["members"]} == MEMBERS


def test_the_plan_says_how_long_it_takes_and_how_much_room(walked: tuple[Path, list[str]]) -> None:
    said = " ".join(walked[1][2].split())

    assert "1 block" not in said
    assert "about" in said
    assert "of disk" in said


def test_both_lanes_were_measured_with_the_repositorys_own_members(walked: tuple[Path, list[str]]) -> None:
    folder, _ = walked
    run = folder / "results" / "ours"
    samples = lines_of(run)
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))

    assert info["status"] == "complete"
    assert info["shapes"]["our-repository"]["core"] == "base"
    assert {sample["shape"] for sample in samples} == {"our-repository"}
    assert {sample["outcome"] for sample in samples} <= {"ok", "unsupported"}
    measured = {(sample["variant"], sample["lane"]) for sample in samples if sample["outcome"] == "ok"}
    assert {(name, lane) for name in ("uv", "venv") for lane in ("local", "nix")} <= measured
    # An edit of the core reaches every member above it: each is built anew, and so are both environments.
    rebuilt = [sample["sizes"]["derivations_built"] for sample in samples if sample["scenario"] == "nix-refresh"]
    assert set(rebuilt) == {len(MEMBERS) + len(APPLICATIONS)}


def test_the_page_says_whose_graph_it_is(walked: tuple[Path, list[str]]) -> None:
    page = (walked[0] / "results" / "ours" / "report" / "index.html").read_text(encoding="utf-8")

    top = re.sub(r"<[^>]+>", " ", page[: page.index("</header>")])
    assert "our-repository" in top
    assert "3 libraries" in top
    assert "2 applications" in top


def test_three_shapes_make_a_section_of_scale(walked: tuple[Path, list[str]]) -> None:
    folder, _ = walked
    run = folder / "results" / "growing"
    samples = lines_of(run)

    assert {sample["outcome"] for sample in samples} == {"ok"}
    assert len({sample["shape"] for sample in samples}) == 3
    assert "as members are added" in (run / "report" / "index.html").read_text(encoding="utf-8")
