# make demo    the sample, from graph to heatmap (a window where there is a display)
# make run     the window
# make test    all tests
# make check   lint, types, dependency contracts and the fast tests
# make bench   side-by-side timings, printed as ratios
VENV ?= .venv
BIN = $(VENV)/bin
export VENV
.PHONY: demo run test check lint bench screenshots clean

demo:
	@scripts/setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	  $(BIN)/cnnstudio demo; \
	else \
	  $(BIN)/cnnstudio demo --headless --out demo-out; \
	fi

run:
	@scripts/setup.sh run
	@$(BIN)/cnnstudio

test:
	@scripts/setup.sh test
	@$(BIN)/python -m pytest

lint:
	@scripts/setup.sh dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint
	@$(BIN)/python -m pytest tests/graph tests/layers tests/compiler tests/data

bench:
	@scripts/setup.sh test
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

screenshots:
	@scripts/setup.sh test
	@$(BIN)/python scripts/screenshots.py docs/images

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-out
