"""What the machine has and lacks, as it is shown."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from harness.cli.shown import DISK_WANTED
from harness.nix.limit import store_limit
from harness.provision.clean import Freed
from harness.provision.interpreters import base_python, others
from harness.provision.state_folder import Layout
from harness.provision.stock import Stock, take_stock
from harness.records.host import free_bytes, host_facts
from harness.records.spelling import number, size


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing a run needs: whether it is there, and what to do if it is not. ``fatal``: nothing runs without it.

    ``figures`` are the exact numbers behind the words, their units in their names.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    needed: bool = True
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def fatal(self) -> bool:
        """Whether a run is impossible for want of it."""
        return self.needed and not self.ok

    def as_json(self) -> dict[str, Any]:
        """The check as JSON has it."""
        return {**asdict(self), "fatal": self.fatal}


def examine(layout: Layout, nix: tuple[str, str]) -> list[Check]:
    """What this machine has and lacks for a run; ``nix`` is its version, or empty and the reason why it is not.

    Raises:
        InputError: the limit of the Nix store is no number of bytes.
    """
    stock = take_stock(layout)
    limit = store_limit(os.environ)
    facts = host_facts(layout.checkout)
    free = free_bytes(layout.state)
    git = shutil.which("git")
    writable = os.access(layout.state if layout.state.exists() else layout.checkout, os.W_OK)
    return [
        Check(
            name="python",
            ok=sys.version_info >= (3, 11),
            detail=f"{facts.python_implementation} {facts.python_version} ({base_python()})",
            remedy="Use Python 3.11 or newer.",
        ),
        Check(
            name="other pythons",
            ok=True,
            detail=", ".join(f"{python.version} ({python.path})" for python in others()) or "none for run --python",
            needed=False,
        ),
        Check(
            name="git",
            ok=git is not None,
            detail=git or "not found",
            remedy="Install git: backends look for the repository's top.",
        ),
        Check(
            name="state folder",
            ok=writable,
            detail=f"{layout.state}: {_parts_in_words(stock)}",
            remedy="Name a folder you may write to in HARNESS_STATE.",
            figures={f"{part.name.lower()}_disk_bytes": part.disk_bytes for part in stock.parts},
        ),
        Check(
            name="disk",
            ok=free >= DISK_WANTED,
            detail=f"{size(free)} free",
            remedy=f"Free {size(DISK_WANTED)}, or point HARNESS_STATE to another disk.",
        ),
        _nix_check(*nix),
        store_check(stock, limit),
        Check(
            name="cores",
            ok=facts.cpu_count >= 2,
            detail=f"{facts.cpu_count} × {facts.cpu_model}",
            remedy="With one core the harness and what it measures share it: expect noise.",
            needed=False,
        ),
    ]


def _nix_check(version: str, unavailable: str) -> Check:
    return Check(
        name="nix",
        ok=bool(version),
        detail="; ".join(filter(None, (version, unavailable))) if version else "the Nix lane cannot run here",
        remedy=unavailable,
        needed=False,
    )


def store_check(stock: Stock, limit: int) -> Check:
    """What there is to say of the private Nix store, whose limit is given in bytes."""
    if stock.unknown:
        return Check(name="nix store", ok=True, detail=f"{stock.store}: not counted: {stock.unknown}", needed=False)
    if stock.garbage is None:
        rest = f"how much of it is garbage is not known: {stock.garbage_unknown}" if stock.garbage_unknown else "empty"
    else:
        rest = f"{size(stock.garbage.disk_bytes)} of it garbage, {number(stock.roots, 'root')}"
    return Check(
        name="nix store",
        ok=stock.store_bytes <= limit,
        detail=f"{stock.store}: {size(stock.store_bytes)} of at most {size(limit)}, {rest}",
        remedy="The next run collects its garbage; raise HARNESS_STORE_LIMIT if all of it is needed.",
        needed=False,
        figures={
            "disk_bytes": stock.store_bytes,
            "limit_bytes": limit,
            "roots": stock.roots,
            **({"garbage_disk_bytes": stock.garbage.disk_bytes} if stock.garbage else {}),
        },
    )


def _parts_in_words(stock: Stock) -> str:
    if stock.unknown:
        return f"not counted: {stock.unknown}"
    return ", ".join(f"{part.name} {size(part.disk_bytes)}" for part in stock.parts) or "nothing in it yet"


def as_freed(freed: Sequence[Freed], *, dry_run: bool) -> RenderableType:
    """What was removed, or would be, for people."""
    verb = "would be freed" if dry_run else "freed"
    lines = [
        f"{item.what}: left alone: {item.kept}" if item.kept else f"{item.what}: {size(item.disk_bytes)}"
        for item in freed
    ]
    return Text("\n".join([*lines, f"{size(sum(item.disk_bytes for item in freed))} {verb}"]))


def as_checks(checks: Sequence[Check]) -> RenderableType:
    """Checks for people."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for check in checks:
        mark = Text("ok", "green") if check.ok else Text("missing" if check.fatal else "limited", "bold red")
        table.add_row(mark, check.name, check.detail if check.ok else f"{check.detail}. {check.remedy}")
    return table
