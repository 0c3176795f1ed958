# The same commands for people and for CI. Needs Python 3.11 or newer with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AS_OF ?= 2026-11-22
# The locks are complete. Without --no-deps, an older pip also asks for newer versions of what is named with extras.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps

# The tests start many processes, each of which would otherwise compile all modules again.
unexport PYTHONDONTWRITEBYTECODE
# Two more than there are cores: with one more, tests that wait left a sixth of the time of the cores unused.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)

.PHONY: demo test test-fast floors soak goldens glyphs lint format lock docs wheel release bench clean

demo: $(VENV)/.installed ## build the example packet
	$(BIN)/visa-packet build examples/wang-xiaoming/case.json -o out --as-of $(AS_OF)

test: $(VENV)/.dev ## run the tests on every core; COVERAGE=--cov measures what they reach, and takes a third longer
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(COVERAGE)

test-fast: $(VENV)/.dev ## unit tests that take little: without processes, LibreOffice, browser and whole packets
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore tests/acceptance -m "not (process or libreoffice or slow or soak)"

soak: $(VENV)/.dev ## what takes too long for every change: random examples, a thousand cases killed five times, power cuts
	$(BIN)/python -m pytest -s -m "soak or hypothesis" --hypothesis-profile soak --randomly-seed default --timeout 7200

floors: $(VENV)-floors/.installed ## run the tests with the oldest version of each dependency that pyproject.toml allows
	# The pages of docs/ name what the lock has.
	$(VENV)-floors/bin/python -m pytest -n $(WORKERS) --dist worksteal --deselect tests/acceptance/test_docs.py::test_generated_pages_are_fresh

goldens: $(VENV)/.dev ## regenerate the texts and pictures of the example pages for comparison
	$(BIN)/python -m tests.support.update_goldens

glyphs: $(VENV)/.dev ## regenerate the tables of characters in the shipped fonts
	$(BIN)/python -m tests.support.update_glyphs

lint: $(VENV)/.dev ## style, types, imports between rooms, and whether the lock is complete
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev ## regenerate the reference pages
	$(BIN)/python docs/generate.py

bench: $(VENV)/.dev ## measure for half an hour; prints tables and writes benchmarks/results.json. BENCH=--quick for minutes
	$(BIN)/python benchmarks/run.py $(BENCH)

lock: $(VENV)/.dev ## resolve the dependencies again
	$(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --group build --group dev --group lock --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-dev.lock
	$(BIN)/uv pip compile --group release --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-release.lock

wheel: $(VENV)/.dev ## a wheel with templates and schemas inside
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation -w dist .

# The bill of materials holds what the lock pins, with hashes. All files of a release are the same in each build.
release: wheel $(VENV)-release/.installed ## wheel, bill of materials (CycloneDX) and their hashes in dist/
	$(VENV)-release/bin/python docs/licence_list.py
	$(VENV)-release/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o dist/sbom.cdx.json
	cd dist && sha256sum -- *.whl sbom.cdx.json > SHA256SUMS

clean:
	rm -rf $(VENV) $(VENV)-release $(VENV)-floors out dist .mypy_cache .ruff_cache .pytest_cache .cache .coverage

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "visa-packet needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python $(INSTALL) --require-hashes -r requirements.lock
	$(BIN)/python $(INSTALL) --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python $(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# The tools of the lock, and over them the oldest versions of what is named in pyproject.toml.
$(VENV)-floors/.installed: pyproject.toml requirements-dev.lock | $(VENV)/.dev
	$(PYTHON) -m venv $(VENV)-floors
	$(BIN)/uv pip compile pyproject.toml --all-extras --resolution lowest-direct --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o $(VENV)-floors/floors.txt
	$(VENV)-floors/bin/python $(INSTALL) --require-hashes -r requirements-dev.lock
	$(VENV)-floors/bin/python $(INSTALL) --require-hashes -r $(VENV)-floors/floors.txt
	$(VENV)-floors/bin/python $(INSTALL) --no-build-isolation -e .
	touch $@

# Apart: what it needs would make jsonschema load a grammar, for a second and a half at each start.
$(VENV)-release/.installed: requirements-release.lock
	$(PYTHON) -m venv $(VENV)-release
	$(VENV)-release/bin/python $(INSTALL) --require-hashes -r requirements-release.lock
	touch $@
