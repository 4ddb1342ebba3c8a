# Entente: everything a newcomer needs, one word each. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help run demo test check fmt acts looks bench faults audit pictures install-run install-test install-bench install-faults install-audit clean

CARGO ?= cargo
# what `make audit` looks at; the advisories come from GitHub
CHECKS ?= advisories bans licenses sources

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install-run ## Install what is missing, build, start with the demo in an empty database
	$(CARGO) build --locked --bin entente
	@exec "$${CARGO_TARGET_DIR:-target}/debug/entente" serve --demo

demo: install-run ## Load the demo into an empty database, without serving
	$(CARGO) build --locked --bin entente
	@exec "$${CARGO_TARGET_DIR:-target}/debug/entente" demo

test: install-test ## Run every test
	$(CARGO) test --locked

check: ## What must pass before a change goes in: format, lints, tests
	$(CARGO) fmt --check
	@scripts/install.sh run
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@$(MAKE) --no-print-directory test

bench: install-bench ## Measure under load: a million contracts, some fifteen minutes
	$(CARGO) bench --locked --bench portals

pictures: install-test ## Make the README's pictures anew, from the running program
	$(CARGO) test --locked --test browser pictures -- --ignored

faults: install-faults ## Kill the program and PostgreSQL in the middle of their work, and scan each portal; about twenty minutes
	$(CARGO) test --locked --test faults -- --ignored --test-threads=1 --nocapture

audit: install-audit ## Check the advisories, licences and sources of all dependencies; CHECKS="bans licenses sources" where GitHub cannot be reached
	$(CARGO) deny --locked check $(CHECKS)

acts: install-run ## Do every act of every portal once, by the forms that pages show; about a minute
	$(CARGO) test --locked --test http rightful -- --ignored

looks: install-test ## Look at every kind of page with axe, in every window and theme; about ten minutes
	$(CARGO) test --locked --test browser width:: -- --ignored

fmt: ## Format the code
	$(CARGO) fmt

install-run: ## Install what building and running need
	@scripts/install.sh run

install-test: ## Install what the tests need beyond that
	@scripts/install.sh test

install-bench: ## Install what measuring needs beyond running
	@scripts/install.sh bench

install-faults: ## Install the scanner, in addition to what running needs
	@scripts/install.sh faults

install-audit: ## Install cargo-deny, in one version; building it takes some minutes
	@scripts/install.sh audit

clean: ## Remove what was built; the data in ./var stays
	$(CARGO) clean
	rm -rf tests/browser/node_modules tests/clients/venv tests/faults/venv
