"""README's tables, from the same view as the page: ``python -m harness.report.page.readme`` renews them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness.report.page.markdown import main_table, picks_table, runs_list
from harness.report.view.model import View
from harness.report.writer import view_of_runs

#: The runs that the repository keeps: README and the folder ``report`` are of these.
REFERENCE = ("reference-core", "reference-core-findings", "reference-scale", "reference-backends")
_PART = re.compile(r"(<!-- (?P<name>\w+): made by rule -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str, view: View) -> str:
    """README with what stands between its marks made anew."""
    parts = {
        "runs": [*runs_list(view.sources)],
        "picks": picks_table(view.picks),
        "table": main_table(view.table, every=False),
    }
    made = {name: "\n".join(lines) for name, lines in parts.items()}
    return _PART.sub(lambda found: f"{found[1]}\n{made[found['name']]}\n\n{found[3]}", text)


def reference_view(checkout: Path) -> View:
    """The view of the runs that the repository keeps."""
    view, _ = view_of_runs([checkout / "results" / name for name in REFERENCE])
    return view


def main(checkout: Path) -> None:
    """Renew README."""
    readme = checkout / "README.md"
    readme.write_text(renewed(readme.read_text(encoding="utf-8"), reference_view(checkout)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["."]))
