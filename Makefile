# Two commands matter: `make run` and `make test`. Each installs what it needs.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
WEB := web/.venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
EVAL ?= ../shared/eval

# No target is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run: install ## install, train when content changed, start everything, print the address
	@exec $(PYTHON) -W ignore -m tools.run

test: install-dev check ## everything: checks, unit tests, conversations, a real browser
	@$(PYTHON) -W ignore -m tools.train
	@cd web && ../tools/node.sh npm test --silent
	@$(PYTHON) -m tools.both_suites

quick-test: install-dev ## what needs no trained model, no running service and no browser
	@cd web && ../tools/node.sh npm test --silent
	@cd web && ../$(WEB) -m pytest -m "not slow"
	@$(PYTHON) -m pytest -m "not slow"

check: install-dev check-content ## lint, types, who may import whom, content
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@cd web && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	@cd web && ../tools/node.sh npm run --silent lint && ../tools/node.sh npm run --silent types

check-content: install-dev ## every card, source and setting: file, line, field, mend
	@$(PYTHON) -m knowledge.check_content

bench: install-dev ## everything measured side by side with Rasa's default pipeline and NLP.js: bench/results/report.md
	@$(PYTHON) -W ignore -m tools.train
	@$(PYTHON) -W ignore -m bench.everything --eval $(EVAL)

bench-contact: install-dev ## 200 contact requests at once, against services that run with their limit off
	@$(PYTHON) -m bench.contact_load --url "$(or $(URL),http://127.0.0.1:8000)"

review-list: install ## what a clinician must still check before launch
	@$(PYTHON) -m knowledge.review_list

train: install ## train the model if content or configuration changed
	@$(PYTHON) -W ignore -m tools.train

eval: install-dev ## how well questions are understood
	@$(PYTHON) -W ignore -m bench.eval --eval $(EVAL)

eval-baseline: install-dev ## the same figures for Rasa's default pipeline
	@$(PYTHON) -W ignore -m bench.eval_baseline --eval $(EVAL)

eval-check-in: install-dev ## how well typed answers of the check-in are understood
	@$(PYTHON) -W ignore -m bench.eval_check_in

mutants: install-dev ## change the check-in's decision in every small way: does a test notice?
	@tools/mutants.sh

eval-safety: install-dev ## how well crises and emergencies are noticed, how often falsely
	@$(PYTHON) -W ignore -m bench.eval_safety --eval $(EVAL)

eval-safety-voices: install-dev ## how well the safety filter does with writers it has not met: five trainings
	@$(PYTHON) -W ignore -m bench.eval_safety_voices

rasa-test: install-dev train ## Rasa's own test of conversations: what the dialogue does with what was understood
	@$(PYTHON) -W ignore -m components.quick_rasa test core --e2e --no-plot --stories tests/test_stories.yml --fail-on-prediction-errors --out results

bench-speed: install-dev train ## reply times and memory, side by side with Rasa's default pipeline
	@$(PYTHON) -W ignore -m bench.speed

capacity: install-dev ## what a million conversations a day need and cost, from the last bench: make capacity ARGS="--help"
	@$(PYTHON) -m bench.capacity $(ARGS)

bench-replicas: install-dev train ## messages a second of two replicas against one, in the scaled topology
	@$(PYTHON) -W ignore -m bench.replicas

bench-copies: install-dev train ## messages a second of two Rasas that share a model against one, in turn on the same machine
	@$(PYTHON) -W ignore -m bench.copies

bench-widget: install-dev train ## size of the chat in the browser, and its speed on a slow phone
	@$(PYTHON) -W ignore -m bench.widget

screenshots: install-dev ## pictures for the README, of the assistant that runs on port 8000
	@$(PYTHON) -m tools.screenshots

staff-user: install ## an account for the inbox, or a new password: make staff-user NAME=ana ROLE=admin (SHUT=1 shuts it)
	@cd web && exec ../$(WEB) -m unclench_web.staff.command "$(NAME)" --role "$(or $(ROLE),front_desk)" $(if $(SHUT),--shut)

erasable: install ## which contact requests would be erased now, and which later; erases nothing
	@cd web && ../$(WEB) -m unclench_web.contact.command erasable

erase-request: install ## erase one contact request: make erase-request REFERENCE=K7QM-2XRP
	@cd web && ../$(WEB) -m unclench_web.contact.command erase "$(REFERENCE)"

renew-keys: install ## encrypt all contact requests with the first key of UNCLENCH_CONTACT_KEYS
	@cd web && ../$(WEB) -m unclench_web.contact.command renew-keys

backup: install ## contact requests, accounts and audit log as one dated archive: make backup TO=/safe/place
	@cd web && ../$(WEB) -m unclench_web.backup.command backup $(if $(TO),--folder "$(abspath $(TO))")

restore: install ## put a backup back: make restore FROM=file (OVERWRITE=1 replaces what is there, ERASED="K7QM-2XRP …")
	@$(if $(FROM),,$(error Say which one: make restore FROM=var/backups/…))cd web && ../$(WEB) -m unclench_web.backup.command restore "$(abspath $(FROM))" $(if $(OVERWRITE),--overwrite) $(if $(ERASED),--erased "$(ERASED)")

lock: install-dev ## write the lock files anew from both pyproject.toml
	@tools/lock.sh

off: ## switch the answers off at once: visitors get help lines, phone and form
	@mkdir -p var && touch var/off && echo "Off: visitors get the help lines, the phone and the contact form. Back: make on"

on: ## switch the answers on again
	@rm -f var/off && echo "On."

install:
	@tools/bootstrap.sh runtime

install-dev:
	@tools/bootstrap.sh dev

clean: ## remove what can be made anew: models, caches, the chats in var/ (never contact requests or their key)
	@rm -rf models/*.tar.gz models/*.json .rasa results mutants var/tracker.sqlite* var/embeddings.npz var/baseline .mypy_cache .ruff_cache .pytest_cache .hypothesis web/.mypy_cache web/.ruff_cache web/.pytest_cache
