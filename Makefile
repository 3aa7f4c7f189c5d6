# The two commands: `make run` measures everything and writes the report; `make test` proves the project.
# Arguments for the harness, or for pytest, go in ARGS: make run ARGS="--variant uv --blocks 1"

PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=

.PHONY: run test lint bench lock schemas clean

run:
	@./bootstrap system nix-bin=nix bash-static=bash-static git=git
	@./bootstrap venv $(PYTHON) requirements.lock
	@$(PY) -m harness run $(ARGS)

test: lint
	@./bootstrap system nix-bin=nix bash-static=bash-static git=git chromium=chromium
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20 $(ARGS)

lint:
	@./bootstrap venv $(PYTHON) requirements.lock requirements-cluster.lock requirements-dev.lock
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench:
	@./bootstrap system hyperfine=hyperfine
	@./bootstrap venv $(PYTHON) requirements.lock requirements-cluster.lock requirements-dev.lock
	@$(PY) -m benchmarks

# All locks anew, from pyproject.toml: names, versions and hashes, no addresses.
lock:
	@$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --output-file requirements.lock
	@$(PY) -m uv pip compile pyproject.toml --extra cluster --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --output-file requirements-cluster.lock
	@$(PY) -m uv pip compile pyproject.toml --extra dev --constraint requirements.lock --constraint requirements-cluster.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --output-file requirements-dev.lock

schemas:
	@$(PY) -m harness.schemas

# What Nix made is read-only, so an ordinary user's rm cannot remove it; the harness can, and does not beside a run.
clean:
	@if [ -x $(PY) ]; then $(PY) -m harness clean --all; fi
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
