# Needs Python 3.11 or newer, make and a package index; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# The hub on the sandbox: settings of its own, whatever the environment or .env says.
LOCAL := set -a; . ./var/local.env; set +a;

# Which ERP the demo has: the sandbox's own, or a Tryton server that it fetches and starts.
ERP ?= sandbox
DEMO_sandbox := $(MANAGE) demo
DEMO_tryton := $(BIN)/python -m tests.tryton.demo

.PHONY: help install demo test test-database run order screenshots check bench web worker migrate messages clean
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed ## make .venv and install what constraints.txt pins

.venv/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

var/local.env:
	@mkdir -p var
	@$(PYTHON) -c "import secrets; t = secrets.token_hex; print('\n'.join(['DJANGO_SECRET_KEY=' + t(32), \
	'DJANGO_DEBUG=true', 'DJANGO_ALLOWED_HOSTS=127.0.0.1,localhost', 'DATABASE_URL=', 'REDIS_URL=', 'EMAIL_URL=consolemail://', \
	'NORCE_RECEIVER_CREDENTIALS=norce:' + t(24), 'NORCE_EVENT_TOKENS=' + t(24), 'LOG_LEVEL=WARNING']))" > $@

demo: install var/local.env ## run the main job against the sandbox, show both sides, leave the data; ERP=tryton: against a real Tryton
	@$(LOCAL) $(or $(DEMO_$(ERP)),$(error There is no demo with ERP=$(ERP), only with sandbox and tryton))

run: install var/local.env ## sandbox, web on 127.0.0.1:8000 and worker until Ctrl-C
	@$(LOCAL) $(MANAGE) run

order: install ## have the running sandbox send one new order to the hub
	@$(BIN)/python -c "import json,pathlib,time,urllib.request as u; \
	o = json.loads(next(pathlib.Path('connectors/sandbox/samples').glob('order-01*')).read_text()); \
	o['ClientOrderRef'] = str(int(time.time() * 10) % 2000000000); \
	r = u.Request('http://127.0.0.1:8765/_sandbox/orders', json.dumps(o).encode(), {'Content-Type': 'application/json'}); \
	print(u.urlopen(r).read().decode())"

# Where the tests of these marks are: to collect all others only to leave them out takes as long as some of them.
# Workers killed in the midst of an order die on DATABASE_URL (make test-database), the others here; there, one at a
# time and with many workers at one Tryton only.
APART := tests/processes tests/test_bench.py $(if $(DATABASE_URL),tests/tryton/test_on_postgres.py,\
	tests/tryton tests/erp_contract --deselect tests/processes/test_killed_workers.py \
	--numprocesses auto --maxprocesses 2 --dist worksteal)

test: install ## the test suite; on DATABASE_URL and REDIS_URL when they are set, but then with many workers at one Tryton only
	@$(BIN)/python -m pytest -m "not processes and not tryton and not browser" --numprocesses auto --maxprocesses 4 --dist worksteal
	@$(BIN)/python -m pytest -m "processes or tryton" $(APART)
	@$(BIN)/python -m pytest -m browser tests/browser --numprocesses auto --maxprocesses 2 --dist worksteal

screenshots: install ## make the pictures in docs/images anew (needs chromium)
	@$(BIN)/python -m pytest -q tests/browser/screenshots.py

# What another database can break: claims, unique keys, writes of many rows, workers that die. The rest is the same SQL.
ON_DATABASE := $(addprefix tests/,$(addprefix hub/test_,work.py crashes.py runs.py bulk.py batches.py drain.py inbox.py \
	present_states.py) customers/test_imports.py customers/test_code_reports.py orders/test_receiving.py \
	processes/test_killed_workers.py)

test-database: install ## on DATABASE_URL and REDIS_URL: what another database than SQLite can break, a tenth of the suite
	@$(BIN)/python -m pytest -m "not processes" --numprocesses auto --maxprocesses 2 --dist worksteal $(ON_DATABASE)
	@$(BIN)/python -m pytest -m processes $(ON_DATABASE)

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
