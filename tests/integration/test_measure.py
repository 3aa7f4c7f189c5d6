"""Real commands through the real launcher: what they cost, how they are ended, and that nothing is left of them."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.measure import launcher
from harness.measure.command import Command, Ended
from harness.measure.executor import LauncherExecutor

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]

MIB = 1 << 20
PATH = "/usr/local/bin:/usr/bin:/bin"
Make = Callable[..., Command]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def command(
        *argv: str, timeout_s: float = 60.0, env: dict[str, str] | None = None, cwd: Path = tmp_path
    ) -> Command:
        return Command(
            argv=argv,
            cwd=cwd,
            env={"PATH": PATH} if env is None else env,
            timeout_s=timeout_s,
            log_path=tmp_path / "logs" / "log",
        )

    return command


@pytest.fixture
def executor() -> Iterator[LauncherExecutor]:
    with LauncherExecutor(grace_s=0.2) as started:
        yield started


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", code)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def launcher_pid(executor: LauncherExecutor) -> int:
    assert executor._connection is not None
    return executor._connection.pid


def test_peak_memory_is_the_commands_own_however_much_the_harness_holds(make: Make) -> None:
    ballast = bytearray(b"x") * (300 * MIB)
    with LauncherExecutor() as executor:
        small = executor.run(make("true"))
        large = executor.run(make(*python(f"bytearray(b'x') * {200 * MIB}")))
        again = executor.run(make("true"))
        child = " ".join(f"'{word}'" for word in python(f"bytearray(bytes([1])) * {100 * MIB}"))
        through_a_child = executor.run(make("sh", "-c", f"{child}; true"))
    assert len(ballast) == 300 * MIB
    assert small.ok
    assert small.max_rss_bytes < 20 * MIB
    assert 200 * MIB < large.max_rss_bytes < 230 * MIB
    assert again.max_rss_bytes < 20 * MIB
    assert 100 * MIB < through_a_child.max_rss_bytes < 130 * MIB


def test_time_is_the_commands_and_its_childrens(make: Make, executor: LauncherExecutor) -> None:
    asleep = executor.run(make("sleep", "0.1"))
    spin = "import time\nwhile time.process_time() < 0.2: pass"
    busy = executor.run(
        make(*python(f"import os\nif os.fork():\n os.wait()\nelse:\n {spin.replace(chr(10), chr(10) + ' ')}"))
    )
    assert asleep.wall_s >= 0.1 > asleep.user_s + asleep.system_s
    assert busy.user_s + busy.system_s >= 0.2


def test_output_exit_status_and_signal_are_told_apart_and_logged(make: Make, executor: LauncherExecutor) -> None:
    failed = executor.run(make("sh", "-c", "echo 'häl'; echo oops >&2; exit 3"))
    killed = executor.run(make("sh", "-c", "kill -TERM $$"))
    assert (failed.ended, failed.exit_code, failed.stdout, failed.stderr) == (Ended.EXITED, 3, "häl\n", "oops\n")
    assert (killed.ended, killed.signal, killed.exit_code, killed.stdout) == (Ended.SIGNALLED, 15, None, "")
    log = make("x").log_path.read_text()
    assert "[stdout]\nhäl\n[stderr]\noops\n[exited with status 3; wall " in log
    assert "$ sh -c 'kill -TERM $$'\n" in log
    assert "[ended by signal 15; wall " in log


def test_a_command_sees_its_own_environment_folder_and_nothing_else(
    make: Make, executor: LauncherExecutor, tmp_path: Path
) -> None:
    env = {"PATH": PATH, "ONLY": "this\nand that", "BYTES": os.fsdecode(b"\xff\xfe")}
    seen = executor.run(make("env", "-0", env=env))
    assert seen.stdout == "".join(f"{name}={value}\0" for name, value in env.items()).replace(
        env["BYTES"], "\ufffd\ufffd"
    )
    assert executor.run(make("pwd")).stdout == f"{tmp_path}\n"
    assert executor.run(make("cat")).ok
    assert executor.run(make("sh", "-c", "exec ls /proc/self/fd")).stdout.split() == ["0", "1", "2", "3"]
    signals = executor.run(make("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"))
    blocked, ignored = (int(line.split()[1], 16) for line in signals.stdout.splitlines())
    # The C library keeps signals 32 and 33 to itself: nobody can set them back.
    assert (blocked, ignored & ~(0b11 << 31)) == (0, 0)


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("no-such-tool",), "not found on the command's PATH"),
        (("./no-such-file",), "No such file or directory"),
        (("./plain-file",), "Permission denied"),
        (("./lost-interpreter",), "No such file or directory"),
        (("true", "nul\0byte"), "null"),
    ],
)
def test_a_command_that_cannot_start_says_why_and_the_next_one_runs(
    make: Make, executor: LauncherExecutor, tmp_path: Path, argv: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "plain-file").write_text("nothing to run")
    (tmp_path / "lost-interpreter").write_text("#!/nowhere/python\n")
    (tmp_path / "lost-interpreter").chmod(0o755)
    result = executor.run(make(*argv))
    assert result.ended is Ended.NOT_STARTED
    assert reason in result.reason
    assert not result.ok
    assert executor.run(make("true")).ok


def test_a_folder_that_is_not_there_is_said_to_be(make: Make, executor: LauncherExecutor, tmp_path: Path) -> None:
    result = executor.run(make("true", cwd=tmp_path / "gone"))
    assert result.ended is Ended.NOT_STARTED
    assert str(tmp_path / "gone") in result.reason


def test_a_command_is_looked_for_on_its_own_path(make: Make, executor: LauncherExecutor, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "true").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "bin" / "true").chmod(0o755)
    assert executor.run(make("true", env={"PATH": f"{tmp_path}/bin:{PATH}"})).stdout == "mine\n"


FAMILY = """
import os, signal, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
def note(name):
    with open(name + '.new', 'w') as file: file.write(str(os.getpid()))
    os.rename(name + '.new', name + '.pid')
