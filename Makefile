.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.base
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test check bench docs clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(BASE) ## Train on a book and show what comes out (sets up first)
	@$(BIN)/vicinal demo

test: $(READY) ## Run all tests (sets up first)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(READY) ## Lint, formatting, types
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

bench: $(READY) ## Compare with peers, which get an environment of their own; see benchmarks/README.md
	for part in words fasttext documents glove graphs counts tables align sentences search maps serve explorer; do $(BIN)/python benchmarks/$$part.py || exit; done
	$(BIN)/python benchmarks/report.py

docs: $(READY) ## Write the generated pages again
	$(BIN)/python -m vicinal.cli.reference
	$(BIN)/python docs/reference/write_python.py

clean: ## Remove the environment and what tests and the demo left
	rm -rf $(VENV) .venv-bench demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Set-up: an environment with the package itself, its extras and the tools, at the versions in constraints.txt. The demo
# needs little of it, and a newcomer need not wait for the rest.
$(BASE): pyproject.toml constraints.txt
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Vicinal needs Python 3.11 or later; try make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade pip
	@$(PIP) --constraint constraints.txt --editable '.[demo,serve]'
	@touch $@

$(READY): $(BASE)
	@echo "adding what tests and tools need (once)"
	@$(PIP) --constraint constraints.txt --editable '.[maps,formats,tokenizers,learn,demo,search,export,serve]' --group dev
	@$(PIP) --constraint constraints.txt hnswlib || echo "hnswlib could not be built (it takes a C++ compiler); its tests are skipped"
	@touch $@
