# Each target works alone on a fresh clone with Python 3.11 or newer, git and make: .venv is made as needed, and
# made again only when pyproject.toml changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# One more than there are cores, since tests of the collector wait for each other's delays.
PYTEST := $(BIN)/python -m pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --maxprocesses 4 --dist loadgroup

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test coverage lint bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Make the example project in demo/ and document it
	rm -rf $(DEMO)
	$(BIN)/datasummary init $(DEMO) --example
	$(BIN)/datasummary collect --project $(DEMO)/datasummary.yaml \
	  --from $(DEMO)/evidence/captures.parquet --requests $(DEMO)/evidence/requests.csv
	$(BIN)/datasummary run --project $(DEMO)/datasummary.yaml
	$(BIN)/python pipelines/example/collect.py $(DEMO)/datasummary.yaml
	$(BIN)/datasummary audit --project $(DEMO)/datasummary.yaml
	$(BIN)/datasummary filter --project $(DEMO)/datasummary.yaml
	$(BIN)/datasummary policy --project $(DEMO)/datasummary.yaml
	$(BIN)/datasummary report --project $(DEMO)/datasummary.yaml
	$(BIN)/datasummary lookup --project $(DEMO)/datasummary.yaml pogosama-example.com
	$(BIN)/datasummary check --project $(DEMO)/datasummary.yaml $(DEMO)/out/public/public-summary.json
	$(BIN)/datasummary publish --project $(DEMO)/datasummary.yaml $(DEMO)/site
	@echo
	@echo "The project file:       $(DEMO)/datasummary.yaml"
	@echo "May be published:       $(DEMO)/out/public/"
	@echo "Ready for a web host:   $(DEMO)/site/"
	@echo "For your eyes only:     $(DEMO)/out/internal/"
	@echo "Open this first:        $(DEMO)/out/public/public-summary.html"
	@echo "Then, for the lawyer:   $(DEMO)/out/internal/compliance-report.html"

# Tests that need Spark share one worker, so that one session serves them all.
test: $(VENV)/.test ## Run the tests
	$(PYTEST)

# Takes over half as long again.
coverage: $(VENV)/.test ## Run the tests, and show which lines none of them reached
	$(PYTEST) --cov --cov-report term:skip-covered

lint: $(VENV)/.lint ## Check style, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict

bench: $(VENV)/.test ## Measure against the design's targets: some minutes, 2 GB of disk
	$(BIN)/python -m benchmarks

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one with: make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	@echo "Making $(VENV); the first time takes a minute or two"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	touch $@

$(VENV)/.runtime: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --editable '.[spark]' --group test
	touch $@ $(VENV)/.runtime

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/pip install --quiet --group lint
	touch $@
