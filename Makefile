# The two commands: `make run` measures everything and writes the report; `make test` proves the project.
# `make verify` proves all that there is, and puts it on record.
# Arguments for the harness, or for pytest, go in ARGS: make run ARGS="--variant uv --blocks 1"

PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=

.PHONY: run test verify ready lint bench lock schemas templates clean

run:
	@./bootstrap system nix-bin=nix bash-static=bash-static git=git
	@./bootstrap venv $(PYTHON) requirements.lock
	@$(PY) -m harness run $(ARGS)

# What has changed is proven, and the rest trusted for what `make verify` put on record: CONTRIBUTING says which is which.
test: ready
	@TESTS_BEGAN=$$(cat .venv/.began) $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# Everything, as far as it does not stand on record already. It can be cut off, and goes on when it is called again.
verify: ready
	@$(PY) -m harness check --findings --record results/verified.json
	@TESTS_BEGAN=$$(cat .venv/.began) $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --everything $(ARGS)

ready:
	@began=$$(date +%s); \
	./bootstrap system nix-bin=nix bash-static=bash-static git=git chromium=chromium && \
	./bootstrap venv $(PYTHON) requirements.lock requirements-cluster.lock requirements-dev.lock && echo $$began > .venv/.began

lint:
	@./bootstrap venv $(PYTHON) requirements.lock requirements-cluster.lock requirements-dev.lock
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m pytest -q tests/lint/test_house.py tests/unit/monorepo/variants/test_templates.py

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
	@$(PY) -m harness.cli.schemas

# The Nix files of all variants, after a change in variants/__templates__.
templates:
	@$(PY) -m harness.provision.pins.updating

# What Nix made is read-only, so an ordinary user's rm cannot remove it; the harness can, and does not beside a run.
clean:
	@if [ -x $(PY) ]; then $(PY) -m harness clean --all; fi
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
