# Kedang 客档. `make help` lists what can be done.
GO      ?= go
export CGO_ENABLED = 0
export GOFLAGS = -buildvcs=false
DATA    ?= data
ADDR    ?= 127.0.0.1:8080
ROWS    ?= 100000
KILLS   ?= 50
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.DEFAULT_GOAL := help
.PHONY: help run web build test check format lint unit race browser screens documents openapi-lint crash bench fuzz postgres postgres-stop clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: web build ## build, start on SQLite with demo data, print address and log-in
	bin/kedang serve --demo --data $(DATA)/demo --addr $(ADDR)

web: ## build the web app into web/dist (needs Node; without it a placeholder page is served)
	scripts/web.sh

build: ## bin/kedang, one static file
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/kedang ./cmd/kedang

test: ## everything CI runs; installs or starts what it needs (SKIP="browser crash" leaves steps out)
	scripts/test.sh

check: test ## the same as make test

format: ## rewrite Go files in the standard format
	gofmt -w cmd internal bench *.go

lint: ## format, vet and staticcheck, nothing rewritten
	scripts/lint.sh

unit: ## tests on SQLite alone: the quick loop
	$(GO) test ./...

race: ## race detector on the small suites (needs a C compiler)
	scripts/race.sh

browser: web build ## the web app in Chromium against a demo (ONLY=list: files whose name has it)
	node web/test/run.mjs $(ONLY)

screens: web build ## pictures of every page into docs/screens
	npm --prefix web run --silent screens

documents: build ## run the commands that READMEs and docs/ show
	scripts/readme.sh

crash: build ## kill -9 the server KILLS times while it writes, then look for what is missing
	$(GO) run ./bench/crash -n $(KILLS)

bench: build ## figures beside the bare floor, in one run (ROWS=100000 ONLY=create,import DATABASE=postgres://…)
	$(GO) run ./bench/run -rows $(ROWS) -only "$(ONLY)" -database "$(DATABASE)"

fuzz: ## each fuzz target for 30 s
	scripts/fuzz.sh

postgres: ## start a PostgreSQL for tests and print its URL
	scripts/postgres.sh start

postgres-stop: ## stop it
	scripts/postgres.sh stop

clean: ## remove what was built
	rm -rf bin .cache
