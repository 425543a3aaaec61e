# Haru's front door. `make run` runs it, `make test` runs everything CI runs.
PYTHON ?= python3
HARU := .venv/bin/haru
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes

.PHONY: help install run test check bench fuzz crash soak audit lock words map clean

help: ## Say what each target does
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

install: .venv/installed ## Make .venv with the command .venv/bin/haru

run: install ## Run Haru; without Slack tokens, in a local workspace at http://127.0.0.1:8420
	@$(HARU) run

test: .venv/tested-with check ## Lint, types, import contracts and tests; part of them on 3.13 too, where installed
	@.venv/bin/pytest -n auto --dist loadscope
	@sh tests/second_python

check: .venv/tested-with ## Lint, types, import contracts and unused code only
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/vulture

bench: .venv/tested-with ## Measure, as ratios to named references in the same run
	@.venv/bin/python -m tests.bench

fuzz: .venv/tested-with ## Five million executions: documents, feeds, requests, typed text, OAuth callbacks
	@.venv/bin/python -m tests.fuzz

crash: .venv/tested-with ## Worker processes killed and frozen at every named point, databases taken away
	@.venv/bin/python -m tests.crash
	@HARU_OUTAGE_SECONDS=20 .venv/bin/pytest -q tests/bot/delivery/test_outages.py

soak: .venv/tested-with ## Ten thousand schedules of a simulated Haru; fewer with ARGS="--schedules 500"
	@.venv/bin/python -m tests.soak $(ARGS)

audit: .venv/tested-with ## Check the locks for known vulnerabilities; offline with ARGS="--advisories FOLDER"
	@.venv/bin/python -m tests.audit $(ARGS)

words: .venv/tested-with ## Extract what Haru says into the catalogues
	@.venv/bin/python -m bot.language.extract

map: .venv/tested-with ## Write the map of the modules into ARCHITECTURE.md
	@.venv/bin/python -m tests.architecture_map

lock: ## Make the lock files anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --group build -o requirements.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --group build --group dev --group fuzz \
		-c requirements.txt -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --group semantic -o requirements-semantic.txt

clean: ## Remove what make made; keeps data/
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Haru needs Python 3.11 or newer; say which with: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt pyproject.toml
	@echo "Installing what Haru needs into .venv…"
	@.venv/bin/pip install $(PIP_FLAGS) -r requirements.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The optional extra goes beside the rest: with tests installed or not, .venv is what runs in production.
.venv/tested-with: .venv/installed requirements-dev.txt requirements-semantic.txt
	@echo "Installing what the tests need into .venv…"
	@.venv/bin/pip install $(PIP_FLAGS) -r requirements-dev.txt
	@.venv/bin/pip install $(PIP_FLAGS) --upgrade --target .venv/semantic -r requirements-semantic.txt
	@touch $@
