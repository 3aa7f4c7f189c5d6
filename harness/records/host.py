"""Facts about the machine a run is made on."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from pathlib import Path

from harness.records.facts import HostFacts


def host_facts(folder: Path) -> HostFacts:
    """Facts about this machine; ``folder`` is where measuring happens, of which the file system is named."""
    cpu = _cpu_model()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    libc = " ".join(platform.libc_ver()).strip()
    filesystem = _filesystem(folder)
    # A digest, so that machines can be told apart in merged results and none is named in published ones.
    identity = "\0".join([_machine_id(), platform.node(), platform.machine(), cpu, str(memory)])
    return HostFacts(
        host_id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        system=_system(),
        release=platform.release(),
        machine=platform.machine(),
        cpu_model=cpu,
        cpu_count=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        memory_bytes=memory,
        filesystem=filesystem,
        python_version=platform.python_version(),
        python_implementation=platform.python_implementation(),
        libc=libc or "unknown",
    )


def _machine_id() -> str:
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return f"{platform.system()} {platform.mac_ver()[0]}".strip()


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass  # There is no such file on macOS; the platform module's answer is the next best.
    return platform.processor() or "unknown"


def _filesystem(folder: Path) -> str:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    found = ("", "unknown")
    for line in mounts:
        _, mount_point, kind, *_ = line.split()
        if folder.resolve().is_relative_to(mount_point) and len(mount_point) >= len(found[0]):
            found = (mount_point, kind)
    return found[1]


def free_bytes(folder: Path) -> int:
    """How many bytes can still be written where ``folder`` is or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
