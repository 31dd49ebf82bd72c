# Two commands: make run, make test. Everything else is a part of them.
# The virtual environment is built from the hash locks; while locks and pyproject stay as they are, nothing is installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_LOCK := requirements.lock
SPARK_LOCK := requirements-spark.lock
DEV_LOCK := requirements-dev.lock
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
# Compiled once here: where Python may not write beside its modules, every start would compile all of them anew.
PIP := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
  --no-strip-extras --no-emit-index-url --quiet

# The synthetic city's workspace; never the one in SHUCE_HOME, which may be a real city's.
DEMO ?= data/demo
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: run test ui install spark dev lint types unit cover bench bench-scale lock clean

run: install          ## the synthetic city, all its quarters, the national set, one release
	$(BIN)/shuce demo --home "$(DEMO)"

test: lint types unit ## everything: lint, types, tests

ui: install           ## Dagster's web UI and daemon on loopback
	$(BIN)/shuce ui --home "$(DEMO)"

install: $(RUN_READY)

spark: install        ## Spark beside DuckDB, for workspaces whose engine it is
	$(PIP) --require-hashes -r $(SPARK_LOCK)

dev: $(DEV_READY)

$(RUN_READY): $(RUN_LOCK) pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" \
	  || { echo "需要 Python 3.11—3.13（可用 make PYTHON=… 指定）。 Python 3.11 to 3.13 is needed (make PYTHON=…)."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(PIP) --require-hashes -r $(RUN_LOCK)
	$(PIP) --no-build-isolation --no-deps -e .
	touch $@

$(DEV_READY): $(DEV_LOCK) $(RUN_READY)
	$(PIP) --require-hashes -r $(DEV_LOCK)
	touch $@

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

unit: dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=40 --durations-min=3

cover: dev            ## the same with branch coverage counted (a third slower), held to 95 %
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report=term

bench: dev            ## what it costs, as ratios within one run: a city, a province; on a quiet machine
	$(BIN)/python -m benchmarks.scale --units 2400 --units 100000
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.quarters
	$(BIN)/python -m benchmarks.benchmarking
	$(BIN)/python -m benchmarks.disclosure
	$(BIN)/python -m benchmarks.pages

bench-scale: dev      ## the ladder up to the census (hours, 30 GB of disk)
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.limited
	$(BIN)/python -m benchmarks.pages

lock: install         ## resolve the locks anew (needs the network)
	$(COMPILE) --extra build --output-file $(RUN_LOCK)
	$(COMPILE) --extra build --extra dev --extra spark --constraint $(RUN_LOCK) --output-file $(DEV_LOCK)
	$(COMPILE) --extra spark --constraint $(DEV_LOCK) --output-file $(SPARK_LOCK)

clean:                ## remove what runs made; the inputs of the national set stay
	rm -rf data/demo data/national/lake data/national/release data/national/log data/national/received data/national/_dagster
