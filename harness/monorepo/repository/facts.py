"""What the files of one project say, and what of them could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, order=True)
class Note:
    """Something that could not be read, or was left out: where it stands, why, and what to do.

    ``lost`` says that dependencies may be missing for it.
    """

    file: str
    key: str = ""
    line: int = 0
    said: str
    hint: str = ""
    lost: bool = False


#: The groups of entry points that are started; others are plugins.
SCRIPTS = frozenset({"console_scripts", "gui_scripts"})


def _nothing_beside(path: str) -> str:
    raise ValueError(f"cannot be read: there is nothing beside it ({path})")


@dataclass(frozen=True)
class Notes:
    """Gathers the notes about one file; ``beside`` is the text of another that it names, or a ``ValueError``."""

    file: str
    found: list[Note] = field(default_factory=list)
    beside: Callable[[str], str] = _nothing_beside

    def tell(self, key: str, said: str, hint: str = "", *, line: int = 0, lost: bool = False) -> None:
        """Note that something could not be read."""
        self.found.append(Note(file=self.file, key=key, line=line, said=said, hint=hint, lost=lost))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a project requires to run.

    ``name`` is normalised, and empty where only a path is stated; ``text`` is the requirement as PEP 508 has it,
    without an address; ``path`` is as it was written, from the project's own folder.
    """

    name: str
    text: str
    key: str
    file: str
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class DeclaredWorkspace:
    """Which folders a workspace has, as patterns from the folder that states it."""

    tool: str
    key: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """What the files of one folder say about its project.

    ``sources`` are the paths of what is required by name; ``packages`` the folders and files that are its code, where
    it says so; ``scripts``, ``no_package`` and ``dynamic`` the key that declares commands, that says it is no package,
    and that leaves dependencies to the backend. ``uncounted`` are keys whose requirements are optional or for
    development; ``extras`` are what optional ones require, which counts where a member asks for one. ``plugins`` is the
    key of entry points that are no scripts, ``builds`` what says that this is to be built. ``states_dependencies`` says
    that no other file need be asked for them, ``unnamed`` that there is a name which is made while code runs.
    """

    name: str = ""
    wanted: tuple[Wanted, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    workspaces: tuple[DeclaredWorkspace, ...] = ()
    packages: tuple[str, ...] = ()
    scripts: str = ""
    no_package: str = ""
    dynamic: str = ""
    uncounted: tuple[str, ...] = ()
    states_dependencies: bool = False
    unnamed: bool = False
    extras: Mapping[str, tuple[Wanted, ...]] = field(default_factory=dict)
    plugins: str = ""
    builds: str = ""

    def joined(self, other: ProjectFacts) -> ProjectFacts:
        """Both together; where they state the same, these come first."""
        return ProjectFacts(
            name=self.name or other.name,
            wanted=self.wanted if self.states_dependencies else (*self.wanted, *other.wanted),
            sources={**other.sources, **self.sources},
            workspaces=(*self.workspaces, *other.workspaces),
            packages=self.packages or other.packages,
            scripts=self.scripts or other.scripts,
            no_package=self.no_package or other.no_package,
            dynamic=self.dynamic or other.dynamic,
            uncounted=(*self.uncounted, *other.uncounted),
            states_dependencies=self.states_dependencies or other.states_dependencies,
            unnamed=self.unnamed or other.unnamed,
            extras={**other.extras, **self.extras},
            plugins=self.plugins or other.plugins,
            builds=self.builds or other.builds,
        )
