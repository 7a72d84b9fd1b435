# Everything a newcomer needs: `make demo`, `make test`, `make run`, `make lint`, `make bench`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
FUZZ := $(VENV)/.fuzz-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test search browser chromium pictures messages likeness run lint bench fuzz setup lock clean

demo: $(RUNTIME)  ## start the real service, send it every fixture, show what became of each
	@$(BIN)/mailproc demo

test: $(DEV) chromium  ## all tests
	@$(BIN)/python -m pytest -q -n 3 --dist worksteal

browser: $(DEV) chromium  ## the tests in a real browser alone
	@$(BIN)/python -m pytest -q tests/browser

chromium: $(DEV)  ## install Chromium where it is missing and can be, else say how
	@$(BIN)/python tests/browser/chromium.py

pictures: $(DEV) chromium  ## the pictures of docs/ anew (needs pngquant and fonts-noto-core)
	@$(BIN)/python tests/browser/take_pictures.py

messages: $(DEV)  ## bring the catalogues of the pages up to date, and say what is to translate
	@$(BIN)/python tests/web/messages.py

search: $(DEV)  ## the tests of properties, with examples that nobody has tried yet
	@HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -q -n 2 --dist worksteal -m hypothesis

likeness: $(DEV)  ## the points of likeness anew, after a change of the dictionaries or of what they are fitted to
	@PYTHONPATH=. $(BIN)/python tests/policy/fit_likeness.py

run: $(RUNTIME)  ## serve with the shipped example settings until Ctrl-C
	@$(BIN)/mailproc serve --config mailproc.example.toml

lint: $(DEV)  ## ruff and mypy --strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(DEV)  ## the budgets, as ratios of one run
	@$(BIN)/python -m benchmarks.run

fuzz: $(FUZZ)  ## a minute of fuzzing for each target; TARGETS="message decide" SECONDS=600 for other ones
	@$(BIN)/python -m fuzz.run $(TARGETS) --seconds $(or $(SECONDS),60)

setup: $(DEV)

lock:  ## write the pinned and hashed requirements anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--extra install --quiet -o requirements.txt pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--extra install --extra dev --quiet -o requirements-dev.txt pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--extra install --extra fuzz --quiet -o requirements-fuzz.txt pyproject.toml

clean:
	rm -rf $(VENV) var build .pytest_cache .mypy_cache .ruff_cache .hypothesis mailproc.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "mailproc needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python cannot make virtual environments here: install your system's python3-venv package."; exit 1; }

# flanker writes its parser tables at its first import, and says so at length: once, here.
$(RUNTIME): $(BIN)/python requirements.txt pyproject.toml
	@echo "installing into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import flanker.mime, flanker.addresslib.address' >/dev/null 2>&1
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.txt
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(FUZZ): $(RUNTIME) requirements-fuzz.txt
	@$(PIP) install --require-hashes -r requirements-fuzz.txt
	@$(BIN)/python -c 'import atheris' 2>/dev/null \
		|| { echo "there is no fuzzer (atheris) for this machine: Linux on x86_64 has one"; exit 1; }
	@touch $@
