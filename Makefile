# Two promises: `make demo` and `make test`, on a clean clone, in either order.
PYTHON ?= python3
BIN    := .venv/bin
UV     := VIRTUAL_ENV=$(CURDIR)/.venv UV_COMPILE_BYTECODE=1 $(BIN)/uv
INSTALL := $(UV) pip install --quiet --require-hashes

.PHONY: demo test test-long lint bench docs lock format clean

demo: .venv/run.stamp ## the whole system, no accounts: a simulated year and its report
	$(BIN)/followup demo

# Tests of the pure rooms, whose coverage is measured. Measuring the others would take a third more of their time.
COVERED := tests/survey tests/scheduler $(filter-out %/disclosure/ %/__pycache__/,$(wildcard tests/reporting/*/))

test: .venv/browser.stamp lint ## every check that a commit must pass
	$(BIN)/pytest --cov -n 2 $(COVERED)
	$(BIN)/pytest -n 2 $(addprefix --ignore=,$(COVERED:/=))
	@$(BIN)/python -m tests.support.browser.chromium --report

test-long: .venv/test.stamp ## the slow laws and the real kills
	$(BIN)/pytest -m long -p no:cacheprovider

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/bench.stamp ## ours against the references, side by side
	$(BIN)/python -m tests.benchmarks

docs: .venv/docs.stamp ## docs/ as a site in out/site; the commands' page is made from the program
	$(BIN)/python -m typer bot.cli.main utils docs --name followup --title Commands --output docs/commands.md
	$(BIN)/mkdocs build --quiet --strict
	@echo out/site/index.html

# Hashes pin every wheel; the locks name no index, so that any mirror will do.
lock: .venv/setup.stamp
	$(call compile,--group setup,setup)
	$(call compile,pyproject.toml,run)
	$(call compile,pyproject.toml --group docs -c requirements/run.txt,docs)
	$(call compile,pyproject.toml --group test -c requirements/docs.txt,test)
	$(call compile,pyproject.toml --group test --group bench -c requirements/test.txt,bench)
compile = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(1) -o requirements/$(2).txt

# Debian splits venv from python3: where it is missing, root installs it and others are told.
.venv/setup.stamp: requirements/setup.txt
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || [ "$$(id -u)" != 0 ] || apt-get install -y -q python3-venv
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'This needs Python 3.11 or newer with venv: apt install python3-venv, or make PYTHON=/path/to/python3.'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/setup.txt
	@touch $@

.venv/run.stamp: .venv/setup.stamp requirements/run.txt pyproject.toml
	$(INSTALL) -r requirements/run.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements/test.txt
	$(INSTALL) -r requirements/test.txt
	@touch $@

.venv/docs.stamp: .venv/run.stamp requirements/docs.txt
	$(INSTALL) -r requirements/docs.txt
	@touch $@

# The browser tests use the Chromium that is there; where none is, one is installed. Tried once, never fatal.
.venv/browser.stamp: .venv/test.stamp
	@$(BIN)/python -m tests.support.browser.chromium
	@touch $@

.venv/bench.stamp: .venv/test.stamp requirements/bench.txt
	$(INSTALL) -r requirements/bench.txt
	@touch $@

clean:
	rm -rf .venv out
