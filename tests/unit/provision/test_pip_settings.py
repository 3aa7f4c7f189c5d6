"""harness.provision.pip_settings as bootstrap asks it: what a shell can set, or that uv cannot be told."""

from __future__ import annotations

import shlex

import pytest

from harness.provision import pip_settings


def test_a_shell_gets_what_uv_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = {"extra-index-url": "https://a.invalid/it's https://b.invalid", "quiet": "1"}
    monkeypatch.setattr(pip_settings, "pip_configuration", lambda: told)

    pip_settings.main()

    lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["export", "UV_INDEX=https://a.invalid/it's https://b.invalid"],
        ["export", "UV_INDEX_STRATEGY=unsafe-best-match"],
    ]


def test_what_uv_cannot_be_told_is_named_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pip_settings, "pip_configuration", lambda: {"client-cert": "/x.pem", "index-url": "https://a"})

    with pytest.raises(SystemExit, match="client-cert"):
        pip_settings.main()
    assert capsys.readouterr().out == ""
