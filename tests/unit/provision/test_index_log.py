"""harness.provision.index: what was served is counted once, whatever moment its log is read at."""

from __future__ import annotations

from pathlib import Path

from harness.provision.index import Index


def test_a_line_that_is_half_written_is_counted_once_it_is_whole(tmp_path: Path) -> None:
    index = Index([], tmp_path)
    log = tmp_path / "access.jsonl"
    first, second = b'{"bytes": 10}\n', b'{"bytes": 20}\n'

    log.write_bytes(first + second[:5])
    assert index._new_records() == [{"bytes": 10}]
    assert index._new_records() == []
    log.write_bytes(first + second)
    assert index._new_records() == [{"bytes": 20}]
