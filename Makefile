# Every target is also a plain command: read it and run it by hand.
.DEFAULT_GOAL := help
GO ?= go
FUZZTIME ?= 5s
BENCH ?= quick
PEERS ?= 1M
HMA ?= 1M
PAST ?= 100M
BASE ?=
# Without nodynamic there is no AVIF: its decoder would load a library of the host. TAGS=nodynamic,heic adds HEIC: see docs/formats/pictures.md.
TAGS ?= nodynamic
export TAGS
export GOFLAGS += -tags=$(TAGS)

.PHONY: help demo test check corpus fuzz bench bench-peers bench-hma bench-edits bench-retrohunt bench-replay bench-compare bench-go crash generate build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run Quell with drawn content and play a few uploads
	$(GO) run ./cmd/quell demo

test: ## All tests with the race detector, those against PostgreSQL too
	scripts/with-postgres $(GO) test -race -shuffle=on -timeout 15m ./...

check: ## Formatting, vet, staticcheck, generated code
	scripts/check

corpus: ## Ten thousand mutated files and the bombs, without the race detector (half a minute)
	$(GO) test -count=1 -run 'TestTheCorpusDoesNoHarm' -v ./internal/pipeline

fuzz: ## A few seconds of every fuzz target (FUZZTIME=5s)
	scripts/fuzz $(FUZZTIME)

bench: ## Measure search and fingerprints and write docs/benchmarks.md (BENCH=quick, a few minutes, or full)
	scripts/bench $(BENCH)

bench-peers: ## The same questions to Debian's FAISS, side by side (PEERS="1M 10M")
	scripts/bench-peers $(PEERS)

bench-hma: ## A server as clients of HMA see it (HMA="1M 10M")
	scripts/bench-hma $(HMA)

bench-edits: ## How many edited copies of pictures are found (fetches free pictures; EDITS="--guards 0")
	scripts/bench-edits $(EDITS)

bench-retrohunt: ## Search of past uploads for new signals (PAST=100M)
	scripts/bench-retrohunt $(PAST)

bench-replay: ## Policies asked about past decisions, from both databases (DECISIONS=1M)
	scripts/bench-replay $(DECISIONS)

bench-compare: ## Go benchmarks of this tree against another revision (BASE=origin/main), by turns
	scripts/bench-compare $(BASE)

bench-go: ## All Go benchmarks, once
	$(GO) test -run '^$$' -bench . -benchmem ./...

crash: ## kill -9 under load, twenty times: nothing acknowledged is lost or decided twice
	$(GO) run ./e2e/crash

generate: ## Write generated code and golden files again
	$(GO) generate ./...

build: ## A static binary for this machine
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o quell ./cmd/quell
