"""Licence, citation and the forms of issues: they can be read, agree with each other, and ask for what they must."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import yaml

from harness import VERSION
from tests.places import CHECKOUT

FORMS = CHECKOUT / ".github" / "ISSUE_TEMPLATE"
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(name: str) -> Any:
    return yaml.safe_load((CHECKOUT / name).read_text(encoding="utf-8"))


def test_the_citation_is_of_this_version_and_has_what_its_format_requires() -> None:
    found = read("CITATION.cff")

    assert found["cff-version"] == "1.2.0"
    assert (found["title"], found["version"]) == (PROJECT["name"], VERSION)
    assert found["message"]
    assert found["authors"] == [{"name": author["name"]} for author in PROJECT["authors"]]


def test_the_licence_is_the_one_that_metadata_and_citation_name() -> None:
    assert PROJECT["license-files"] == ["LICENSE"]
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith(f"{PROJECT['license']} License\n")
    assert PROJECT["authors"][0]["name"] in text
    assert read("CITATION.cff")["license"] == PROJECT["license"]


@pytest.mark.parametrize(
    ("form", "required"),
    [
        ("object.yml", {"variant", "documentation", "change"}),
        ("add-my-toolchain.yml", {"toolchain", "documentation", "registry", "steps"}),
    ],
)
def test_a_form_can_be_filled_in_and_asks_for_what_it_must(form: str, required: set[str]) -> None:
    found = read(f".github/ISSUE_TEMPLATE/{form}")
    fields = [item for item in found["body"] if item["type"] != "markdown"]

    assert found["name"]
    assert found["description"]
    assert {item["type"] for item in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(item["attributes"]["label"] for item in fields)
    assert {item["id"] for item in fields if item.get("validations", {}).get("required")} == required


def test_every_form_is_looked_at_here() -> None:
    assert {path.name for path in FORMS.iterdir()} == {"object.yml", "add-my-toolchain.yml"}
