# Needs Python 3.11 or newer, make and a package index; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# The hub on the sandbox: settings of its own, whatever the environment or .env says.
LOCAL := set -a; . ./var/local.env; set +a;

.PHONY: help install demo test run order check bench web worker migrate messages clean
help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed ## make .venv and install what constraints.txt pins

.venv/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

var/local.env:
	@mkdir -p var
	@$(PYTHON) -c "import secrets; t = secrets.token_hex; print('\n'.join(['DJANGO_SECRET_KEY=' + t(32), \
	'DJANGO_DEBUG=true', 'DJANGO_ALLOWED_HOSTS=127.0.0.1,localhost', 'DATABASE_URL=', 'REDIS_URL=', 'EMAIL_URL=consolemail://', \
	'NORCE_RECEIVER_CREDENTIALS=norce:' + t(24), 'LOG_LEVEL=WARNING']))" > $@

demo: install var/local.env ## run the main job against the sandbox, show both sides, leave the data
	@$(LOCAL) $(MANAGE) demo

run: install var/local.env ## sandbox, web on 127.0.0.1:8000 and worker until Ctrl-C
	@$(LOCAL) $(MANAGE) run

order: install ## have the running sandbox send one new order to the hub
	@$(BIN)/python -c "import json,pathlib,time,urllib.request as u; \
	o = json.loads(next(pathlib.Path('connectors/sandbox/samples').glob('order-01*')).read_text()); \
	o['ClientOrderRef'] = str(int(time.time() * 10) % 2000000000); \
	r = u.Request('http://127.0.0.1:8765/_sandbox/orders', json.dumps(o).encode(), {'Content-Type': 'application/json'}); \
	print(u.urlopen(r).read().decode())"

test: install ## the whole test suite; on DATABASE_URL and REDIS_URL when they are set
	@$(BIN)/python -m pytest -m "not processes" --numprocesses auto --maxprocesses 4
	@$(BIN)/python -m pytest -m processes

check: install ## lint, format, types, import rule, migrations, deploy check, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/python -m pytest -q tests/test_house.py tests/test_translations.py
	@DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run
	@DJANGO_SETTINGS_MODULE=tests.deployed $(MANAGE) check --deploy --fail-level WARNING

bench: install ## the benchmarks: ratios in one run, written to var/bench.json
	@$(BIN)/python -m tests.bench

web: install ## the web server in the foreground, as in production
	@$(BIN)/python -m gunicorn -c python:hub.gunicorn_conf hub.wsgi

worker: install ## one supervised worker cluster in the foreground, as in production
	@$(MANAGE) worker

migrate: install ## bring the database up to date
	@$(MANAGE) migrate

messages: install ## collect and compile the translations (needs gettext's programs)
	@$(MANAGE) makemessages --locale sv --no-location --ignore .venv --ignore var
	@$(MANAGE) compilemessages --locale sv

clean: ## remove what the commands above made
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
