# Two commands do everything: `make demo` and `make test`. Both set up a virtual environment of the project's own.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DATA ?= $(or $(HEMOSCOPE_DATA),../shared/data)
# Of the tests, which often wait for other processes: more than the two cores that they are made for
WORKERS ?= 3
LEFT_OUT = $(if $(wildcard runs/origins/figures.json),--left-out runs/origins)

.PHONY: demo test lint page origins weights benchmarks constraints system-packages clean help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(VENV)/.base  ## score example input with the shipped bundle and write demo/report.html
	$(BIN)/hemoscope demo demo

test: $(VENV)/.dev lint  ## lint, type-check and run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.dev  ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

origins: $(VENV)/.dev  ## judge the shipped network by leaving each origin out, into runs/origins; goes on where it was stopped
	$(BIN)/hemoscope cross-validate $(DATA) --model map-net --leave-out origin --out runs/origins

weights: $(VENV)/.dev  ## train and export the shipped bundle, with the figures of runs/origins; DATA holds the collections
	$(BIN)/hemoscope train $(DATA) --model map-net --out runs/shipped $(if $(wildcard runs/shipped/run.json),--resume)
	rm -rf runs/bundle
	$(BIN)/hemoscope export runs/shipped runs/bundle
	$(BIN)/hemoscope train-study $(DATA) --bundle runs/bundle --out runs/study $(LEFT_OUT)
	rm -rf runs/bundle
	$(BIN)/hemoscope export runs/shipped runs/bundle --data $(DATA) --study runs/study $(LEFT_OUT)
	$(BIN)/hemoscope explain --check --save --bundle runs/bundle
	rm -rf src/hemoscope/weights/default
	cp -r runs/bundle src/hemoscope/weights/default
	cp runs/bundle/MODEL_CARD.md MODEL_CARD.md

benchmarks: origins  ## recompute the published figures
	for script in $(filter-out benchmarks/real_data.py benchmarks/process.py benchmarks/mutations.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

constraints: $(VENV)/bin/python  ## pin the newest versions that fit together
	rm -rf $(VENV)-pins && $(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install --quiet --editable '.[dev]'
	( echo '# Made by `make constraints`: versions that were tested together.'; \
	  $(VENV)-pins/bin/python -m pip freeze --exclude-editable --exclude setuptools --exclude pip ) > constraints.txt
	rm -rf $(VENV)-pins

page: frontend/node_modules  ## build the page of the service into the package; needs Node.js
	cd frontend && npm run check && npm run build

frontend/node_modules: frontend/package-lock.json
	cd frontend && npm ci
	@touch $@

system-packages:  ## what pip cannot bring, by apt: a browser, PostgreSQL, an archive and DICOM tools, which tests drive
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v dciodvfy >/dev/null || missing="$$missing dicom3tools"; \
	command -v storescu >/dev/null || missing="$$missing dcmtk"; \
	[ -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so ] || missing="$$missing orthanc orthanc-dicomweb"; \
	[ -n "$$missing" ] || { echo "All of them are here."; exit 0; }; \
	command -v apt-get >/dev/null || { echo "There is no apt-get here: install$$missing in your system's way, chromium on the PATH."; exit 0; }; \
	as_root=$$([ "$$(id -u)" -eq 0 ] || echo sudo); \
	$$as_root apt-get update && $$as_root apt-get install -y --no-install-recommends $$missing

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hemoscope needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.base

clean:  ## remove what the other targets made
	rm -rf $(VENV) demo runs build dist
