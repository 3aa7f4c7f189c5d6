"""``missing-init``: a package without ``__init__.py`` is a namespace package, and hardly ever meant to be one."""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.archives import entries
from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.complaints import facts as complaint
from harness.findings.complaints import judge
from harness.findings.products import alone, application_and_library, commands_of, products, try_build
from harness.monorepo.shapes import Member
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab


def conduct(lab: Lab) -> Iterator[Observation]:
    """Take ``__init__.py`` away, leave a module that does the work alone, and build."""
    application, library = application_and_library(lab)
    lab.fresh()
    removed = _remove_init(lab, application, library)
    narrow = alone(lab, application)
    trial = try_build(narrow)
    typed = f"{removed} is removed\n"
    if not trial.ok:
        value, told = "refused", trial.evidence
    else:
        wheel = products(narrow, trial).wheels[application.name]
        names = [entry.name for entry in entries(wheel)]
        value = "ships-namespace-package" if f"{application.name}/__main__.py" in names else "ships-without-code"
        told = "\n".join([commands_of(trial), f"{wheel.name} holds:", *sorted(names)])
    yield observed("missing-init", value, typed + told)
    yield judge(
        "error-missing-init",
        trial,
        # Not their bare names: a traceback is full of __init__.py and of site-packages.
        files=(f"{application.name}/__init__.py", "pyproject.toml"),
        keys=("[tool.", "`tool.", "module-name", "packages ="),
    )


def _remove_init(lab: Lab, application: Member, library: Member) -> str:
    """Take the file away and let ``__main__.py`` do without it; the file's place in the checkout."""
    package = lab.workspace.root / application.name / "src" / application.name
    if not (package / "__init__.py").is_file():
        raise StateError(f"{application.name} has no __init__.py to remove.")
    (package / "__init__.py").unlink()
    says = f'print(f"{application.name.capitalize()}, {{NAME}}")'
    (package / "__main__.py").write_text(f"from {library.name} import NAME\n\n{says}\n", encoding="utf-8")
    return f"{application.name}/src/{application.name}/__init__.py"


_FACTS = {
    "missing-init": FindingFacts(
        title="Forgotten __init__.py",
        question="Is hello built if its __init__.py was forgotten?",
        experiment="__init__.py of hello is removed, __main__.py is left and needs nothing from it. hello is built, "
        "and its wheel is looked into.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values={
            "refused": good("The build fails, so it is noticed."),
            "ships-namespace-package": fair("It is built without a word; what is shipped is a namespace package."),
            "ships-without-code": bad("It is built without a word, and the wheel has no code in it."),
        },
    ),
    "error-missing-init": complaint("__init__.py was forgotten"),
}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
