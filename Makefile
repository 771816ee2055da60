# Every verb is one short script in scripts/, which the image and CI run too.
.DEFAULT_GOAL := help
.PHONY: help run test check bench e2e image build ui generate clean

run: ## start the demo: front-end packages, desk, program, `frontline serve --demo`
	@scripts/run.sh

test: ## all tests, browser and mail-server tests included; installs what they need from Debian
	@scripts/test.sh

check: ## all that a change must pass: format, vet, staticcheck, race, desk, e2e, fuzz (FUZZTIME=30s each)
	@scripts/check.sh

bench: ## speed and memory against limits measured in the same run
	@scripts/bench.sh

e2e: ## only the browser tests, on a program built for them
	@scripts/e2e.sh

image: ## build the container image with docker, podman or buildah (IMAGE=frontline)
	@scripts/image.sh

build: ## bin/frontline, with the desk inside
	@scripts/need.sh run && scripts/desk.sh && scripts/build.sh

ui: ## only what runs in browsers: the desk and the chat for customers
	@scripts/need.sh run && scripts/desk.sh

generate: ## write again every file that is generated and committed
	@scripts/generate.sh

clean: ## remove what was built (data/ stays)
	@scripts/clean.sh

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
