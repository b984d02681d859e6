# Plumbline (准绳). "make help" lists what there is to run. Needs Go, make and bash; a C compiler for the race detector only.

SHELL := /bin/bash
.DEFAULT_GOAL := help

EXAMPLES := consumer-loan benefit-claims
DEMO     := out/demo
FUZZTIME ?= 30s
PLUMB    := CGO_ENABLED=0 go build -trimpath
RELEASES := linux/arm64 darwin/arm64 windows/amd64
LINT     := github.com/golangci/golangci-lint/v2
# While the real data lie beside the project, a test that was skipped for want of them fails the run.
DATA     := $(if $(wildcard ../shared/data/.),-data)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: build ## assess the example workflows, all their defects planted, and say where the reports are
	rm -rf $(DEMO)
	@set -e; for example in $(EXAMPLES); do \
		go run ./examples/$$example/generate -out $(DEMO)/$$example; \
		bin/plumb assess $(DEMO)/$$example; \
	done
	@echo "The reports:"; find $(DEMO)/*/report -type f | sort | sed 's/^/  /'

.PHONY: build
build: ## build bin/plumb
	$(PLUMB) -o bin/plumb ./cmd/plumb

.PHONY: test
test: bin/gate ## everything that a change must pass, as CI runs it (under 15 minutes from cold on 2 cores)
	@bin/gate steps lint-tool fmt-check vet lint fresh modules unit race cross

.PHONY: check
check: bin/gate ## format, vet and lint only
	@bin/gate steps lint-tool fmt-check vet lint

.PHONY: fmt
fmt: lint-tool ## rewrite the sources in the house format
	bin/golangci-lint fmt

.PHONY: fmt-check
fmt-check: lint-tool
	bin/golangci-lint fmt --diff

.PHONY: vet
vet:
	go vet ./...
	go -C tools vet ./...

.PHONY: lint
lint: lint-tool
	bin/golangci-lint run ./...
	cd tools && ../bin/golangci-lint run ./...

# Generated files are fresh when generating them changes nothing. This needs no git, and no line here for a new generator.
SUMS := find . -type d \( -name .git -o -path ./bin -o -path ./out -o -name report \) -prune -o \
	-type f ! -name '*.parquet' -print0 | LC_ALL=C sort -z | xargs -0 cksum

.PHONY: fresh
fresh:
	@set -o pipefail; before="$$($(SUMS))"; go generate ./...; after="$$($(SUMS))"; \
	if [ "$$before" != "$$after" ]; then \
		echo "generated files were stale; they are regenerated now, look at them and keep them:"; \
		diff <(echo "$$before") <(echo "$$after") | awk '/^[<>]/ {print "  " $$4}' | sort -u; exit 1; \
	fi

.PHONY: generate
generate: ## run every generator
	go generate ./...

.PHONY: modules
modules:
	go mod verify
	go mod tidy -diff
	go -C tools mod verify

.PHONY: unit
unit: bin/gate
	@set -o pipefail; { s=0; go test -count=1 -json ./... || s=1; go -C tools test -count=1 -json ./... || s=1; exit $$s; } | \
		bin/gate tests $(DATA)

# Counted as one: its tests are those of unit once more.
.PHONY: race
race: bin/gate ## the tests under the race detector
	@set -o pipefail; cc="$$(go env CC)"; \
	if ! command -v $${cc%% *} >/dev/null; then \
		echo "race: NOT RUN. The race detector needs a C compiler, and \"$$cc\" is not on this machine."; \
		echo "0 passed, 0 failed, 1 skipped"; exit 0; \
	fi; \
	CGO_ENABLED=1 go test -count=1 -race -short -json ./... | bin/gate tests -one $(DATA)

.PHONY: cross
cross:
	@for target in $(RELEASES); do \
		echo "build for $$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(PLUMB) -o /dev/null ./cmd/plumb || exit 1; \
	done

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target, $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$package; \
		done; \
	done

.PHONY: bench
bench: ## every benchmark
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: clean
clean: ## remove what was built and made
	rm -rf bin out

bin/gate: $(wildcard tools/gate/*.go) tools/go.mod
	@go -C tools build -o ../bin/gate ./gate

# From cold this takes two to three minutes of CPU. It is built again only where the version in tools/go.mod or Go itself changed.
.PHONY: lint-tool
lint-tool:
	@want="$$(go env GOVERSION) $$(awk '$$1 == "$(LINT)" {print $$2}' tools/go.mod)"; \
	have="$$(go version -m bin/golangci-lint 2>/dev/null | awk 'NR == 1 {go = $$2} $$1 == "mod" {mod = $$3} END {print go, mod}')"; \
	[ "$$want" = "$$have" ] || { echo "build golangci-lint ($$want)"; go -C tools build -o ../bin/golangci-lint $(LINT)/cmd/golangci-lint; }
