#!/bin/sh
# Starts a module with the sources of every member on Python's path: ./run.sh hello
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

path=
for sources in "$root"/*/src; do
    path="$path${path:+:}$sources"
done

PYTHONPATH=$path exec "${PYTHON:-python3}" -m "$@"
