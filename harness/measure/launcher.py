"""The small process that measured commands start from; a script, never imported by the harness.

A command's peak memory, as the system gives it, is never less than that of the process it was started from. So the
harness, with hundreds of MiB, does not start commands itself but asks this script, run as
``python -I -S -B -X utf8 launcher.py --adopts=yes|no STDOUT_FD STDERR_FD NOTE_FD``, with light imports only;
``adopter.py`` starts it so.

One JSON object a line on standard input is one request: ``argv cwd env timeout_s grace_s cap_bytes``.
One JSON object a line on standard output is the answer: ``ended status wall_s user_s system_s max_rss_bytes
stdout_bytes stderr_bytes leftovers survivors reason``. The first ``cap_bytes`` of the command's output go to the two
files given by number, so that they are never held here; the rest is counted and thrown away. The third file holds,
while a command runs, the inodes of its two pipes and its process id: what to end, should this process be killed.
The end of standard input means that the harness wants no more: what runs is ended and answered for, then this process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False  # typing itself would cost every command memory
if TYPE_CHECKING:
    from resource import struct_rusage
    from typing import Any

CHUNK_BYTES = 65536
# A pipe holds 1 MiB at most: no more than that can be left of what a command wrote before it ended.
DRAIN_CHUNKS = 16
# How long to wait for processes to go after SIGKILL, before saying that they cannot be ended.
PATIENCE_S = 5.0
# What a command finds as the system has it by default, whatever Python and the harness's own parents made of it.
RESET_SIGNALS = tuple(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
NO_COST = {"status": 0, "wall_s": 0.0, "user_s": 0.0, "system_s": 0.0, "max_rss_bytes": 0}


class Stream:
    """One of a command's two outputs: read from its pipe, kept up to the cap, counted to the end."""

    __slots__ = ("cap", "closed", "fd", "spool", "total", "write_end")

    def __init__(self, spool: int, cap: int) -> None:
        self.fd, self.write_end = os.pipe()
        os.set_blocking(self.fd, False)
        os.ftruncate(spool, 0)
        os.lseek(spool, 0, os.SEEK_SET)
        self.spool = spool
        self.cap = cap
        self.total = 0
        self.closed = False

    def pump(self) -> bool:
        """Take what is there, at most one chunk; whether anything was."""
        try:
            data = os.read(self.fd, CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self.closed = True
            return False
        room = self.cap - self.total
        self.total += len(data)
        if room > 0:
            write_all(self.spool, data[:room])
        return True

    def drain(self) -> None:
        """Take what the command left in the pipe; not more, for another process may go on writing for ever."""
        for _ in range(DRAIN_CHUNKS):
            if not self.pump():
                return


class Launcher:
    """Runs one command after another and leaves no process of theirs behind."""

    def __init__(self, *, adopts: bool, spools: tuple[int, int], note: int) -> None:
        self.adopts = adopts
        self.spools = spools
        self.note = note
        self.wake, wake_write = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one command to its end, and end whatever it leaves."""
        try:
            os.chdir(request["cwd"])
            program = find_program(request["argv"][0], request["env"])
        except (OSError, ValueError) as error:
            return not_started(error)
        streams = [Stream(spool, request["cap_bytes"]) for spool in self.spools]
        pipes = b"%d %d" % tuple(os.fstat(stream.fd).st_ino for stream in streams)
        os.pwrite(self.note, pipes, 0)
        try:
            pid, started = spawn(program, request["argv"], request["env"], streams)
        except (OSError, ValueError) as error:
            answer = not_started(error)
        else:
            os.pwrite(self.note, b" %d" % pid, len(pipes))
            answer = self.attend(pid, started, streams, request)
        os.ftruncate(self.note, 0)
        answer["stdout_bytes"], answer["stderr_bytes"] = (stream.total for stream in streams)
        for stream in streams:
            os.close(stream.fd)
        # A launcher that stayed there would keep a removed folder alive.
        os.chdir("/")
        return answer

    def attend(self, pid: int, started: float, streams: list[Stream], request: dict[str, Any]) -> dict[str, Any]:
        """Wait for the command's end, hurrying it at its limit, and clean up after it."""
        verdict, end = self.watch(pid, started + request["timeout_s"], streams, request["grace_s"])
        wall_s = (end[0] if end else time.monotonic()) - started
        for stream in streams:
            stream.drain()
        order = ESCALATION[2:] if verdict else ESCALATION[1:]
        leftovers, survivors = self.sweep(pid, order, request["grace_s"])
        cost = dict(NO_COST, wall_s=wall_s)
        if end:
            _, status, usage = end
            cost["status"] = os.waitstatus_to_exitcode(status)
            cost["user_s"], cost["system_s"] = usage.ru_utime, usage.ru_stime
            cost["max_rss_bytes"] = usage.ru_maxrss * RSS_UNIT_BYTES
        return dict(cost, ended=verdict or "exited", leftovers=len(leftovers), survivors=survivors, reason="")

    def watch(
        self, pid: int, due: float, streams: list[Stream], grace_s: float
    ) -> tuple[str, tuple[float, int, struct_rusage] | None]:
        """Take output until the command ends: why it was hurried, if it was, and when and how it ended, if it did."""
        poller = select.poll()
        for fd in (self.wake, sys.stdin.fileno(), *(stream.fd for stream in streams)):
            poller.register(fd, select.POLLIN)
        verdict, signals = "", iter(ESCALATION)
        while True:
            remaining = due - time.monotonic()
            if remaining <= 0:
                verdict = verdict or "timed-out"
                number = next(signals, None)
                if number is None:
                    return verdict, None
                send(-pid, number)
                due = time.monotonic() + (PATIENCE_S if number == signal.SIGKILL else grace_s)
                continue
            ready = dict(poller.poll(min(remaining, 3600.0) * 1000))
            if self.wake in ready:
                now = time.monotonic()
                os.read(self.wake, 4096)
                if (end := reap(pid)[0]) is not None:
                    return verdict, (now, *end)
            for stream in streams:
                if stream.fd in ready and not stream.pump() and stream.closed:
                    poller.unregister(stream.fd)
            if sys.stdin.fileno() in ready:
                # Nothing is said while a command runs: this is the end of input, which stays to be seen by main.
                poller.unregister(sys.stdin.fileno())
                if not verdict:
                    verdict, due = "stopped", time.monotonic()

    def sweep(self, group: int, order: tuple[signal.Signals, ...], grace_s: float) -> tuple[set[int], list[int]]:
        """End what the command left behind: what was seen of it, and what could not be ended."""
        found: set[int] = set()
        for number in order:
            until = time.monotonic() + (PATIENCE_S if number == signal.SIGKILL else grace_s)
            told: set[int] = set()
            while True:
                left = self.remaining(group)
                found.update(left)
                if not left:
                    return found, []
                for target in {-group, *left} - told:
                    send(target, number)
                if number != signal.SIGKILL:
                    told.update(left, {-group})
                if time.monotonic() >= until:
                    break
                time.sleep(0.002)
        return found, sorted(self.remaining(group))

    def remaining(self, group: int) -> list[int]:
        """What is left of a command that has ended: process ids, or the negated id of its group as a whole.

        With orphans adopted, "no child" is the system's own word that nothing is left, at the price of one call; a
        child's children become ours as soon as it is gone. Otherwise only the process group can be known.
        """
        alive = reap(group)[1]
        if self.adopts:
            return own_children() if alive else []
        return [-group] if send(-group, 0) else []


def find_program(name: str, env: dict[str, str]) -> str:
    """The file that ``name`` means on the command's own PATH, seen from the command's own folder."""
    if "/" in name:
        return name
    path = env.get("PATH", "")
    for folder in path.split(":") if path else ():
        candidate = os.path.join(folder or ".", name)  # noqa: PTH118 - pathlib would cost every command memory
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):  # noqa: PTH113
            return candidate
    raise FileNotFoundError(2, f"not found on the command's PATH, {path!r}", name)


