"""A made-up run by somebody who wants the report to do something: its names, texts, files and logs are all bait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.records.format import CONTROL_SUFFIX
from tests.unit.report.made_up_findings import CHANGES
from tests.unit.report.made_up_run import made_up_run

#: What would do something in HTML, CSS, a script, a template, XML, Markdown, a terminal or a spreadsheet.
BAIT = (
    "<script>window.hit=1</script>",
    '"><img src=x onerror=window.hit=1>',
    "' onmouseover='window.hit=1",
    "</style></script></title></textarea></pre><svg onload=window.hit=1>",
    "{{7*7}}{% raw %}${7*7}",
    "]]><!-- <![CDATA[ &lt;b&gt; &#60;i>",
    "[a](javascript:window.hit=1) ![b](x.png) <javascript:window.hit=1> [c]: x",
    "https://example.invalid/ www.example.invalid",
    "| a | b |\n\n# heading\n\n- item\n\n    code\n\n```\n~~gone~~ `code` ``",
    "[bold]rich[/bold] [/nothing] [link=x]",
    "\x1b[31m\x1b]8;;x\x07\x00\x7f\u202egpj.exe\u2066\x9b",
    "../../%2e%2e%2f%zz\\",
)
#: As long as the bait and as many lines, and no harm in it.
_HARMLESS = "".join(letter if letter in "./\n " or letter.isalnum() else "x" for letter in "".join(BAIT))
_CLOSED = frozenset(
    ("outcome", "lane", "lanes", "status", "tone", "started_at", "finished_at", "log_path", "plan_digest")
)
#: Reasons that say something by being there.
_REASONS = frozenset(("broken", "unavailable"))
#: Names by which the report knows what it reads; each stays in one place or another as it is.
_KNOWN = frozenset(
    ("canonical", "host", "handwritten", "install-warm", "run", "refresh", "build", "nix-build", "nix-refresh")
)
SCENARIOS = ("install-warm", "run", "refresh", "build", "deploy", "noop", "nix-build", "nix-refresh")


def hostile_run(folder: Path, *, harmless: bool = False) -> Path:
    """Write a run of two variants in which every text is followed by bait, and return its folder.

    With ``harmless`` the bait does nothing and is as long: what is made of both has the same shape.
    """
    bait = _HARMLESS if harmless else "".join(BAIT)
    run = made_up_run(folder, variants=("hatch", "venv"), scenarios=SCENARIOS, blocks=6)
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for facts in info["variants"].values():
        facts["files"] = dict.fromkeys(("a.py", "b.toml", "c.nix", "d.md", "=e", "f.html"), "text\n# comment 'string'")
        facts["broken"] = facts["unavailable"] = ""
    aside = info["variants"]["venv"]
    info["variants"] |= {
        "quarantined": aside | {"broken": "It gave way."},
        "elsewhere": aside | {"unavailable": "It is not to be had."},
    }
    info["nix_unavailable"] = "It is not there."
    _write(run / "run.json", [_baited(info, bait)])
    for name in ("samples.jsonl", "findings.jsonl"):
        lines = [json.loads(line) for line in (run / name).read_text(encoding="utf-8").splitlines()]
        if name == "samples.jsonl":
            for line in lines:
                line["shape"] = "other" if line["scenario"] == "build" else line["shape"]
                line["provider"] = "elsewhere" if line["scenario"] == "nix-refresh" else line["provider"]
        _write(run / name, [_baited(line, bait) for line in lines])
    for log in (run / "logs").rglob("*.log"):
        log.write_text(f"log{bait}\n", encoding="utf-8")
    return run


def seen(label: str) -> str:
    """What a text has to look like to a reader, without the white space."""
    signs: dict[str, str | int | None] = {"\x1b": "␛", "\x07": "␇", "\x00": "␀", "\x7f": "␡"}
    signs |= {letter: f"⟨U+{ord(letter):04X}⟩" for letter in "\u202e\u2066\x9b"}
    return "".join((label + "".join(BAIT)).translate(str.maketrans(signs)).split())


def _baited(value: Any, bait: str, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {
            _text(name, bait, "name" if key in _MAPPED else ""): _baited(item, bait, name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_baited(item, bait, key) for item in value]
    return _text(value, bait, key or "item") if isinstance(value, str) else value


#: Keys whose values map names, not fields, to something.
_MAPPED = frozenset(
    ("variants", "scenarios", "findings", "changes", "tools", "commands", "files", "unsupported", "values")
)


def _text(value: str, bait: str, key: str) -> str:
    if not key or key in _CLOSED or value in _KNOWN or value.isdigit() or (key in _REASONS and not value):
        return value
    if value.endswith(CONTROL_SUFFIX):
        return value.removesuffix(CONTROL_SUFFIX) + bait + CONTROL_SUFFIX
    change, dot, measure = value.partition(".")
    if change in CHANGES:
        # What stands before the dot names the change, so the bait in it has none.
        return f"{change}{bait.replace('.', '')}{dot}{measure}"
    return value + bait


def _write(path: Path, lines: list[Any]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
