# Every target makes its own .venv: nothing has to be done before.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

UART ?= 127.0.0.1:5310
AT ?= 127.0.0.1:5310

# The value of a variable as one word of the shell, whatever is in it.
q = '$(subst ','\'',$($(1)))'

.DEFAULT_GOAL := help
.PHONY: help venv run bench bench-load benchmark bench-latency bench-memory bench-parse bench-scale \
	node energy echo example test test-host test-upy test-loop lint types format mpy packages size chaos soak \
	mutants replay clean deploy \
	deploy-src wipe repl logs trace backup config flash pcboard doctor passthrough

help: ## List the targets
	@echo "make TARGET [NAME=VALUE ...]"
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Try first: make run FOR=30"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "no venv module: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

venv: $(READY) ## Make .venv with the pinned tools

run: $(READY) ## Bench, console and node on this PC; FOR=30: stop after 30 s [PROFILE=m5310a]
	@$(if $(CONFIG),$(BIN)/python -m entry pcnode --check --config $(call q,CONFIG) &&) \
		$(BIN)/python -m entry bench.run $(if $(FOR),--for $(FOR)) $(if $(TRACE),--trace) \
		$(if $(PROFILE),--profile $(call q,PROFILE)) \
		$(if $(HTTP),--http $(call q,HTTP)) $(if $(CONFIG),--config $(call q,CONFIG)) $(ARGS) -- \
		$(BIN)/python -m entry pcnode $(if $(CONFIG),--config $(call q,CONFIG)) $(if $(LINES),--lines)

bench: $(READY) ## The simulated module, the platform and the console alone; AT=HOST:PORT [PROFILE=]
	@$(BIN)/python -m entry bench.cli --at $(call q,AT) $(if $(PROFILE),--profile $(call q,PROFILE)) \
		$(if $(HTTP),--http $(call q,HTTP)) $(ARGS)

bench-load: $(READY) ## Benchmark: 1000 datapoints a second for a minute, and the API beside it
	@$(BIN)/python -m entry bench.load $(ARGS)

benchmark: $(READY) ## Latency, memory, parsing and scale in figures, each against its target
	@$(BIN)/python -m entry measure $(ARGS)

bench-latency: $(READY) ## Only the latency of each operation, against the time its bytes need
	@$(BIN)/python -m entry measure latency $(ARGS)

bench-memory: $(READY) ## Only what is allocated, loaded and needed of the heap
	@$(BIN)/python -m entry measure memory $(ARGS)

bench-parse: $(READY) ## Only the lines a second of the receive path
	@$(BIN)/python -m entry measure parse $(ARGS)

bench-scale: $(READY) ## Only how many modules with nodes this PC carries
	@$(BIN)/python -m entry measure scale $(ARGS)

node: $(READY) ## Only the node: UART=HOST:PORT or /dev/ttyUSB0 [BAUD=9600] [CONFIG=file.json] [LINES=1]
	@$(BIN)/python -m entry pcnode --uart $(call q,UART) $(if $(BAUD),--baud $(BAUD)) \
		$(if $(BOARD),--board $(call q,BOARD)) $(if $(CONFIG),--config $(call q,CONFIG)) $(if $(LINES),--lines)

energy: $(READY) ## What settings cost: a day in virtual time, three side by side; ARGS=--help
	@$(BIN)/python -m entry energy $(ARGS)

echo: $(READY) ## UDP through the module at UART=...: send to the echo server of the guide, 2.2
	@$(BIN)/python -m entry pcnode --uart $(call q,UART) $(if $(BAUD),--baud $(BAUD)) --main examples/udp_echo.py

example: $(READY) ## NAME=at_command: that program of firmware/examples on the module at UART=...
	@$(BIN)/python -m entry pcnode --uart $(call q,UART) $(if $(BAUD),--baud $(BAUD)) --main examples/$(NAME).py

test: test-host test-upy ## Everything that must be green

test-host: $(READY) ## The tests under CPython
	@$(BIN)/python -m pytest

test-upy: $(READY) ## The tests both interpreters can run, under the real MicroPython
	@$(BIN)/python -m upytest

# What runs in virtual time: all of it on both event loops.
VIRTUAL = $(addprefix host_tests/,both node power m5310 lwm2m uplink replay api \
	bench/test_bench_vloop.py bench/test_bench_vtime.py)

test-loop: $(READY) ## The tests in virtual time on asyncio's own event loop instead of the fast one
	@$(BIN)/python -m pytest --loop asyncio $(VIRTUAL)

chaos: $(READY) ## Faults of SEEDS=100 [FIRST=0], in virtual time; SEED=7: its story; REAL=1 [FOR=600]
	@$(BIN)/python -m entry chaos $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST)) \
		$(if $(SEED),--seed $(SEED)) $(if $(REAL),--real) $(if $(FOR),--for $(FOR)) \
		$(if $(HEAP),--heap $(HEAP)) $(if $(JOBS),--jobs $(JOBS)) $(ARGS)