def stay(name):
    note(name)
    while True: time.sleep(1000)
if not os.fork(): stay('child')
if not os.fork():
    if not os.fork(): stay('grandchild')
    stay('middle')
if not os.fork():
    os.setsid()
    stay('own-session')
if not os.fork():
    os.setsid()
    if not os.fork():
        if not os.fork(): stay('child-of-daemon')
        stay('daemon')
    os._exit(0)
while len([name for name in os.listdir('.') if name.endswith('.pid')]) < 6: time.sleep(0.01)
print('ready', flush=True)
"""
STUBBORN = FAMILY + "stay('command')\n"


def family(folder: Path) -> dict[str, int]:
    return {path.stem: int(path.read_text()) for path in folder.glob("*.pid")}


def test_at_its_limit_a_command_that_ignores_signals_is_ended_with_all_it_started(
    make: Make, executor: LauncherExecutor, tmp_path: Path
) -> None:
    result = executor.run(make(*python(STUBBORN), timeout_s=3.0))
    pids = family(tmp_path)
    assert result.ended is Ended.TIMED_OUT
    assert (result.exit_code, result.signal, result.stdout) == (None, None, "ready\n")
    assert len(pids) == 7
    assert not [name for name, pid in pids.items() if alive(pid)]
    assert "[ended at its time limit; wall " in make("x").log_path.read_text()


def test_what_a_command_leaves_behind_after_its_own_end_is_ended_too(
    make: Make, executor: LauncherExecutor, tmp_path: Path
) -> None:
    result = executor.run(make(*python(FAMILY)))
    pids = family(tmp_path)
    assert result.ok
    assert result.stdout == "ready\n"
    assert len(pids) == 6
    assert not [name for name, pid in pids.items() if alive(pid)]
    assert " processes running, which were ended]" in make("x").log_path.read_text()


def test_a_command_gets_the_chance_to_end_itself_at_its_limit(make: Make, executor: LauncherExecutor) -> None:
    result = executor.run(make("sh", "-c", "trap 'echo cleaned up; exit 0' INT; sleep 1000 & wait", timeout_s=2.0))
    assert (result.ended, result.stdout) == (Ended.TIMED_OUT, "cleaned up\n")


def test_after_sigint_comes_sigterm(make: Make, executor: LauncherExecutor) -> None:
    result = executor.run(
        make("sh", "-c", "trap '' INT; trap 'echo told; exit 0' TERM; sleep 1000 & wait", timeout_s=1.0)
    )
    assert (result.ended, result.stdout) == (Ended.TIMED_OUT, "told\n")


def test_a_command_without_a_limit_ends_by_itself(make: Make, executor: LauncherExecutor) -> None:
    assert executor.run(make("true", timeout_s=math.inf)).ok


def test_an_orphan_is_collected_while_its_command_runs(make: Make, executor: LauncherExecutor) -> None:
    code = """
import os, time
r, w = os.pipe()
if not os.fork():
    if not os.fork():
        os.write(w, b'%d' % os.getpid())
        os._exit(0)
    os._exit(0)
