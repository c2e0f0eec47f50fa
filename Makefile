# Every target is also a plain command: read it and run it by hand.
.DEFAULT_GOAL := help
GO ?= go
FUZZTIME ?= 5s

.PHONY: help demo test check fuzz bench crash generate build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run Quell with drawn content and play a few uploads
	$(GO) run ./cmd/quell demo

test: ## All tests with the race detector, those against PostgreSQL too
	scripts/with-postgres $(GO) test -race -shuffle=on -timeout 15m ./...

check: ## Formatting, vet, staticcheck, generated code
	scripts/check

fuzz: ## A few seconds of every fuzz target (FUZZTIME=5s)
	scripts/fuzz $(FUZZTIME)

bench: ## The benchmarks of docs/benchmarks.md that need no server
	$(GO) test -run '^$$' -bench . -benchmem ./...

crash: ## kill -9 under load, twenty times: nothing acknowledged is lost or decided twice
	$(GO) run ./e2e/crash

generate: ## Write generated code and golden files again
	$(GO) generate ./...

build: ## A static binary for this machine
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o quell ./cmd/quell
