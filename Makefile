# Two commands do all the set-up: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
UV_VERSION := 0.13.9
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint requirements.lock --editable

.DEFAULT_GOAL := help
.PHONY: help run test trials dev bench lint format lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "One Network needs Python 3.11; call: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(BIN)/uv pyproject.toml requirements.lock
	$(INSTALL) .
	@$(BIN)/python -m compileall -q connectors pipelines quality warehouse
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(INSTALL) '.[dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(INSTALL) '.[dev,bench]'
	@touch $@

run: $(VENV)/.run ## write the sample city and run the main job on it
	$(BIN)/onenet sample --persons 5000 --seed 1 --out .sample
	$(BIN)/onenet run --inbox .sample/deliveries --home .home

test: $(VENV)/.dev ## run the tests
	$(BIN)/pytest -n auto --dist loadfile

trials: $(VENV)/.dev ## run the tests that take several runs over a whole city each; for every night
	$(BIN)/pytest -n auto --dist loadfile -m trial

dev: $(VENV)/.run ## open Dagster on the same definitions (http://127.0.0.1:3000)
	mkdir -p .dagster .home .sample/deliveries
	cp dagster.yaml .dagster/dagster.yaml
	DAGSTER_HOME=$(CURDIR)/.dagster ONENET_HOME=$(CURDIR)/.home ONENET_INBOX=$(CURDIR)/.sample/deliveries $(BIN)/dg dev

bench: $(VENV)/.bench ## measure speed and accuracy against peers, into benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lint: $(VENV)/.dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(BIN)/uv ## resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-emit-index-url --no-header pyproject.toml -o requirements.lock

clean: ## remove what run, dev and test wrote
	rm -rf .home .sample .dagster .pytest_cache .ruff_cache .mypy_cache .hypothesis