def spawn(program: str, argv: list[str], env: dict[str, str], streams: list[Stream]) -> tuple[int, float]:
    """Start the command in a session of its own, with nothing to read and no signal ignored: its id and when it was."""
    out, err = streams
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, out.write_end, 1),
        (os.POSIX_SPAWN_DUP2, err.write_end, 2),
    ]
    try:
        started = time.monotonic()
        pid = os.posix_spawn(
            program, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=RESET_SIGNALS
        )
    finally:
        os.close(out.write_end)
        os.close(err.write_end)
    return pid, started


def not_started(error: Exception) -> dict[str, Any]:
    """The answer for a command that never ran."""
    reason = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
    rest = {"stdout_bytes": 0, "stderr_bytes": 0, "leftovers": 0, "survivors": [], "reason": reason}
    return dict(NO_COST, ended="not-started", **rest)


def reap(pid: int) -> tuple[tuple[int, struct_rusage] | None, bool]:
    """Collect all children that ended, adopted ones too: how ``pid`` ended, if it did, and whether any child lives."""
    end = None
    while True:
        try:
            found, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return end, False
        if found == 0:
            return end, True
        if found == pid:
            end = (status, usage)


def own_children() -> list[int]:
    """The ids of this process's children, adopted ones too, as /proc has them."""
    me = b"%d" % os.getpid()
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    fields = file.read().rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[1] == me:
                found.append(int(name))
    return found


def send(target: int, number: int) -> bool:
    """Send a signal to a process, or to a group by its negated id; whether there was one to get it."""
    try:
        os.kill(target, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It runs as somebody else: it cannot be ended by us, and will be named among the survivors.
        return True
    return True


def write_all(fd: int, data: bytes) -> None:
    """Write every byte, however many calls it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def main(arguments: list[str]) -> None:
    """Answer requests until there are no more."""
    out, err, note = (int(number) for number in arguments[1:])
    for fd in (out, err, note):
        os.set_inheritable(fd, False)
    launcher = Launcher(adopts=arguments[0] == "--adopts=yes", spools=(out, err), note=note)
    received = b""
    while data := os.read(sys.stdin.fileno(), CHUNK_BYTES):
        *lines, received = (received + data).split(b"\n")
        for line in lines:
            write_all(sys.stdout.fileno(), json.dumps(launcher.answer(json.loads(line))).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
