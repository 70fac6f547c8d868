# One verb a chore; `make help` lists them. Each sets up what it needs first, and skips what is done.

PYTHON ?= python3
BIN := .venv/bin
# Where `make run` and `make demo` keep their data; any folder will do: make run HOOKDESK_INSTANCE=/srv/helpdesk
run: export HOOKDESK_INSTANCE ?= instance
demo: export HOOKDESK_INSTANCE = $(DEMO)
DEMO ?= instance-demo
# Another address: make run BIND=127.0.0.1:8080
BIND ?=
# More words for pytest: make test ARGS="tests/core -k intake"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo setup environment assets test check lint types layers contracts matrix reference bench wheels format messages lock clean

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r verb words; do printf '  make %-9s %s\n' "$$verb" "$$words"; done

run: setup ## set up, start a helpdesk and say where it is (Ctrl-C ends it)
	@exec $(BIN)/hookdesk serve $(if $(BIND),--bind $(BIND))

demo: setup ## the same with a lively demo company, in a folder of its own
	@if [ ! -e "$(DEMO)/.seeded" ]; then $(BIN)/hookdesk init && $(BIN)/hookdesk seed --demo && : > "$(DEMO)/.seeded"; fi
	@exec $(BIN)/hookdesk serve $(if $(BIND),--bind $(BIND))

setup: assets ## make .venv from the lock, fetch the browser libraries; skips what is done

environment:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: run \`apt-get install python3 python3-venv\` as root, then \`make\` again." >&2; exit 1; }
	@$(PYTHON) -m tools.environment

assets: environment ## the browser libraries alone
	@$(PYTHON) -m tools.assets

test: setup ## every test, in parallel; as root it first installs the servers that they use
	@$(PYTHON) -m tools.servers
	@$(BIN)/python -m pytest -n auto $(ARGS)

check: lint types layers contracts ## style, types, layers, contracts (docs, hooks, each plugin off); -k goes on after a failure

lint: setup
	@echo '· ruff'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'Run `make format`.' >&2; exit 1; }

types: setup
	@echo '· mypy'
	@$(BIN)/mypy --no-error-summary
	@for source in $(wildcard plugins/contrib/*/src); do MYPYPATH=$$source $(BIN)/mypy --no-error-summary $$source || exit 1; done

layers: setup
	@echo '· layers'
	@$(BIN)/lint-imports --no-logo

contracts: setup
	@echo '· contracts'
	@$(BIN)/python -m pytest -q -n auto tests/contracts

matrix: setup ## all tests once for each plugin switched off, and a table of what ran
	@$(BIN)/python -m tools.matrix

reference: setup ## write docs/hooks.md and docs/api.md from the source
	@$(BIN)/python -m tools.reference

bench: setup ## measure, and write docs/performance.md
	@$(BIN)/python -m benchmarks

wheels: setup ## build every wheel, install them in a clean environment, run the contrib plugins' tests there
	@$(BIN)/python -m tools.wheels

format: environment ## let ruff rewrite what `make check` would complain about
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

messages: environment ## bring the translation catalogues up to date; LANGUAGES="de fr" starts new ones
	@$(PYTHON) -m tools.messages $(LANGUAGES)

lock: environment ## renew requirements.lock within pyproject.toml's ranges
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group test --group setup --output-file requirements.lock pyproject.toml
	@git diff --stat -- requirements.lock

clean: ## remove what set-up and the tools made (never an instance)
	@rm -rf .venv node_modules themes/*/static/vendor dist build uv.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find core plugins themes tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
