"""``closure-…`` and ``carries-build``: what has to be at hand to run, to build and to work on an application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.findings.base import Experiment, Observation, bad, good
from harness.findings.noticing import built_paths
from harness.nix import StorePath, name_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

# The folder that Nix' sandbox builds in.
_BUILDER = b"/build/"

_CLOSURES = {
    "runtime": ("to run hello", "the environment of hello", True),
    "build": ("to build hello", "the derivation of hello's environment, its output included,", True),
    "devshell": ("to work on the monorepo", "an environment with the variant's toolchain", False),
}

_FACTS = {
    **{
        f"closure-{name}": FindingFacts(
            title=f"Closure {purpose}",
            question=f"How many bytes have to be in the store {purpose}?",
            experiment=f"Nix lists everything that {whose} needs, path by path, with the size of each as it serialises"
            " it (NAR). It is the provider's: with host, Python is this machine's own.",
            group="closures",
            lanes=(Lane.NIX,),
            unit="bytes",
            per_strategy=per_strategy,
        )
        for name, (purpose, whose, per_strategy) in _CLOSURES.items()
    },
    "carries-build": FindingFacts(
        title="What runs carries something of the build",
        question="Does the runtime closure hold a build tool, or a file that names the folder it was built in?",
        experiment="The runtime closures of both applications' environments are held against all that members are "
        f"built with, and the files of members are searched for {_BUILDER.decode()}, where Nix' sandbox builds.",
        group="closures",
        lanes=(Lane.NIX,),
        per_strategy=True,
        values={
            "nothing": good("Neither the one nor the other."),
            "builders-path": bad("A file names the folder that it was built in."),
            "build-tool": bad("A tool of the build is in the closure."),
        },
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build in each strategy, and list what is needed."""
    if lab.nix_unavailable:
        return
    lab.fresh(lock=False)
    yield _devshell(lab)
    for strategy in lab.strategies:
        yield from _observe(lab, strategy)


def _devshell(lab: Lab) -> Observation:
    (shell,) = built_paths(lab, "devshell")
    closure = lab.nix().nix.closure(shell).values()
    return _sized("closure-devshell", None, "nix-store --query --requisites $(nix-build -A devshell)", closure)


def _observe(lab: Lab, strategy: str) -> Iterator[Observation]:
    names = [member.name for member in lab.shape.applications]
    members = built_paths(lab, *(f"members.{member.name}" for member in lab.shape.members), strategy=strategy)
    environments = built_paths(lab, *(f"environments.{name}" for name in names), strategy=strategy)
    side = lab.nix()
    attribute = f"environments.{names[0]}"
    asked = f"nix-store --query --requisites $(nix-build -A {attribute})"
    yield _sized("closure-runtime", strategy, asked, side.nix.closure(environments[0]).values())
    (derivation,) = side.nix.instantiate(side.expression(strategy), [attribute]).values()
    asked = f"nix-store --query --requisites --include-outputs $(nix-instantiate -A {attribute}), derivations left out"
    yield _sized("closure-build", strategy, asked, side.nix.build_closure(derivation))
    yield _carried(lab, strategy, members, environments)


def _carried(lab: Lab, strategy: str, members: Iterable[str], environments: Iterable[str]) -> Observation:
    side = lab.nix()
    run = {path for environment in environments for path in side.nix.closure(environment)}
    # The first of the base is the interpreter, which is there to be run.
    tools = set(side.nix.realise_all(side.expression(strategy), "base")[1:])
    there = [f"{name_of(path)} is in the runtime closure" for path in sorted(run & tools)]
    named = [line for path in members for line in _naming(side.nix.physical(path))]
    value = "build-tool" if there else "builders-path" if named else "nothing"
    evidence = "\n".join([*there, *named]) or "No build tool is in it, and no file names where it was built."
    return Observation(finding="carries-build", lane=Lane.NIX, strategy=strategy, value=value, evidence=evidence)


def _naming(output: Path) -> Iterator[str]:
    """The files of an output that name the folder of its build, each with the line."""
    for path in sorted(output.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for line in path.read_bytes().splitlines():
                if _BUILDER in line:
                    where = path.relative_to(output).as_posix()
                    yield f"{name_of(str(output))}: {where}: {line.decode(errors='replace')[:200]}"


def _sized(finding: str, strategy: str | None, asked: str, paths: Iterable[StorePath]) -> Observation:
    """A closure with the size of each of its paths; those of one name are one."""
    sizes: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for item in paths:
        sizes[item.name] += item.nar_bytes
        counted[item.name] += 1
    several = "".join(f"\n({count} paths are called {name})" for name, count in sorted(counted.items()) if count > 1)
    return Observation(
        finding=finding,
        lane=Lane.NIX,
        strategy=strategy,
        value=str(sum(sizes.values())),
        evidence=f"$ {asked}\n{sum(counted.values())} paths{several}",
        sizes=dict(sizes.most_common()),
    )


FINDING = Experiment(facts=_FACTS, conduct=conduct)
