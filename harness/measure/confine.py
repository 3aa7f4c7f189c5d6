"""Run as a script: lets the command after ``--`` write below the given folders and nowhere else, by the kernel's word.

Usage: ``python -I -S confine.py FOLDER… -- PROGRAM ARGUMENT…``. It uses Linux' Landlock (landlock(7)), which needs no
privileges and binds all descendants. Reading is left free. ``python -I -S confine.py --probe`` prints the version of
the kernel's Landlock, 0 where there is none.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

# <linux/landlock.h>, <sys/prctl.h>; the system calls have these numbers on every architecture.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_WRITE_FILE = 1 << 1
# Removing and making of every kind, bits 4 to 12; moving between folders; cutting short.
_FOLDERS_ONLY = sum(1 << bit for bit in range(4, 14))
_TRUNCATE = 1 << 14

#: The first version that can let a file be moved from folder to folder and can forbid to cut it short.
NEEDED = 3

# What every program may write to, and what belongs to nobody.
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm")  # noqa: S108


def version() -> int:
    """The version of the kernel's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, _ASK_VERSION)))


def confine(folders: list[str]) -> None:
    """Let this process and its descendants write below ``folders`` and to devices of no consequence alone.

    Raises:
        OSError: the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def call(*arguments: object) -> int:
        answer = int(libc.syscall(*arguments))
        if answer < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return answer

    handled = struct.pack("Q", _WRITE_FILE | _FOLDERS_ONLY | _TRUNCATE)
    rules = call(_CREATE, handled, len(handled), 0)
    for place in (*folders, *(device for device in _DEVICES if os.path.exists(device))):  # noqa: PTH110
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        allowed = _WRITE_FILE | _TRUNCATE | (_FOLDERS_ONLY if os.path.isdir(place) else 0)  # noqa: PTH112
        call(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", allowed, opened), 0)
        os.close(opened)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(errno.EPERM, "no_new_privs")
    call(_RESTRICT, rules, 0)


def main(arguments: list[str]) -> None:
    """Confine this process, then become the command."""
    if arguments == ["--probe"]:
        print(version())  # noqa: T201
        return
    border = arguments.index("--")
    command = arguments[border + 1 :]
    confine(arguments[:border])
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
