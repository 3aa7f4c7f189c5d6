"""Grows a variant's three members into those of another shape, as its author would have written them.

The files of a variant say by example how a member is stated under its toolchain: ``shared`` is a member that needs no
other, ``hello`` one that does, and an application. What states a member or a dependency stands on a line of its own,
so growing is copying files under other names and repeating lines:

1. Each member's files are those of ``shared`` if it needs nothing, and those of ``hello`` if it does; an
   application has ``hello``'s modules, a library those of ``shared``. Where the prototype's name stands, its own does.
2. In ``hello``'s files a line that names ``shared`` states a dependency: it is repeated for each member needed.
3. In the files beside the members, lines that name all three in the same words state members: there is one for each.
   A line that only names ``shared`` is repeated for every member that others need, one that only names ``hello`` for
   every application.
4. What a member requires from outside, if it is to count, is stated behind the members that it needs: as a text of
   its own in ``[project] dependencies``, as an argument and an item of ``dependencies`` in ``package.nix``. So what
   needs no member but something from outside has ``hello``'s files.
5. Comments are said once.

Grown into the canonical shape, a variant is what it was, byte for byte.
"""

from __future__ import annotations

from harness.monorepo.growing.grow import grow, grown_files
from harness.monorepo.growing.statements import complaints

__all__ = ["complaints", "grow", "grown_files"]
