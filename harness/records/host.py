"""Facts about the machine a run is made on."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

from harness.records.facts import HostFacts


def host_facts(folder: Path) -> HostFacts:
    """Facts about this machine; ``folder`` is where measuring happens, of which the file system is named."""
    cpu = _cpu_model()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    libc = " ".join(platform.libc_ver()).strip()
    filesystem = _filesystem(folder)
    # A digest, so that machines can be told apart in merged results and none is named in published ones.
    affinity = tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
    identity = "\0".join([_machine_id(), platform.node(), platform.machine(), cpu, str(memory)])
    return HostFacts(
        host_id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        system=_system(),
        release=platform.release(),
        machine=platform.machine(),
        cpu_model=cpu,
        cpu_count=len(affinity) or os.cpu_count() or 0,
        memory_bytes=memory,
        filesystem=filesystem,
        python_version=platform.python_version(),
        python_implementation=platform.python_implementation(),
        libc=libc or "unknown",
        governor=governor(affinity),
        turbo=turbo(),
        affinity=affinity,
        core_count=os.cpu_count() or 0,
    )


#: Where Linux tells of its processors' power management; a virtual machine mostly has none of it.
CPU_FOLDER = Path("/sys/devices/system/cpu")


def governor(cores: Iterable[int], folder: Path = CPU_FOLDER) -> str:
    """How the kernel chooses the clock speed of some cores: each name once, ``unknown`` where that is not told.

    Where the processor decides within what the kernel prefers (``intel_pstate``, ``amd_pstate_epp``), the preference
    stands behind the name, since ``powersave`` is not slow there.
    """
    found = dict.fromkeys(
        _first_line(policy / "scaling_governor") + (f" ({preferred})" if preferred else "")
        for policy in (folder / f"cpu{core}" / "cpufreq" for core in cores)
        if (policy / "scaling_governor").is_file()
        for preferred in (_first_line(policy / "energy_performance_preference"),)
    )
    return ", ".join(found) or "unknown"


def turbo(folder: Path = CPU_FOLDER) -> bool | None:
    """Whether cores may clock above their base; ``None`` where that is not told."""
    told = _first_line(folder / "intel_pstate" / "no_turbo")
    if told:
        return told == "0"
    told = _first_line(folder / "cpufreq" / "boost")
    return told == "1" if told else None


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").partition("\n")[0].strip()
    except OSError:
        return ""


def busy_s(stat: Path = Path("/proc/stat")) -> float | None:
    """Seconds that all cores together have been at work since the machine was started; ``None`` where not told.

    What a hypervisor gave to others counts as work: it was not to be had here.
    """
    fields = _first_line(stat).split()
    if fields[:1] != ["cpu"]:
        return None
    user, nice, system, _idle, _waiting, *others = map(int, fields[1:9])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def load_average() -> float | None:
    """The system's load average of the last minute; ``None`` where it is not told."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


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
