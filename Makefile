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

# Tests run side by side, each with one thread of torch's: two would only wait for each other. One
# that fails is tried once more, and told as RERUN: on a busy machine a window may come late.
test:
	@scripts/setup.sh test
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 \
	  --dist worksteal --reruns 1 -rR

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
	@display= broken=; if [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xvfb-run >/dev/null; then \
	  display='xvfb-run -a -s "-screen 0 1440x900x24"'; \
	fi; \
	for file in benchmarks/[a-z]*.py; do \
	  echo "== $$file"; eval "$$display $(BIN)/python $$file" || broken=1; \
	done; [ -z "$$broken" ]

screenshots:
	@scripts/setup.sh test
	@$(BIN)/python scripts/screenshots.py docs/images

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-out
