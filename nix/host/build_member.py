"""Builder: a member's wheel by its own backend (PEP 517), installed, and held against what package.nix declares."""

import compileall
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

for archive in ("installer", "hooks", "packaging"):
    sys.path.insert(0, os.environ[archive])
from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pyproject_hooks import BuildBackendHookCaller


class RefusedError(Exception):
    """What package.nix declares and what the member requires do not fit."""


class FailedError(Exception):
    """A program that the build started failed, and said why itself."""


def installed(folders: Iterable[str]) -> dict[str, str]:
    """The version of every distribution in ``folders``, by normalised name."""
    found = {}
    for folder in folders:
        for info in Path(folder).glob("*.dist-info"):
            distribution: Distribution = PathDistribution(info)
            found[canonicalize_name(distribution.metadata["Name"])] = distribution.version
    return found


def requirement_of(text: str) -> Requirement:
    """A requirement; of a direct reference name and marker count, since its address is the builder's own."""
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise RefusedError(f"{text!r} is not a requirement: {error}") from error


def unmet(requirements: Iterable[str], available: Mapping[str, str]) -> list[str]:
    """In words, each requirement that applies here and that ``available`` does not meet."""
    found = []
    for text in requirements:
        requirement = requirement_of(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = available.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{text!r} is not declared")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{text!r} is not met by the declared {requirement.name} {version}")
    return found


def check(what: str, where: str, requirements: Iterable[str], available: Mapping[str, str]) -> None:
    """Refuse to go on while a requirement is unmet."""
    if problems := unmet(requirements, available):
        member = os.environ["pname"]
        raise RefusedError(
            f"{member}: {what} does not agree with package.nix:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + f"Declare it in `{where}` of the package.nix of {member}, or mend its pyproject.toml."
        )


def finish(what: str, command: list[str], *, cwd: str | Path | None, env: Mapping[str, str]) -> None:
    """Run a program to its end; of a failure only one line follows its own words, as Nix quotes the last lines."""
    # Nix gives builders a terminal, where programs would colour what is kept as a log.
    plain = {**env, "NO_COLOR": "1"}
    if status := subprocess.run(command, cwd=cwd, env=plain, check=False).returncode:
        raise FailedError(f"{os.environ['pname']}: {what} failed with status {status}; the build log has its words.")


def runner(cmd: list[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
    """Run a backend's hook where it finds the backend and the backend's programs."""
    env = {**os.environ, **(extra_environ or {}), "PYTHONPATH": os.environ["backends"], "HOME": os.fspath(Path.cwd())}
    env["PATH"] = f"{os.environ['tools']}:{env['PATH']}" if os.environ["tools"] else env["PATH"]
    env["SOURCE_DATE_EPOCH"] = "315532800"
    finish("its build backend", cmd, cwd=cwd, env=env)


def build(source: Path) -> Path:
    """The wheel of the project at ``source``."""
    with (source / "pyproject.toml").open("rb") as file:
        system = tomllib.load(file)["build-system"]
    here = installed(os.environ["backends"].split(":"))
    declared = {name: here[canonicalize_name(name)] for name in os.environ["buildSystem"].split()}
    available = {canonicalize_name(name): version for name, version in declared.items()}
    check("[build-system] requires", "build-system", system["requires"], available)
    hooks = BuildBackendHookCaller(
        os.fspath(source), system["build-backend"], system.get("backend-path"), runner, sys.executable
    )
    check("what the backend asks for", "build-system", hooks.get_requires_for_build_wheel(), here)
    wheels = Path("wheels").absolute()
    wheels.mkdir()
    return wheels / hooks.build_wheel(os.fspath(wheels))


def put_in_place(wheel: Path, out: Path) -> Path:
    """Install ``wheel`` below ``out``; the folder its modules are in."""
    site = out / os.environ["siteDir"]
    schemes = {"purelib": site, "platlib": site, "headers": out / "include", "scripts": out / "bin", "data": out}
    destination = SchemeDictionaryDestination(
        {name: os.fspath(path) for name, path in schemes.items()},
        interpreter=sys.executable,
        script_kind="posix",
        bytecode_optimization_levels=(),
    )
    with WheelFile.open(wheel) as source:
        install(source=source, destination=destination, additional_metadata={"INSTALLER": b"installer"})
    compileall.compile_dir(
        site,
        quiet=2,
        invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    return site


def start(what: str, arguments: Iterable[str], folders: Iterable[str], cwd: Path) -> None:
    """Start Python where it can import what lies in ``folders``."""
    env = {**os.environ, "PYTHONPATH": ":".join(folders), "HOME": os.fspath(Path.cwd())}
    finish(what, [sys.executable, *arguments], cwd=cwd, env=env)


def check_member(site: Path, dependencies: Iterable[str], source: Path) -> None:
    """Import what pythonImportsCheck names and, where pytestCheckHook asks for it, run the tests in ``source``.

    Inputs of the check are at hand for both, as in nixpkgs.
    """
    inputs = os.environ.get("checkInputs", "").split(":")
    folders = [folder for folder in (os.fspath(site), *dependencies, *inputs) if folder]
    for module in os.environ["imports"].split():
        start(f"pythonImportsCheck of {module}", ["-c", f"import {module}"], folders, Path.cwd())
    if os.environ.get("runsTests"):
        start("pytestCheckHook", ["-m", "pytest", "-p", "no:cacheprovider"], folders, source)


def main() -> None:
    """Build, install, and check requirements, imports and, if asked for, tests."""
    out = Path(os.environ["out"])
    source = Path("source").absolute()
    shutil.copytree(os.environ["src"], source)
    for path in [source, *source.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    site = put_in_place(build(source), out)
    dependencies = list(filter(None, os.environ["requires"].split(":")))
    own = PathDistribution(next(site.glob("*.dist-info")))
    check("what its wheel requires", "dependencies", own.requires or (), installed(dependencies))
    check_member(site, dependencies, source)
    # What a member needs has to be in its closure, though nothing in its files names a store path.
    support = out / "nix-support"
    support.mkdir()
    (support / "propagated-build-inputs").write_text(os.environ["propagated"], encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (FailedError, RefusedError) as refusal:
        sys.exit(f"error: {refusal}")
