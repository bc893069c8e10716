# Everything for users and developers; `make help` lists it.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
RAW ?= ../shared/raw
BENCH ?= ../shared/bench

# The first candidate that really starts and is new enough.
CANDIDATES = python3 python3.14 python3.13 python3.12 $(HOME)/.pyenv/versions/*/bin/python3 "$$(uv python find '>=3.12' 2>/dev/null)"
FIND_PYTHON = for python in $(CANDIDATES); do \
	if "$$python" -c 'import sys, venv, ssl; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; \
	then echo "$$python"; exit 0; fi; done; \
	echo "siting needs Python 3.12 or newer, and none was found." >&2; \
	echo "Install one from your system's packages (python3.12 and python3.12-venv), with pyenv (pyenv install 3.12) or with uv (uv python install 3.12), and call make again." >&2; \
	exit 1

.PHONY: help run test test-long test-all coverage fuzz soak mutants lint format hooks bench bench-peers bench-published bench-records data results house schema readme docs docs-output played changelog lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^##@ / {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use

run: $(VENV)/run ## set up, answer the main question, say where to look
	$(BIN)/siting run remaining_offices

docs: $(VENV)/test ## build the site of these pages into build/docs, and check the docstrings that it shows
	$(BIN)/python -m sphinx --builder html --fail-on-warning --fresh-env --quiet docs build/docs
	$(BIN)/python -m tools.foreign_hosts build/docs

##@ Test

# Three on two cores: some wait for clusters, browsers and time-outs. Files in their order, since the
# longest have few tests, and xdist would leave them to the end.
PYTEST = $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test: $(VENV)/test ## run the tests but for the long ones: four minutes on two cores
	$(PYTEST) -m "not long" $(ARGS)

test-long: $(VENV)/test ## run the long tests alone: every scenario that ships, every fault, clusters, browsers, kills
	$(PYTEST) -m long $(ARGS)

test-all: test test-long ## run all tests, each once

fuzz: $(VENV)/test ## compare values, bounds, ties and clashes with brute force, on 40,000 random problems, and verify certificates of over 2,000
	SITING_EXAMPLES=20 $(BIN)/python -m pytest -n 2 tests/model/test_agreement.py

soak: $(VENV)/test ## kill 300 runs and stop 60 more, and put what happened into docs/reliability.md
	$(BIN)/python -m tests.project.reliability.trials --soak docs/reliability_soak.json --kills $(KILLS) --signals $(SIGNALS)
	$(BIN)/python -m tools.write_reliability
KILLS = 300
SIGNALS = 60

coverage: $(VENV)/test ## run all tests and show which lines and branches none of them reaches
	$(PYTEST) --cov $(ARGS)

mutants: $(VENV)/test ## change the model at random and see whether the tests notice (ARGS="--minutes 60 MODULE")
	$(BIN)/python -m tools.mutants $(ARGS)

##@ Style

lint: $(VENV)/test ## check style, types, imports, lengths and repeated blocks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check_lengths
	$(BIN)/pylint siting tests tools

format: $(VENV)/test ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hooks: $(VENV)/test ## check what is committed, at each commit
	git config core.hooksPath .ci/hooks

##@ Measure

bench: $(VENV)/test ## measure time and memory of each stage, and how they grow
	$(BIN)/python -m tools.benchmarks.stages
	$(BIN)/python -m tools.benchmarks.large_network
	$(BIN)/python -m tools.benchmarks.network_forms
	$(BIN)/python -m tools.benchmarks.robustness
	$(BIN)/python -m tools.benchmarks.growth docs

bench-peers: .venv-peers/ready ## compare with spopt, in an environment of its own
	$(BIN)/siting benchmark synthetic --clients 1000 --candidates 1000 --p 20 --time-limit 240 --against spopt

bench-records: $(VENV)/test ## solve the largest published instances, two hours each at most, and go on where it was interrupted
	$(BIN)/python -m tools.benchmarks.records $(BENCH) docs

bench-published: $(VENV)/test .venv-peers/ready ## solve the published instances in BENCH, and those that spopt can with it too
	$(BIN)/python -m tools.benchmarks.published $(BENCH) docs

.venv-peers/ready: $(VENV)/run requirements-peers.txt
	$(BIN)/python -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-peers.txt
	@touch $@

##@ Make anew what is committed

# Whoever makes it, roads of their own stay out of it.
results readme docs-output played: export SITING_NETWORKS = /dev/null

data: $(VENV)/test ## make data/ anew from the raw tables in RAW
	$(BIN)/siting data build --raw $(RAW)
	$(BIN)/siting data check

results: $(VENV)/test ## run every shipped scenario and write results/ anew
	$(BIN)/python -m tools.make_results

readme: $(VENV)/test ## put output and map of the main scenario into the README
	$(BIN)/python -m tools.write_readme

docs-output: $(VENV)/test ## put the outputs of their commands into the pages of docs/ (PAGES="explain …" for some)
	$(BIN)/python -m tools.write_docs $(PAGES)

played: $(VENV)/test ## run the commands of the tutorial and put in what comes out
	$(BIN)/python -m tools.play_pages

house: $(VENV)/test ## draw the picture of the rooms from the code, and print how large they are
	$(BIN)/python -m tools.draw_house
	$(BIN)/python -m tools.measure_house

schema: $(VENV)/run ## write scenarios/schema.json anew
	$(BIN)/siting schema > scenarios/schema.json

changelog: $(VENV)/test ## put the fragments in changelog.d/ into CHANGELOG.md
	$(BIN)/towncrier build --yes --version unreleased

lock: $(VENV)/test ## choose versions anew and pin them with their hashes
	$(BIN)/uv pip compile $(LOCK) --extra report --group setup --output-file requirements.txt pyproject.toml
	$(BIN)/uv pip compile $(LOCK) --group pyproject.toml:peers --output-file requirements-peers.txt
	$(BIN)/uv pip compile $(LOCK) --constraint requirements.txt --all-extras --group setup --group dev --group docs --output-file requirements-test.txt pyproject.toml
LOCK = --universal --python-version 3.12 --generate-hashes --no-annotate --upgrade --custom-compile-command 'make lock'

##@ Tidy

clean: ## remove the environment and everything that tools left
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/python:
	@python=$$($(FIND_PYTHON)) || exit 1; echo "Using $$python"; "$$python" -m venv --clear $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test: $(VENV)/run requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-test.txt
	@touch $@