os.wait()
pid = int(os.read(r, 100))
while os.path.exists(f'/proc/{pid}'): time.sleep(0.01)
"""
    assert executor.run(make(*python(code), timeout_s=20.0)).ok


def test_much_output_fills_neither_memory_nor_disk(make: Make, tmp_path: Path) -> None:
    size = 400 * MIB
    with LauncherExecutor(cap_bytes=MIB) as executor:
        result = executor.run(make("sh", "-c", f"yes out | head -c {size}; yes err | head -c {size} >&2"))
        status = Path(f"/proc/{launcher_pid(executor)}/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    assert result.ok
    assert (len(result.stdout), len(result.stderr)) == (MIB, MIB)
    assert (result.stdout[:4], result.stderr[:4]) == ("out\n", "err\n")
    assert peak < 20 * MIB
    log = make("x").log_path
    assert log.stat().st_size < 3 * MIB
    assert log.read_text().count(f"[{size - MIB} of {size} bytes were cut]") == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path != log]


@pytest.mark.parametrize("left", ["sleep 1000", "yes", "setsid sleep 1000"])
def test_a_process_that_keeps_the_pipe_open_keeps_nobody_waiting(
    make: Make, executor: LauncherExecutor, left: str
) -> None:
    result = executor.run(make("sh", "-c", f"echo first; {left} & echo $! >&2"))
    assert result.ok
    assert result.stdout.startswith("first\n")
    assert not alive(int(result.stderr))


def test_a_launcher_killed_in_the_middle_takes_the_command_with_it_and_is_replaced(
    make: Make, executor: LauncherExecutor, tmp_path: Path
) -> None:
    killed = launcher_pid(executor)
    script = "echo $$ > command; setsid sleep 1000 & echo $! > child; kill -KILL $PPID; sleep 1000"
    result = executor.run(make("sh", "-c", script))
    assert result.ended is Ended.NOT_STARTED
    assert "launcher was lost while the command ran: it was ended by signal 9" in result.reason
    assert not alive(int((tmp_path / "command").read_text()))
    assert not alive(int((tmp_path / "child").read_text()))
    assert executor.run(make("echo", "next")).stdout == "next\n"
    assert launcher_pid(executor) != killed


def test_a_launcher_killed_between_two_commands_goes_unnoticed(make: Make, executor: LauncherExecutor) -> None:
    assert executor.run(make("true")).ok
    killed = launcher_pid(executor)
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    assert executor.run(make("true")).ok


def test_an_interrupted_harness_ends_the_command_first(make: Make, executor: LauncherExecutor, tmp_path: Path) -> None:
    """The signal is another than SIGINT because test runners that use several processes ignore that one in them."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        script = (
            f"echo $$ > command; setsid sleep 1000 & echo $! > child; echo said; kill -USR1 {os.getpid()}; sleep 1000"
        )
        with pytest.raises(KeyboardInterrupt):
            executor.run(make("sh", "-c", script))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not alive(int((tmp_path / "command").read_text()))
    assert not alive(int((tmp_path / "child").read_text()))
    assert make("x").log_path.read_text().endswith("[stdout]\nsaid\n[interrupted]\n\n")
    assert executor.run(make("true")).ok


def test_ctrl_c_at_the_terminal_does_not_reach_the_launcher_or_the_command(
    make: Make, executor: LauncherExecutor
) -> None:
    stat = executor.run(make("cat", "/proc/self/stat")).stdout.rpartition(")")[2].split()
    assert len({os.getsid(0), os.getsid(launcher_pid(executor)), int(stat[3])}) == 3


def test_a_killed_harness_leaves_nothing_running(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from harness.measure.command import Command
from harness.measure.executor import LauncherExecutor
here = Path({str(tmp_path)!r})
with LauncherExecutor(grace_s=0.1) as executor:
    script = 'setsid sleep 1000 & echo $! $$ > pids.new; mv pids.new pids; sleep 1000'
    env = {{'PATH': {PATH!r}}}
    executor.run(Command(argv=('sh', '-c', script), cwd=here, env=env, timeout_s=900, log_path=here / 'log'))
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root) as harness:
        until = time.monotonic() + 30
        while not (tmp_path / "pids").exists() and time.monotonic() < until:
            time.sleep(0.01)
        harness.kill()
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(pids) == 2
    assert not any(map(alive, pids))


def test_many_commands_leave_the_launcher_as_it_was(make: Make, executor: LauncherExecutor) -> None:
    def descriptors() -> int:
        return len(list(Path(f"/proc/{launcher_pid(executor)}/fd").iterdir()))

    executor.run(make("true"))
    pid, before = launcher_pid(executor), descriptors()
    for argv in [("true",), ("no-such-tool",), ("sh", "-c", "exit 1")] * 20:
        executor.run(make(*argv))
    assert (launcher_pid(executor), descriptors()) == (pid, before)


def test_where_orphans_are_not_adopted_the_process_group_is_ended(make: Make, tmp_path: Path) -> None:
    stand_in = tmp_path / "stand_in.py"
    stand_in.write_text(
        "import os, sys\n"
        f"words = ['-I', '-S', '-B', '-X', 'utf8', {launcher.__file__!r}, '--adopts=no']\n"
        "os.execv(sys.executable, [sys.executable, *words, *sys.argv[2:]])\n"
    )
    with LauncherExecutor(grace_s=0.2, launcher=stand_in) as executor:
        result = executor.run(make("sh", "-c", "trap '' TERM; sleep 1000 & echo $!"))
        assert result.ok
        assert not alive(int(result.stdout))
        assert executor.run(make("true")).ok
