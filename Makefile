# DomoAdmin. `make up` starts it, `make test` tests it; both set up everything they need.
.DELETE_ON_ERROR:
.PHONY: up setup test lint reset lock bench help

VENV := .venv
PYTHON := $(VENV)/bin/python
export PORT DOMOADMIN_DATA_DIR SYSTEM_PYTHON
# Where it is set, each process compiles all sources anew: over a second of each start, minutes of the tests.
unexport PYTHONDONTWRITEBYTECODE

up: setup ## Start DomoAdmin; Ctrl-C stops it
	@exec $(PYTHON) -m domoadmin.supervisor

setup: $(VENV)/.embedded ## Make the environment and the database, start nothing
	@$(PYTHON) -m domoadmin.supervisor --prepare

test: $(VENV)/.test ## Run every test, the browser's included
	@tools/test

lint: $(VENV)/.test ## Check style, types and the floors
	@tools/lint

reset: ## Forget everything that DomoAdmin wrote
	@tools/reset

bench: $(VENV)/.test ## Measure, side by side with what one would use instead
	@$(PYTHON) bench/upload.py
	@$(PYTHON) bench/history.py
	@$(PYTHON) bench/pages.py

lock: $(VENV)/.base ## Resolve the dependencies anew
	@tools/lock

$(VENV)/.base: requirements/base.txt requirements/installer.txt tools/environment
	@tools/environment base

$(VENV)/.embedded: $(VENV)/.base requirements/embedded.txt
	@tools/environment embedded

$(VENV)/.test: $(VENV)/.embedded requirements/test.txt
	@tools/environment test

help: ## Show this help
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/'
