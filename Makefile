# `make demo` and `make test` do all set-up themselves: a virtual environment in .venv with pinned packages.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test deep check bench docs format lock clean
.DEFAULT_GOAL := demo

demo: $(READY)
	@$(BIN)/proofolio demo --out build/demo

# More of them than cores: many tests wait for processes of their own. These are many too, and each would compile what
# another one has compiled if the shell forbids to keep it.
test deep: export PYTHONDONTWRITEBYTECODE =
test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not deep"

deep: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal --deep

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(READY)
	$(BIN)/python -m tests.bench.run

docs: $(READY)
	$(BIN)/python -m server.cli.docs

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "proofolio needs Python 3.11 or later; set PYTHON=/path/to/python3"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The lock names packages and hashes, never a host. `uv` is wanted here only.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--group dev --custom-compile-command "make lock" -o requirements.lock pyproject.toml

clean:
	rm -rf build dist .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
