# The two commands for a fresh machine are `make run` and `make test`: each makes .venv and installs
# what it needs (tools/prepare.py). On a machine where nothing changed that takes a tenth of a second.

PYTHON ?= python3
BIN := .venv/bin
SAMPLES := resources/samples
TOUR := build/tour
# A file's tests stay together, so what they share is made once. ARGS="-n 0" runs them in one process.
# A process that ends in the midst of a test ends the run: with one begun anew pytest-xdist may wait for ever.
# Files go out in the order of tests/conftest.py: those that take long first, so that none is left to one process at the end.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

.PHONY: help run test torture fuzz lint bench docs oracle validate-export screenshots clean

help:
	@echo 'make run      open the window on the sample catalog (without a screen: a tour, written to $(TOUR))'
	@echo 'make test     all tests; ARGS="-k name" passes words on to pytest'
	@echo 'make torture  try every promise as often as a release asks, and write docs/promises.md;'
	@echo '              root tries more: power cuts and full disks (e2fsprogs, xfsprogs), rights (acl, attr), strace'
	@echo 'make fuzz     look for inputs that break something, led by coverage; SECONDS=600 for each of six targets'
	@echo 'make lint     ruff and mypy'
	@echo 'make bench    how fast it is, as ratios'
	@echo 'make docs     write docs/rules.md anew from the rules'
	@echo 'make oracle   ask the real reader about damaged files again (needs npm and the reference files)'
	@echo 'make validate-export  ask the real program about what we export (needs npm)'
	@echo 'make screenshots  draw the pictures of docs/screenshots again'
	@echo 'make clean    remove .venv and what was built'

run:
	@$(PYTHON) tools/prepare.py run
	@if $(BIN)/python tools/screen.py; then \
		exec $(BIN)/agenteditor $(SAMPLES); \
	else \
		echo 'Taking the tour instead: the same window, drawn off screen.'; \
		exec env QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES=default.warning=false $(BIN)/agenteditor --tour $(TOUR); \
	fi

test:
	@$(PYTHON) tools/prepare.py test
	@exec $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# Where these cannot be installed, what they are for is not tried, and that is said.
OTHERS := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable '.[torture]'

# A promise that is not kept fails, but the page is written all the same.
torture:
	@$(PYTHON) tools/prepare.py test
	@$(OTHERS) || echo 'Going on without atheris and ruamel.yaml'
	@rm -rf build/promises
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal --max-worker-restart 0 --torture -o faulthandler_timeout=7200 tests/promises $(ARGS); \
	status=$$?; $(BIN)/python -m tools.promises; exit $$status

SECONDS ?= 60
fuzz:
	@$(PYTHON) tools/prepare.py test
	@$(OTHERS)
	@exec $(BIN)/python -m tools.fuzz --seconds $(SECONDS) $(ARGS)

lint:
	@$(PYTHON) tools/prepare.py test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench:
	@$(PYTHON) tools/prepare.py test
	@exec env QT_QPA_PLATFORM=offscreen $(BIN)/python tools/bench.py $(ARGS)

docs:
	@$(PYTHON) tools/prepare.py test
	$(BIN)/agenteditor rules --format markdown > docs/rules.md

oracle:
	@$(PYTHON) tools/prepare.py test
	@exec $(BIN)/python -m tools.oracle $(ARGS)

validate-export:
	@$(PYTHON) tools/prepare.py test
	@exec $(BIN)/python -m tools.validate_export $(ARGS)

# The pictures of the README: drawn off screen, from the tour.
screenshots:
	@$(PYTHON) tools/prepare.py test
	env QT_QPA_PLATFORM=offscreen $(BIN)/agenteditor --tour $(TOUR) > /dev/null
	mkdir -p docs/screenshots
	for view in details examples prompt source; do \
		for theme in light dark; do \
			cp $(TOUR)/2-$$theme-$$view-1280x820.png docs/screenshots/$$view-$$theme.png; \
		done; \
	done
	cp $(TOUR)/1-opened-1280x820.png docs/screenshots/opened.png
	for theme in light dark; do \
		cp $(TOUR)/3-$$theme-catalog-1280x820.png docs/screenshots/catalog-$$theme.png; \
		cp $(TOUR)/4-$$theme-who.png docs/screenshots/who-$$theme.png; \
	done

clean:
	rm -rf .venv build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
