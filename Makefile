# Taiqu: `make demo` shows the main job on an invented station, `make test` runs every check.
# Both install what they need first. PYTHON=… chooses the interpreter, ARGS=… is passed on.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-long demo run test check test-long bench lock catalogue format wheel clean

BIN := .venv/bin
ARGS ?=
# Tests of one file stay in one process; as many processes as there are cores, at most four.
PARALLEL ?= -n auto --maxprocesses=4 --dist loadfile
export PYTHON

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install what is needed (system packages where root, .venv)
	@installer/setup.sh

setup-long:
	@installer/setup.sh --long

demo: setup ## the main job from sample to paper, then the window (ARGS=--no-window)
	$(BIN)/taiqu demo $(ARGS)

run: setup ## the window (ARGS=station.gpkg)
	$(BIN)/taiqu $(ARGS)

check: setup ## style, types and import contracts
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

test: check ## every check and test
	$(BIN)/python -m pytest -q $(PARALLEL) $(ARGS)

test-long: setup-long check ## the full counts: kills, properties, events, fuzzing, browser, LibreOffice
	@mkdir -p out
	TAIQU_TEST_SCALE=long $(BIN)/python -m pytest -q $(PARALLEL) -m "long or not long" --junitxml=out/test-long.xml $(ARGS); \
	    code=$$?; $(BIN)/python -m tests.result_table out/test-long.xml; exit $$code

bench: setup ## the benchmarks, beside peers that are installed only for them
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable ".[bench]"
	$(BIN)/python -m benchmarks $(ARGS)

lock: setup ## choose the newest fitting versions anew
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.7"
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --upgrade --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock

catalogue: setup ## bring the Chinese catalogue up to date and list what lacks Chinese
	$(BIN)/python -m resources.i18n.catalogue update
	$(BIN)/python -m resources.i18n.catalogue missing

format: setup ## put the code into its form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

wheel: setup ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what can be made again, .venv included
	rm -rf .venv build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
