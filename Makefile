# A warehouse for contact centers. `make help` lists what can be made.
# Everything stands in .venv; after `make setup` nothing here needs the network.

.PHONY: help setup refresh test check lint unit test-clients test-superset docs dev wheel lock clean

BIN = .venv/bin
INSTALLED = .venv/installed
SQL = models tests/data
# One worker per processor; arguments of your own come last, so that they win.
PYTEST = $(BIN)/python -m pytest -n "$$($(BIN)/python -c 'import os; print(os.cpu_count())')" --dist loadfile --no-loadscope-reorder
ONE_INCREMENTAL = tests/integration/test_incremental_access.py
LOCK = $(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --output-file requirements.lock
# What a step needs to know about this installation, asked where it is decided.
LANDING = $(BIN)/python -c 'from orchestration.settings import get_settings; print(get_settings().landing)'
DAGSTER = $(BIN)/python -c 'from orchestration.settings import get_settings; \
	from orchestration.assets.instance import dagster_home; print(dagster_home(get_settings()))'

export DO_NOT_TRACK = 1

help: ## Show this list
	@awk -F ': .*## ' '/^[a-z-]+: .*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Install the locked packages and this project into .venv

# uv takes seconds where pip takes minutes; wherever uv cannot be had, pip installs the very same files.
# Bytecode is compiled now, because every later start of dbt and Dagster is faster for it.
$(INSTALLED): requirements.lock pyproject.toml
	@if [ ! -x $(BIN)/python ]; then \
		for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
			if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
			python=; \
		done; \
		if [ -z "$$python" ]; then echo "Python 3.11 or newer is needed: set PYTHON to one" >&2; exit 1; fi; \
		echo "creating .venv with $$("$$python" --version)"; \
		"$$python" -m venv .venv; \
	fi
	@echo "installing the locked packages: less than a minute with uv, some minutes without"
	@sed -n '/^uv==/,/^    #/p' requirements.lock > .venv/uv.txt
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt \
		&& $(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --require-hashes --compile-bytecode -r requirements.lock \
		&& $(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .; \
	then :; \
	else \
		echo "uv cannot install here, so pip does"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --compile -r requirements.lock \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $(INSTALLED)

refresh: setup ## Run the nightly refresh now; on simulated extracts when nothing was delivered yet
	@landing=$$($(LANDING)) || exit $$?; \
	if [ -z "$$(find "$$landing" -type f 2>/dev/null | head -n 1)" ]; then \
		echo "$$landing is empty: simulating 60 days of a contact center"; \
		$(BIN)/contact-center demo --no-hint || exit $$?; \
	fi; \
	$(BIN)/contact-center refresh

test: setup ## Check everything: style, types, SQL, and every test; PYTEST_ARGS goes to pytest
	@$(MAKE) --no-print-directory lint
	@$(PYTEST) $(PYTEST_ARGS)

check: setup ## Check in minutes: style, types, SQL, unit tests, the golden example, one incremental case
	@$(MAKE) --no-print-directory lint
	@$(PYTEST) tests/integration/test_golden_example.py $(ONE_INCREMENTAL) tests/unit $(PYTEST_ARGS)

unit: $(INSTALLED) ## Only the unit tests; PYTEST_ARGS goes to pytest
	@$(PYTEST) tests/unit $(PYTEST_ARGS)

lint: $(INSTALLED) ## Only the style, type and SQL checks
	@echo "ruff, mypy, sqlfluff"; \
	$(BIN)/sqlfluff lint --nocolor --disable-progress-bar --processes 2 $(SQL) & sql=$$!; \
	$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy; python=$$?; \
	wait $$sql && exit $$python

test-clients: setup ## Opt-in: DuckDB clients 1.1 to 2.0 read the publication; downloads them
	@$(BIN)/python -m pytest -rA tests/optional/test_duckdb_clients.py

test-superset: setup ## Opt-in: import the bundle into a real Superset and run every chart; downloads 700 MB
	@$(BIN)/python -m pytest -rA tests/optional/test_superset.py

docs: $(INSTALLED) ## Build the documentation into site/: open site/index.html, no server is needed
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

dev: setup ## Open Dagster's web interface, with the daemon that runs the schedule
	@home=$$($(DAGSTER)) && DAGSTER_HOME="$$home" PATH="$$PWD/$(BIN):$$PATH" $(BIN)/dagster dev -m orchestration.definitions

wheel: $(INSTALLED) ## Build the package that `pip install` takes, and the sources it is built from, into dist/
	@$(BIN)/uv build --quiet --offline --no-build-isolation --python $(BIN)/python --clear --out-dir dist .
	@ls dist

lock: $(INSTALLED) ## Resolve requirements.lock from pyproject.toml; LOCK_ARGS=--upgrade takes newer versions
	@$(LOCK) $(LOCK_ARGS)

clean: ## Remove what was built from the code; extracts, warehouse and publication stay
	rm -rf .venv .venv-superset build dist site target logs .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
