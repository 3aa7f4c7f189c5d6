"""The environment of measured commands is built from an allow-list."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.measure.environment import FIXED, HOME_FOLDERS, INHERITED, prepare_home, scrubbed

HOME = Path("/run/home")
names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=20)
values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
host_names = names | st.sampled_from(["PYTHONPATH", "PIP_INDEX_URL", "UV_CACHE_DIR", "VIRTUAL_ENV", *INHERITED])


def test_a_users_environment_does_not_come_through() -> None:
    host = {
        "HOME": "/home/me",
        "PATH": "/home/me/bin",
        "LANG": "de_DE.UTF-8",
        "https_proxy": "http://proxy.example",
        "PIP_INDEX_URL": "https://index.example",
        "PIP_FIND_LINKS": "/wheels",
        "UV_CACHE_DIR": "/home/me/uv",
        "VIRTUAL_ENV": "/home/me/venv",
        "PYTHONPATH": "/home/me/lib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": "0",
        "GIT_CONFIG_GLOBAL": "/home/me/.gitconfig",
        "SSH_AUTH_SOCK": "/tmp/agent",
        "USER": "me",
    }
    env = scrubbed(home=HOME, path=["/tools/bin", Path("/usr/bin")], extra={}, host=host)
    assert env["PATH"] == "/tools/bin:/usr/bin"
    assert env["HOME"] == "/run/home"
    assert env["XDG_DATA_HOME"] == "/run/home/.local/share"
    assert env["TMPDIR"] == "/run/home/tmp"
    assert (env["LANG"], env["LC_ALL"], env["TZ"]) == ("C.UTF-8", "C.UTF-8", "UTC")
    assert (env["TERM"], env["NO_COLOR"]) == ("dumb", "1")
    assert (env["GIT_CONFIG_GLOBAL"], env["GIT_CONFIG_NOSYSTEM"]) == ("/dev/null", "1")
    assert env["USER"] == "me"
    assert not {name for name in env if name.startswith(("PYTHON", "UV_", "VIRTUAL_ENV", "SSH_", "SOURCE_"))}
    assert {name for name in env if name.startswith("PIP_")} == {"PIP_CONFIG_FILE"}
    assert not {value for value in env.values() if "/home/me" in value}


def test_what_is_not_on_loopback_meets_a_proxy_that_is_not_there() -> None:
    env = scrubbed(home=HOME, path=[], extra={}, host={})
    proxies = {value for name, value in env.items() if name.lower() in ("http_proxy", "https_proxy", "all_proxy")}
    assert proxies == {"http://127.0.0.1:9"}
    assert env["no_proxy"] == env["NO_PROXY"] == "127.0.0.1,localhost"


@given(host=st.dictionaries(host_names, values), extra=st.dictionaries(names, values))
def test_every_variable_is_fixed_below_home_extra_or_allowed(host: dict[str, str], extra: dict[str, str]) -> None:
    env = scrubbed(home=HOME, path=["/bin"], extra=extra, host=host)
    for name, value in env.items():
        if name in extra:
            assert value == extra[name]
        elif name in HOME_FOLDERS:
            assert Path(value).is_relative_to(HOME)
        elif name in INHERITED:
            assert value == host[name]
        else:
            assert value == FIXED.get(name, "/bin")
    assert extra.items() <= env.items()


@pytest.mark.parametrize("folder", ["", "/a:/b"])
def test_a_folder_that_path_cannot_name_is_refused(folder: str) -> None:
    with pytest.raises(InputError, match="PATH"):
        scrubbed(home=HOME, path=[folder], extra={}, host={})


def test_a_home_that_moves_with_the_working_folder_is_refused() -> None:
    with pytest.raises(InputError, match="not absolute"):
        scrubbed(home=Path("home"), path=[], extra={}, host={})


def test_the_folders_named_are_made_for_their_user_alone_and_kept(tmp_path: Path) -> None:
    home = tmp_path / "run" / "home"
    prepare_home(home)
    (home / "tmp" / "kept").touch()
    prepare_home(home)
    env = scrubbed(home=home, path=[], extra={}, host={})
    for name in HOME_FOLDERS:
        assert stat.S_IMODE(Path(env[name]).stat().st_mode) == 0o700
    assert (home / "tmp" / "kept").exists()
