# Everything starts from a bare Python >= 3.11: `make app` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JUDGE := .judge

.PHONY: app test lint bench judge evidently clean

app: $(VENV)/.app
	$(BIN)/trimtab app

# Hundreds of the tests begin a process of their own: what was compiled once is kept, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE :=
# One worker more than there are cores, for browser tests wait most of the time.
test: workers = $$($(BIN)/python -c "import os; print(min(4, (os.cpu_count() or 1) + 1))")
test: $(VENV)/.test
	chromium="$$(./tests/browser/chromium.sh)" && TRIMTAB_CHROMIUM="$$chromium" $(BIN)/python -m pytest -n "$(workers)" --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_layers.py

# Figures of the README: run on a quiet machine. With `make judge` and `make evidently` done once, SDV and
# evidently are measured beside; with TRIMTAB_BEFORE, a checkout of an earlier build, a short run of it too.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.seen
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.fresh_real
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.boost
	$(BIN)/python -m benchmarks.polluted
	$(BIN)/python -m benchmarks.nearest

# Judges from outside need older libraries, so they live in an environment of their own.
judge: $(JUDGE)/.done
	$(JUDGE)/bin/python -m benchmarks.judge

$(VENV)/.app: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $(VENV)/.app $@

$(VENV)/.bench: $(VENV)/.app
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	touch $@

$(JUDGE)/.done: pyproject.toml
	$(PYTHON) -m venv $(JUDGE)
	$(JUDGE)/bin/python -m pip install --quiet --upgrade pip
	$(JUDGE)/bin/python -m pip install --quiet --editable '.[judge]'
	touch $@

# Evidently needs an older plotly than Trimtab, so it lives beside it.
evidently: .evidently/.done

.evidently/.done:
	$(PYTHON) -m venv .evidently
	.evidently/bin/python -m pip install --quiet --upgrade pip
	.evidently/bin/python -m pip install --quiet 'evidently>=0.7' 'pandas>=2.3,<3' pyarrow
	touch $@

clean:
	rm -rf $(VENV) $(JUDGE) .evidently build dist *.egg-info
