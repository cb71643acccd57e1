# Every target goes through ops/bootstrap.py, which makes .venv when it is missing.
PYTHON ?= python3
RUN = @exec $(PYTHON) ops/bootstrap.py

.PHONY: help demo test quick check bench faults servers lock translations clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## Start the whole service with demo people; Ctrl-C stops it (DEMO_PORT=8000)
	$(RUN) demo $(ARGS)

test: ## Run every test on real PostgreSQL and Redis (ARGS="tests/unit -k foo")
	$(RUN) test $(ARGS)

quick: ## Run the tests that need no database
	$(RUN) quick $(ARGS)

check: ## Run everything CI runs: format, lint, types, contracts, locks, tests
	$(RUN) check $(ARGS)

bench: ## Measure plans, import and the heavy pages against their limits
	$(RUN) bench $(ARGS)

faults: ## Break everything around thousands of due messages (ARGS="--rounds 20")
	$(RUN) faults $(ARGS)

servers: ## Keep PostgreSQL and Redis running for work by hand; says how to use them
	$(RUN) servers $(ARGS)

lock: ## Compile requirements/*.in to hash-locked *.txt
	$(RUN) lock $(ARGS)

translations: ## Add new messages to the catalogue and compile it
	$(RUN) translations $(ARGS)

clean: ## Stop servers left behind and remove .local
	$(RUN) clean $(ARGS)
