"""``python -m benchmarks [NAME…]``: how fast and how right the harness itself is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console

from benchmarks import efficiency, hot_loop, keeping_up, million, orders, peers, side_by_side, verdicts
from benchmarks.answer import Answer, markdown, terminal
from harness.errors import HarnessError
from harness.records.host import host_facts, load_average

QUESTIONS: dict[str, Callable[[], Answer]] = {
    "peers": peers.answer,
    "blocks-or-batches": orders.answer,
    "million": million.answer,
    "keeping-up": keeping_up.answer,
    "side-by-side": side_by_side.answer,
    "hot-loop": hot_loop.answer,
    "verdicts": verdicts.answer,
}
NAMES = ("efficiency", *QUESTIONS)
_RUN = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--run", type=_RUN, help="The run that efficiency is of; the newest in results/ otherwise.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print sections for benchmarks/README.md.")
def main(names: Sequence[str], run: Path | None, as_markdown: bool) -> None:
    """Answer the questions NAMES, or all."""
    console = Console()
    facts = host_facts(Path.cwd())
    machine = f"{facts.cpu_count} × {facts.cpu_model}, {facts.system}, Python {facts.python_version}"
    if (load := load_average()) is not None:
        machine += f", load average {load:.1f} before"
    print(f"{machine}\n") if as_markdown else console.print(machine, style="dim")
    failed = False
    for name in names or NAMES:
        try:
            found = (
                efficiency.answer(run or efficiency.newest_run(Path("results")))
                if name == NAMES[0]
                else QUESTIONS[name]()
            )
        except HarnessError as error:
            console.print(f"{name}: {error}", markup=False)
            failed = True
            continue
        if as_markdown:
            print(markdown(found))
        else:
            console.print(terminal(found))
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
