# make demo   the sample organisation, synced and served, with a cited brief
# make test   the tests (default run); make test-slow runs the slow ones
# make check  format, lint, types, import contracts, docs, prompts
# make eval-quick   a part of the evaluations, held against what was accepted: what CI gates every change with
# make bench  the benchmarks; make format; make lock; make docs; make clean
# make score ROOT=data SPLIT=dev SCORER=data/score.py   how well the engines of insight do on organisations with a known outcome
PYTHON ?= python3
BIN := .venv/bin
DEMO_DATA ?= .data/demo
PORT ?= 8420
TEST_WORKERS ?= 2
SPLIT ?= dev
SCORER ?= $(ROOT)/score.py
SCORER_PYTHON ?= $(PYTHON)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-slow check eval-quick format lock docs bench score clean

help:
	@sed -n 's/^# //p' Makefile

.venv/.runtime: requirements/runtime.txt requirements/models.txt pyproject.toml $(wildcard plugins/*/pyproject.toml) tools/setup
	@PYTHON="$(PYTHON)" tools/setup runtime

.venv/.dev: .venv/.runtime requirements/dev.txt
	@PYTHON="$(PYTHON)" tools/setup dev

.cache/corpora/.ready: requirements/corpora.txt | .venv/.dev
	@tools/setup corpora

.venv/.browser: tools/system-packages
	@tools/system-packages

setup: .venv/.runtime
setup-dev: .venv/.dev

demo: setup
	@COACHKIT_DATA="$(DEMO_DATA)" COACHKIT_PORT="$(PORT)" $(BIN)/coachkit demo

test: setup-dev .venv/.browser
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow"

test-slow: setup-dev .venv/.browser .cache/corpora/.ready
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup --no-loadscope-reorder -m "slow or hypothesis" \
		--hypothesis-profile thorough --timeout 1200

check: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/docs.py --check
	@$(BIN)/coachkit prompt check

eval-quick: setup-dev
	@$(BIN)/coachkit eval baseline check
	@$(BIN)/coachkit eval run evals/quick.yaml --out .cache/evals/quick.jsonl
	@$(BIN)/coachkit eval gate .cache/evals/quick.jsonl

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/lock.py

docs: setup-dev
	@$(BIN)/python tools/docs.py

bench: setup-dev .cache/corpora/.ready
	@for bench in benchmarks/*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

score: setup
	@BIN="$(BIN)" ROOT="$(ROOT)" SPLIT="$(SPLIT)" SCORER="$(SCORER)" SCORER_PYTHON="$(SCORER_PYTHON)" tools/score

clean:
	rm -rf .venv .cache .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
