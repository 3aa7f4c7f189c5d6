"""What is said to Nix, and how its answers are read, with a Nix that is played."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError, StateError
from harness.measure.command import Execution
from harness.monorepo.shapes import CANONICAL
from harness.nix import HOW_TO_GET_IT, Expression, Nix, NixProgram, StorePath, complaint, find_nix, name_of
from harness.provision.nix.tree import NixPackage, names_of, read_statements
from tests.fakes import execution
from tests.made_up import VARIANT_TOML, made_up_variant
from tests.places import CHECKOUT

PROGRAMS = ("nix-build", "nix-instantiate", "nix-store", "nix-hash")


@dataclass
class PlayedNix:
    """Answers every command by one function of its argument list and remembers what it was asked."""

    answer: Callable[[Sequence[str]], Execution | str] = lambda argv: ""
    asked: list[tuple[str, ...]] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, argv: Sequence[str], env: Mapping[str, str]) -> Execution:
        self.asked.append(tuple(argv))
        self.environments.append(dict(env))
        answer = self.answer(argv)
        return execution(stdout=answer) if isinstance(answer, str) else answer


def nix(run: PlayedNix, folder: Path = Path("/state/nix"), shell: Path | None = Path("/bin/bash-static")) -> Nix:
    program = NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=shell)
    return Nix(program=program, folder=folder, run=run)


EXPRESSION = Expression(
    entry=Path("/checkout/nix/default.nix"),
    tree=Path("/tree"),
    names=Path("/names.json"),
    base=Path("/base.json"),
    salt="pepper",
)


def pairs(argv: Sequence[str]) -> set[tuple[str, str]]:
    """Each word with the one after it."""
    return set(itertools.pairwise(argv))


# Finding it


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("nix-build (Nix) 2.8.0\n", "2.8.0"),
        ("nix-build (Nix) 2.34.8\n", "2.34.8"),
        ("nix (Nix) 2.35pre20260701_abcdef0\n", "2.35pre20260701_abcdef0"),
    ],
)
def test_the_version_is_read_from_what_nix_answers(programs: Path, answer: str, version: str) -> None:
    found = find_nix(str(programs), PlayedNix(lambda argv: answer))

    assert (found.programs, found.version, found.shell) == (programs, version, None)


def test_a_static_shell_beside_nix_is_found(programs: Path) -> None:
    shell = programs / "bash-static"
    shell.write_text("", encoding="utf-8")
    shell.chmod(0o755)

    assert find_nix(str(programs), PlayedNix(lambda argv: "nix-build (Nix) 2.8.0\n")).shell == shell


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_program_is_named_with_how_to_get_it(programs: Path, name: str) -> None:
    (programs / name).unlink()
    run = PlayedNix()

    with pytest.raises(NixUnavailableError, match=f"^{name} is not installed") as caught:
        find_nix(str(programs), run)

    assert caught.value.hint == HOW_TO_GET_IT
    assert run.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        execution(stdout="lix 2.91\n"),
        execution(stdout="nix-build (Nix) 2.8.0\n", exit_code=1),
        execution(exit_code=127, stderr="error while loading shared libraries: libnixmain.so\n"),
    ],
)
def test_a_nix_that_does_not_answer_is_unavailable(programs: Path, answer: Execution) -> None:
    with pytest.raises(NixUnavailableError, match="answered") as caught:
        find_nix(str(programs), PlayedNix(lambda argv: answer))

    assert (answer.stdout + answer.stderr).strip() in str(caught.value)


# What every command is told


def test_a_build_works_in_its_own_store_in_the_sandbox_and_downloads_nothing() -> None:
    argv = nix(PlayedNix()).build_command(EXPRESSION, ["environments.hello"])

    assert argv[0] == "/usr/bin/nix-build"
    assert {("--store", "/state/nix/store"), ("substitute", "false"), ("sandbox", "true")} <= pairs(argv)
    assert ("sandbox-fallback", "false") in pairs(argv)
    assert ("sandbox-paths", "/bin/sh=/bin/bash-static") in pairs(argv)
    assert {("build-users-group", ""), ("max-jobs", "auto")} <= pairs(argv)
    assert "--no-out-link" in argv


def test_what_is_built_elsewhere_is_nixs_own_job() -> None:
    alone = nix(PlayedNix())
    helped = replace(alone, builders="ssh://builder x86_64-linux")

    assert "builders" not in alone.options
    assert ("builders", "ssh://builder x86_64-linux") in pairs(helped.build_command(EXPRESSION, ["members.hello"]))


def test_without_a_static_shell_the_sandbox_has_none() -> None:
    assert ("sandbox-paths", "") in pairs(nix(PlayedNix(), shell=None).options)


def test_an_evaluation_selects_attributes_in_order_and_hands_over_the_expression() -> None:
    argv = nix(PlayedNix()).instantiate_command(EXPRESSION, ["environments.hello", "environments.goodbye"])

    start = argv.index("/checkout/nix/default.nix")
    assert argv[0] == "/usr/bin/nix-instantiate"
    assert argv[start + 1 : start + 5] == ("-A", "environments.hello", "-A", "environments.goodbye")
    assert argv[start + 5 : start + 14] == (
        *("--argstr", "tree", "/tree"),
        *("--argstr", "names", "/names.json"),
        *("--argstr", "base", "/base.json"),
    )
    assert argv[start + 14 :] == (
        *("--argstr", "provider", "host"),
        *("--argstr", "strategy", "handwritten"),
        *("--argstr", "salt", "pepper"),
    )


def test_only_provider_host_has_a_base() -> None:
    given = replace(EXPRESSION, base=None, provider="nixpkgs")
    argv = nix(PlayedNix()).build_command(given, ["environments.hello"])

    assert "base" not in argv
    assert ("provider", "nixpkgs") in pairs(argv)


@pytest.mark.parametrize(("substitute", "told"), [(False, "false"), (True, "true")])
def test_nothing_is_downloaded_unless_it_is_asked_for(substitute: bool, told: str) -> None:
    argv = replace(nix(PlayedNix()), substitute=substitute).build_command(EXPRESSION, ["environments.hello"])

    assert ("substitute", told) in pairs(argv)


def test_nix_reads_no_configuration_and_no_channels() -> None:
    environment = nix(PlayedNix()).environment({"HOME": "/scratch", "PATH": "/usr/bin:/bin"})

    assert environment == {
        "HOME": "/scratch",
        "NIX_CONF_DIR": "/state/nix/conf",
        "NIX_USER_CONF_FILES": "",
        "NIX_PATH": "",
        "PATH": "/usr/bin:/usr/bin:/bin",
    }


def test_a_store_path_lies_below_the_private_store() -> None:
    assert nix(PlayedNix()).physical("/nix/store/abc-x") == Path("/state/nix/store/nix/store/abc-x")


# Questions


def test_derivations_go_by_the_attribute_they_were_asked_for() -> None:
    run = PlayedNix(lambda argv: "/nix/store/1-b.drv\n/nix/store/2-a.drv\n")

    assert nix(run).instantiate(EXPRESSION, ["b", "a"]) == {"b": "/nix/store/1-b.drv", "a": "/nix/store/2-a.drv"}
    assert run.environments[0]["NIX_CONF_DIR"] == "/state/nix/conf"


def test_outputs_go_by_the_attribute_they_were_asked_for() -> None:
    run = PlayedNix(lambda argv: "/nix/store/1-b\n/nix/store/2-a\n")

    assert nix(run).realise(EXPRESSION, ["b", "a"]) == {"b": "/nix/store/1-b", "a": "/nix/store/2-a"}
    assert nix(run).realise_all(EXPRESSION, "base") == ["/nix/store/1-b", "/nix/store/2-a"]


def test_fewer_answers_than_attributes_are_not_taken() -> None:
    with pytest.raises(ValueError, match="shorter"):
        nix(PlayedNix(lambda argv: "/nix/store/1-b\n")).realise(EXPRESSION, ["b", "a"])


def test_a_failure_says_which_program_and_in_nix_words_why() -> None:
    run = PlayedNix(lambda argv: execution(exit_code=1, stderr="warning: odd\nerror: attribute 'x' missing\n"))

    with pytest.raises(StateError, match=r"^nix-instantiate failed: error: attribute 'x' missing$"):
        nix(run).instantiate(EXPRESSION, ["x"])


def test_planned_pairs_each_derivation_with_its_output() -> None:
    def answer(argv: Sequence[str]) -> str:
        if "--requisites" in argv:
            return "/nix/store/1-source\n/nix/store/2-python.drv\n/nix/store/3-hello.drv\n"
        assert tuple(argv[-3:]) == ("--outputs", "/nix/store/2-python.drv", "/nix/store/3-hello.drv")
        return "/nix/store/4-python\n/nix/store/5-hello\n"

    assert nix(PlayedNix(answer)).planned(["/nix/store/3-hello.drv"]) == {
        "/nix/store/2-python.drv": "/nix/store/4-python",
        "/nix/store/3-hello.drv": "/nix/store/5-hello",
    }


RECORDED = CHECKOUT / "tests" / "fixtures" / "nix-json"


def test_of_several_outputs_the_main_one_is_planned() -> None:
    def answer(argv: Sequence[str]) -> str:
        if "--requisites" in argv:
            return "/nix/store/1-source\n/nix/store/2-tool.drv\n/nix/store/3-app.drv\n"
        if "--outputs" in argv:
            return "/nix/store/4-app\n/nix/store/5-tool\n/nix/store/6-tool-dev\n"
        assert tuple(argv[3:6]) == ("show-derivation", "--recursive", "/nix/store/3-app.drv")
        return (RECORDED / "2.8.0" / "several-outputs.json").read_text(encoding="utf-8")

    planned = nix(PlayedNix(answer)).planned(["/nix/store/3-app.drv"])

    assert sorted(map(name_of, planned.values())) == ["app-3.0", "thing-2.0", "tool-1.0"]
    assert all(name_of(path) == f"{name_of(output)}.drv" for path, output in planned.items())


@pytest.mark.parametrize(
    ("version", "verb", "file"),
    [
        ("2.8.0", ("show-derivation",), "2.8.0/show-derivation.json"),
        ("2.34.8", ("derivation", "show"), "2.34.8/derivation-show.json"),
        ("2.35pre20260701_abcdef0", ("derivation", "show"), "2.34.8/derivation-show.json"),
    ],
)
def test_how_something_is_built_is_asked_in_the_versions_own_words(
    version: str, verb: tuple[str, ...], file: str
) -> None:
    run = PlayedNix(lambda argv: (RECORDED / file).read_text(encoding="utf-8"))
    asked = nix(run)
    found = replace(asked, program=replace(asked.program, version=version)).derivations(["/nix/store/1-a.drv"])

    assert [item.name for item in found.values()] == ["python3-env"]
    assert run.asked[0][3 : 3 + len(verb)] == verb
    assert ("--extra-experimental-features", "nix-command") in pairs(run.asked[0])
    assert ("--store", "/state/nix/store") in pairs(run.asked[0])


@pytest.mark.parametrize("version", ["2.8.0", "2.34.8"])
def test_a_closure_is_asked_for_in_a_form_that_is_named_where_nix_wants_it_named(version: str) -> None:
    run = PlayedNix(lambda argv: (RECORDED / version / "path-info-closure.json").read_text(encoding="utf-8"))
    asked = nix(run)
    found = replace(asked, program=replace(asked.program, version=version)).closure("/nix/store/1-a")

    assert "python3-3.11.7" in {item.name for item in found.values()}
    assert (("--json-format", "1") in pairs(run.asked[0])) == (version == "2.34.8")
    assert "--recursive" in run.asked[0]


def test_what_is_built_is_built_again_and_compared() -> None:
    argv = nix(PlayedNix()).check_command(["/nix/store/1-a.drv"])

    assert Path(argv[0]).name == "nix-store"
    assert {"--realise", "--check", "--keep-going", "--keep-failed"} < set(argv)
    assert argv[-1] == "/nix/store/1-a.drv"
    assert nix(PlayedNix()).other("/nix/store/1-a") == Path("/state/nix/store/nix/store/1-a.check")


def test_missing_are_those_that_nix_calls_invalid() -> None:
    run = PlayedNix(lambda argv: "/nix/store/2-b\n")

    assert nix(run).missing(["/nix/store/2-b", "/nix/store/1-a"]) == {"/nix/store/2-b"}
    assert run.asked[0][-4:] == ("--check-validity", "--print-invalid", "/nix/store/1-a", "/nix/store/2-b")


def test_nothing_is_asked_about_nothing() -> None:
    run = PlayedNix()

    assert nix(run).missing([]) == frozenset()
    assert nix(run).planned([]) == {}
    assert run.asked == []


@pytest.mark.parametrize(("count", "chunks"), [(500, [500]), (501, [500, 1]), (1203, [500, 500, 203])])
def test_many_paths_are_asked_about_in_chunks(count: int, chunks: list[int]) -> None:
    def invalid(argv: Sequence[str]) -> str:
        return "\n".join(word for word in argv if word.startswith("/nix/store/"))

    run = PlayedNix(invalid)
    paths = {f"/nix/store/{number}" for number in range(count)}

    assert nix(run).missing(paths) == paths
    assert [sum(word.startswith("/nix/store/") for word in argv) for argv in run.asked] == chunks


def test_a_runtime_closure_has_the_size_of_each_path() -> None:
    run = PlayedNix(lambda argv: "120\n7\n" if "--size" in argv else "/nix/store/1-python\n/nix/store/2-hello\n")

    assert nix(run).runtime_closure("/nix/store/2-hello") == (
        StorePath(path="/nix/store/1-python", nar_bytes=120),
        StorePath(path="/nix/store/2-hello", nar_bytes=7),
    )
    assert "--include-outputs" not in run.asked[0]


def test_a_build_closure_has_outputs_and_sources_but_no_derivations() -> None:
    def answer(argv: Sequence[str]) -> str:
        if "--size" in argv:
            return "".join(f"{number}\n" for number, _ in enumerate(argv[argv.index("--size") + 1 :]))
        return "/nix/store/1-source\n/nix/store/2-hello.drv\n/nix/store/3-hello\n"

    run = PlayedNix(answer)

    assert [item.path for item in nix(run).build_closure("/nix/store/2-hello.drv")] == [
        "/nix/store/1-source",
        "/nix/store/3-hello",
    ]
    assert "--include-outputs" in run.asked[0]


def test_contents_leave_out_derivations_locks_and_hidden_entries(tmp_path: Path) -> None:
    store = tmp_path / "store" / "nix" / "store"
    assert nix(PlayedNix(), tmp_path).contents() == frozenset()
    store.mkdir(parents=True)
    for name in ("1-hello", "1-hello.drv", "1-hello.lock", ".links"):
        (store / name).touch()

    assert nix(PlayedNix(), tmp_path).contents() == {"1-hello"}


def test_a_log_that_was_not_kept_is_empty() -> None:
    assert nix(PlayedNix(lambda argv: "built\n")).build_log("/nix/store/1-x.drv") == "built\n"
    assert nix(PlayedNix(lambda argv: execution(exit_code=1, stdout="half"))).build_log("/nix/store/1-x.drv") == ""


# Complaints


def test_a_complaint_starts_at_the_error() -> None:
    stderr = "these 3 derivations will be built:\n  /nix/store/1.drv\nwarning: odd\n\nerror: no\n\n   because\n"

    assert complaint(stderr) == "error: no\n   because"


def test_a_complaint_without_an_error_line_is_the_end_of_what_there_is() -> None:
    assert complaint("\n".join(f"line {number}" for number in range(40))).splitlines() == [
        f"line {number}" for number in range(25, 40)
    ]


def test_todays_nix_says_last_what_it_complains_about() -> None:
    trace = "\n".join(f"       … while evaluating {number}\n         at /x.nix:{number}:1:" for number in range(20))

    told = complaint(f"error:\n{trace}\n\n       error: package.nix asks for left-pad\n")

    assert told.splitlines()[-1] == "       error: package.nix asks for left-pad"
    assert len(told.splitlines()) == 15


def test_a_complaint_stays_short() -> None:
    assert len(complaint("error: " + "x" * 9000)) == 2000
    assert complaint("") == ""


# What equipping asks of it


def test_names_go_by_the_variants_way_to_name_attributes(tmp_path: Path) -> None:
    text = VARIANT_TOML + '\n[nix]\nattribute = "ours-{member}"\ndevshell = ["tool"]\n'

    assert names_of(made_up_variant(tmp_path, text=text).spec.nix, CANONICAL) == {
        "members": {"shared": "ours-shared", "hello": "ours-hello", "goodbye": "ours-goodbye"},
        "applications": {"hello": "ours-hello", "goodbye": "ours-goodbye"},
        "devshell": ["tool"],
    }


def test_statements_are_read_as_nix_gives_them() -> None:
    run = PlayedNix(
        lambda argv: (
            '{"hello":{"arguments":["lib","myproject-shared"],"build_system":["uv-build"],'
            '"dependencies":["myproject-shared"],"pname":"hello","version":"0.1.0"}}'
        )
    )

    assert read_statements(nix(run), EXPRESSION) == {
        "hello": NixPackage(
            arguments=("lib", "myproject-shared"),
            pname="hello",
            version="0.1.0",
            build_system=("uv-build",),
            dependencies=("myproject-shared",),
        )
    }
    assert {"--eval", "--strict", "--json"} <= set(run.asked[0])


def test_statements_that_cannot_be_read_are_the_reason() -> None:
    run = PlayedNix(lambda argv: execution(exit_code=1, stderr="error: syntax error\n"))

    assert read_statements(nix(run), EXPRESSION) == "nix-instantiate failed: error: syntax error"
