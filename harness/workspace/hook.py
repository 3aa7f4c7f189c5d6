"""Started in a backend's environment: calls one hook of PEP 517 or PEP 660 and writes down what it returned, as JSON.

    python hook.py MODULE HOOK FOLDER ANSWER

It is what a front end runs for each hook, and imports nothing that the backend need not. The answer has a file of its
own, as backends print what they like. ``hooks`` in the place of a hook answers with the names of those there are.
"""

import importlib
import json
import sys

HOOKS = (
    "build_wheel",
    "build_sdist",
    "build_editable",
    "prepare_metadata_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "get_requires_for_build_wheel",
    "get_requires_for_build_sdist",
    "get_requires_for_build_editable",
)


def main(module: str, hook: str, folder: str, answer: str) -> None:
    """Call the hook in the project that is the current folder."""
    path, _, attributes = module.partition(":")
    backend = importlib.import_module(path)
    for name in filter(None, attributes.split(".")):
        backend = getattr(backend, name)
    there = [name for name in HOOKS if hasattr(backend, name)]
    returned = there if hook == "hooks" else getattr(backend, hook)(folder)
    with open(answer, "w", encoding="utf-8") as file:  # noqa: PTH123 - importing pathlib would be measured too
        json.dump(returned, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
