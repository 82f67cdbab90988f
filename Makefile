# The commands of the house. `make help` lists them.

PYTHON ?= python3
VENV := .venv
# Two tests side by side on two cores; browser and chaos runs stay one at a time.
PYTEST_ARGS ?= --numprocesses auto --dist loadgroup
BIN := $(VENV)/bin
RUNTIME_STAMP := $(VENV)/.installed-runtime
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install dev serve demo test lint format bench lock triage-train clean

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUNTIME_STAMP) ## Make .venv with what the service needs

dev: $(DEV_STAMP) ## The same, with the tools for tests and checks

serve: install ## Start the service (visitor page at /, console at /console)
	$(BIN)/madoakari serve

demo: install ## A fictional night on a temporary database
	$(BIN)/madoakari demo

test: dev ## Everything that must pass: lint, types, import contracts, tests
	scripts/bring-services
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: dev ## ruff, mypy --strict and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev ## Let ruff lay out the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: dev ## Measure against a bare floor (docs/performance.md)
	$(BIN)/python -m bench $(BENCH_ARGS)

triage-train: dev ## Make triage's weights anew (MADOAKARI_PRETRAINING names the texts; hours)
	$(PIP) install --editable '.[train]'
	$(BIN)/python -m triage.training

lock: dev ## Write requirements.lock and requirements-dev.lock anew from pyproject.toml
	scripts/lock

clean: ## Remove what was built; data/ and .env stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	scripts/make-venv "$(PYTHON)" "$(VENV)"

$(RUNTIME_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUNTIME_STAMP)
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
