# Wijkbeeld: every command a contributor or operator needs. `make help` lists them.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Notebooks run in a folder of their own, so the folder with real data is named from the root.
export WIJKBEELD_SHARED := $(abspath $(or $(WIJKBEELD_SHARED),../shared))
# Every service that a test starts reads what the one before it compiled.
unexport PYTHONDONTWRITEBYTECODE
CODE := geo data maps service tests bench hatch_build.py

# uv reads an index that was set for pip; an own setting of uv comes first.
UV = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)}}"; \
     SSL_CERT_FILE="$${SSL_CERT_FILE:-$${PIP_CERT:-$$($(BIN)/python -m pip config get global.cert 2>/dev/null || true)}}"; \
     [ -n "$$UV_DEFAULT_INDEX" ] && export UV_DEFAULT_INDEX || unset UV_DEFAULT_INDEX; \
     [ -n "$$SSL_CERT_FILE" ] && export SSL_CERT_FILE || unset SSL_CERT_FILE; \
     VIRTUAL_ENV=.venv $(BIN)/uv
LOCK = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 $(UPGRADE)

.PHONY: help demo run test lint bench faults lock format notebooks docs assets packages clean

help:  ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: .venv/stamps/run assets  ## Set up, load the bundled open data and example records, and serve on PORT (8000)
	@PORT=$(PORT) exec $(BIN)/wijkbeeld demo

run: .venv/stamps/run assets  ## Serve what is in the database, without loading anything
	@PORT=$(PORT) exec $(BIN)/wijkbeeld serve

test: lint packages  ## Everything: lint, types, contracts, all tests on both databases, browser, notebooks
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --fail-on-skip --nbmake tests notebooks

lint: .venv/stamps/dev assets  ## Check format, style, types (Python and TypeScript) and the import contracts
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/python hatch_build.py check
	@$(BIN)/lint-imports

bench: .venv/stamps/dev  ## Measure against named peers and print the ratios
	@$(BIN)/python -m bench

faults: .venv/stamps/dev assets packages  ## Run the tests that kill, cut and break things, by themselves
	@$(BIN)/python -m pytest -m faults --fail-on-skip

notebooks: .venv/stamps/dev  ## Run every notebook from top to bottom, and write them as pages in build/notebooks
	@$(BIN)/python -m nbconvert --execute --to html --TemplateExporter.extra_template_basedirs=notebooks \
	    --template sjabloon --output-dir build/notebooks notebooks/*.ipynb

docs: .venv/stamps/dev assets  ## Write the tables of commands, settings and routes in docs/ anew
	@$(BIN)/python -m pytest -q tests/test_docs.py --write-docs

format: .venv/stamps/dev  ## Format the code, and strip the output from notebooks
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)
	@find notebooks -name '*.ipynb' -exec $(BIN)/nbstripout {} +

lock: .venv/stamps/build  ## Lock Python and npm dependencies anew (UPGRADE=--upgrade takes newer versions)
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) requirements/build.in -c requirements/run.txt -o requirements/build.txt
	@$(LOCK) pyproject.toml --extra dev -c requirements/run.txt -c requirements/build.txt -o requirements/dev.txt
	@$(BIN)/python hatch_build.py lock

clean:  ## Remove what was built: .venv, assets and caches; var/ with your data stays
	@rm -rf .venv service/static service/web/node_modules dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find geo data maps service tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

assets: .venv/stamps/build
	@$(BIN)/python hatch_build.py

packages:
	@.ci/packages

.venv/stamps/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wijkbeeld needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1 || true). Try: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv ..."
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@mkdir -p $(@D) && touch $@

.venv/stamps/build: requirements/build.txt | .venv/stamps/venv
	@echo "Installing the build tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

.venv/stamps/run: requirements/run.txt pyproject.toml .venv/stamps/build
	@echo "Installing Wijkbeeld and the packages it needs ..."
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/run.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/stamps/dev: requirements/dev.txt .venv/stamps/run
	@echo "Installing the packages that tests need ..."
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@