soak: $(READY) ## Thirty days with faults, in virtual time: DAYS=30
	@$(BIN)/python -m entry chaos --soak $(if $(DAYS),$(DAYS),30) $(if $(SEED),--seed $(SEED)) $(ARGS)

replay: $(READY) ## A board's trace through the driver: TRACE=file, from make trace [QUIET=1]
	@$(BIN)/python -m entry replay $(if $(QUIET),--quiet) -- $(call q,TRACE)

mutants: $(READY) ## Small changes of the device code that no test notices; FILES=lib/at/engine.py [JOBS=2]
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutants]'
	@$(BIN)/python -m mutants $(if $(JOBS),--jobs $(JOBS)) $(ARGS) -- $(FILES)

lint: types ## Style, formatting and types
	@$(BIN)/python -m packages --check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## Check the device code against the stubs of each board's port
	@$(BIN)/python -m typecheck $(BOARD)

format: $(READY) ## Put the formatting right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

mpy: $(READY) ## Compile the device code for a board into build/board; LINES=1: line numbers
	@$(BIN)/python -m entry pcnode --mpy $(if $(LINES),--lines)

packages: $(READY) ## Write lib/*/package.json, by which mip installs each library alone
	@$(BIN)/python -m packages

size: $(READY) ## Sizes of the device code as .mpy, and the heap it takes when it runs
	@$(BIN)/python -m entry pcnode --sizes

# On a board: PORT is anything mpremote takes; WAIT: seconds to wait for its answer, 10 without.
PORT ?= auto
DEPLOY = @$(BIN)/python -m deploy $(if $(WAIT),--wait $(call q,WAIT))

deploy: $(READY) ## Bring the node to a board: BOARD=NAME [PORT=auto] [CONFIG=file.json] [WAIT=10]
	$(DEPLOY) install --port $(call q,PORT) --board $(call q,BOARD) $(if $(CONFIG),--config $(call q,CONFIG)) \
		$(if $(LINES),--lines) $(ARGS)

deploy-src: $(READY) ## The same with readable files, to change them on the board
	$(DEPLOY) install --src --port $(call q,PORT) --board $(call q,BOARD) $(if $(CONFIG),--config $(call q,CONFIG)) $(ARGS)

config: $(READY) ## Edit the board's config.json, check it, put it there; FILE=my.json: take that
	$(DEPLOY) config --port $(call q,PORT) $(if $(BOARD),--board $(call q,BOARD)) $(if $(FILE),--file $(call q,FILE))

logs: $(READY) ## Follow the log of the board, without stopping the node
	$(DEPLOY) logs --port $(call q,PORT) $(if $(FOR),--for $(FOR))

trace: $(READY) ## Stop the node, print what it has recorded, start it again
	$(DEPLOY) trace --port $(call q,PORT)

repl: $(READY) ## The Python prompt of the board; Ctrl-] leaves
	$(DEPLOY) repl --port $(call q,PORT)

backup: $(READY) ## Copy all files of the board into backup/ [TO=folder]
	$(DEPLOY) backup --port $(call q,PORT) $(if $(TO),--to $(call q,TO))

wipe: $(READY) ## Remove the node from the board; ALL=1: every file; YES=1: without asking
	$(DEPLOY) wipe --port $(call q,PORT) $(if $(ALL),--all) $(if $(YES),--yes)

flash: $(READY) ## MicroPython onto a board: BOARD=NAME FIRMWARE=file [PORT=auto] [YES=1]
	$(DEPLOY) flash --port $(call q,PORT) --board $(call q,BOARD) $(if $(FIRMWARE),--firmware $(call q,FIRMWARE)) \
		$(if $(YES),--yes)

doctor: $(READY) ## What is wrong? BOARD=NAME [PORT=auto] [CONFIG=file] [LOOPBACK=1] [ACTUATE=1] [WAIT=10]
	$(DEPLOY) doctor --port $(call q,PORT) --board $(call q,BOARD) $(if $(CONFIG),--config $(call q,CONFIG)) \
		$(if $(LOOPBACK),--loopback) $(if $(ACTUATE),--actuate) $(ARGS)

passthrough: $(READY) ## This terminal, or a pipe, at the module: BOARD=NAME [BAUD=9600] [ECHO=1] [QUIET=2]
	$(DEPLOY) passthrough --port $(call q,PORT) --board $(call q,BOARD) $(if $(CONFIG),--config $(call q,CONFIG)) \
		$(if $(BAUD),--baud $(BAUD)) $(if $(ECHO),--echo) $(if $(QUIET),--quiet $(QUIET)) $(ARGS)

pcboard: $(READY) ## A board without hardware to try that on; UART=HOST:PORT of the module
	@$(BIN)/python -m entry deploy.standin --uart $(call q,UART) $(if $(VBOARD),--board $(call q,VBOARD)) $(ARGS)

clean: ## Remove what the targets made
	rm -rf build $(VENV) .pytest_cache .ruff_cache .hypothesis .mypy_cache tools/*.egg-info
