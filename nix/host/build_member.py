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


def runner(cmd: list[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
    """Run a backend's hook where it finds the backend and the backend's programs."""
    env = {**os.environ, **(extra_environ or {}), "PYTHONPATH": os.environ["backends"], "HOME": os.fspath(Path.cwd())}
    env["PATH"] = f"{os.environ['tools']}:{env['PATH']}" if os.environ["tools"] else env["PATH"]
    env["SOURCE_DATE_EPOCH"] = "315532800"
    subprocess.run(cmd, cwd=cwd, env=env, check=True)


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


def run_tests(source: Path, folders: Iterable[str]) -> None:
    """Run the member's tests, as pytestCheckHook does: with what was installed, not with what lies in the source."""
    env = {**os.environ, "PYTHONPATH": ":".join(folders), "HOME": os.fspath(Path.cwd())}
    subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider"], cwd=source, env=env, check=True)


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
    env = {**os.environ, "PYTHONPATH": ":".join([os.fspath(site), *dependencies])}
    for module in os.environ["imports"].split():
        subprocess.run([sys.executable, "-c", f"import {module}"], env=env, check=True)
    if inputs := os.environ.get("checkInputs"):
        run_tests(source, [os.fspath(site), *dependencies, *inputs.split(":")])
    # What a member needs has to be in its closure, though nothing in its files names a store path.
    support = out / "nix-support"
    support.mkdir()
    (support / "propagated-build-inputs").write_text(os.environ["propagated"], encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except RefusedError as refusal:
        sys.exit(f"error: {refusal}")
