# What a developer types. "make" alone lists it. CI calls the same targets.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

# The processor level is named, so that a developer's own setting does not change
# the bytes of a release.
export CGO_ENABLED := 0
export GOAMD64     := v1
export GOARM64     := v8.0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN     ?= bin
DIST    ?= dist
TOOLS   := $(CURDIR)/bin/tools

# urfave_cli_no_docs leaves out the man page writer. No build id and no paths:
# the same source gives the same bytes everywhere.
TAGS    := urfave_cli_no_docs
RELEASE = -trimpath -buildvcs=false -tags=$(TAGS) -ldflags='-s -w -buildid= $(ENTRY_$(1)) -X main.version=$(VERSION)'

# The entry point that remembers how we were started; see package launch. It
# exists for these systems only, and elsewhere the flag is a link error.
ENTRY_linux_amd64 := -E=flts_given
ENTRY_linux_arm64 := -E=flts_given
HOST    := $(shell go env GOOS)_$(shell go env GOARCH)

MAX_MIB := 15
# fltsctl is in no image, and has a Kubernetes client.
MAX_MIB_CTL := 45
ARCHES  := amd64 arm64
FUZZ    ?= 5s
BENCH   ?=

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: build build-flts-run build-fltsctl
build: build-flts-run build-fltsctl ## bin/flts-run and bin/fltsctl for this machine, with release flags

build-flts-run:
	go build $(call RELEASE,$(HOST)) -o $(BIN)/flts-run ./cmd/flts-run

build-fltsctl:
	go build $(call RELEASE,any) -o $(BIN)/fltsctl ./cmd/fltsctl

.PHONY: test
test: stack ## all tests, with the race detector and the real servers
	go -C tools test ./...
	CGO_ENABLED=1 go test -race -timeout=20m -tags=$(TAGS) ./...

# Not under the race detector: what runs is the released binary. It needs root, for
# namespaces, and says what else is missing. Several minutes the first time.
.PHONY: test-peers
test-peers: stack ## flts-run held against boto3, s3fs, minio-py, MLflow, requests
	for part in clients kfpsdk moto airflow airflow2; do go run ./internal/teststack/cmd/stack $$part; done
	go test -count=1 -timeout=40m -tags=$(TAGS),peers -v ./internal/peers | awk '!/^ *(=== |--- PASS)/'

# What the clients may be from now on; look at the difference before it is committed.
.PHONY: peers-lock
peers-lock: ## testdata/peers/**/*.txt and components/flts/*.txt from the *.in beside them, with hashes
	tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; python3 -m venv "$$tmp" && "$$tmp/bin/pip" install -q uv; \
	for in in testdata/peers/*.in testdata/peers/*/*.in; do \
		"$$tmp/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
			-o "$${in%.in}.txt" "$$in"; \
	done; \
	"$$tmp/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		-c testdata/peers/requirements.txt -o components/flts/requirements.txt components/flts/requirements.in

# What the SDK makes of our pipelines; look at the difference before it is committed.
.PHONY: pipelines
pipelines: ## testdata/kfp/pipelines from testdata/peers/kfp/pipelines, and components/flts/kfp, by the KFP SDK
	python=$$(go run ./internal/teststack/cmd/stack kfpsdk) && \
		"$$python" -B -W ignore -X utf8 components/flts/kfp/flts_components.py components/flts/kfp && \
		"$$python" -B -X utf8 testdata/peers/kfp/compile.py testdata/kfp/pipelines

.PHONY: demo
demo: ## the whole job on this machine: S3, MLflow stand-in, gateway, a component
	go run -trimpath ./internal/demo

.PHONY: bench
bench: ## what a start costs, against the bars (BENCH=-short is quicker)
	@go run ./internal/bench $(BENCH)

.PHONY: conformance
conformance: ## what a task may rely on behind both modes, tini, dumb-init and catatonit
	@go run ./internal/conformance

.PHONY: soak
soak: ## 10,000 starts under one supervisor: nothing is left of them
	go test -count=1 -timeout=30m ./launch -run ManyStarts -starts=10000 -v

.PHONY: lint
lint: lint-format lint-modules lint-code lint-habits lint-licences lint-vulnerabilities ## formatting, vet, staticcheck, habits, modules, licences, vulnerabilities

.PHONY: cover
cover: stack ## coverage.out, and the total
	go test -timeout=20m -tags=$(TAGS) -coverprofile=coverage.out -coverpkg=./... ./...
	go tool cover -func=coverage.out | tail -n 1

# Found by name, so that a new target is fuzzed without being listed.
.PHONY: fuzz
fuzz: ## every fuzz target for FUZZ=5s
	@grep -rE --include='*_test.go' --exclude-dir=testdata --exclude-dir=tools '^func Fuzz' . \
	| sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | sort \
	| while read -r dir name; do \
		echo "== $$dir $$name"; \
		go test -tags=$(TAGS) -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZ) "$$dir" </dev/null; \
	done

# The KFP client's own requirements name a version of k8s.io/kubernetes that is not
# to be had, and "go mod tidy" and "go mod verify" alone ask for it. A go.mod with exclude or replace
# cannot be installed by "go install MODULE/cmd/…@version", so the exclude stands in
# a copy that go.mod is made from.
TIDY = cp go.mod $$scratch/go.mod && cp go.sum $$scratch/go.sum \
	&& go mod edit -exclude=k8s.io/kubernetes@v0.17.9 $$scratch/go.mod \
	&& GOFLAGS=-modfile=$$scratch/go.mod go mod tidy && GOFLAGS=-modfile=$$scratch/go.mod go mod verify >/dev/null \
	&& go mod edit -dropexclude=k8s.io/kubernetes@v0.17.9 $$scratch/go.mod

.PHONY: tidy
tidy: $(TOOLS) ## go.mod, go.sum and formatting as lint wants them
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; $(TIDY) && cp $$scratch/go.mod $$scratch/go.sum .
	go -C tools mod tidy
	$(TOOLS)/gofumpt -w .

.PHONY: dist
dist: $(TOOLS) ## release binaries for linux amd64 and arm64, and SHA256SUMS
	rm -rf $(DIST)
	for arch in $(ARCHES); do \
		GOOS=linux GOARCH=$$arch go build $(call RELEASE,linux_amd64) -o $(DIST)/flts-run-linux-$$arch ./cmd/flts-run; \
		GOOS=linux GOARCH=$$arch go build $(call RELEASE,any) -o $(DIST)/fltsctl-linux-$$arch ./cmd/fltsctl; \
	done
	cd $(DIST) && sha256sum flts* > SHA256SUMS
	$(TOOLS)/distcheck -max-mib=$(MAX_MIB) $(DIST)/flts-run-linux-*
	$(TOOLS)/distcheck -max-mib=$(MAX_MIB_CTL) $(DIST)/fltsctl-linux-*

# The second build shares nothing with the first but the source: another
# directory, an empty build cache, no git. It is made of what goes into images.
.PHONY: dist-check
dist-check: dist ## dist, and the same bytes once more from a copy elsewhere
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; mkdir "$$copy/source" "$$copy/dist"; \
	git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create --file=- | tar -x -C "$$copy/source"; \
	for arch in $(ARCHES); do \
		(cd "$$copy/source" && GOCACHE="$$copy/cache" GOOS=linux GOARCH=$$arch \
			go build $(call RELEASE,linux_amd64) -o "$$copy/dist/flts-run-linux-$$arch" ./cmd/flts-run); \
	done; \
	grep flts-run- $(DIST)/SHA256SUMS > "$$copy/dist/SHA256SUMS"; cd "$$copy/dist"; \
	sha256sum --check SHA256SUMS || { echo 'not reproducible: a second build gives other bytes' >&2; exit 1; }

.PHONY: install-check
install-check: $(TOOLS) ## go install MODULE/cmd/…@version works, for what git has at HEAD
	$(TOOLS)/installcheck .

.PHONY: stack
stack: ## the servers of the tests, built once into the user's cache
	go run ./internal/teststack/cmd/stack build

.PHONY: clean
clean: ## remove what was built here
	rm -rf $(BIN) $(DIST) coverage.out

# ---- the parts of lint ----

# Phony: the go command knows better than make whether a tool is up to date.
.PHONY: $(TOOLS)
$(TOOLS):
	@go -C tools build -o $@/ tool ./...

.PHONY: lint-format
lint-format: $(TOOLS)
	@found=$$($(TOOLS)/gofumpt -l .); \
	if [ -n "$$found" ]; then printf '%s\n' "$$found" 'not formatted; hint: make tidy' >&2; exit 1; fi
	@echo 'ok  gofumpt'

.PHONY: lint-modules
lint-modules:
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; { $(TIDY) && diff -u go.mod $$scratch/go.mod && diff -u go.sum $$scratch/go.sum; } \
		&& go -C tools mod tidy -diff || { echo 'go.mod is not tidy; hint: make tidy' >&2; exit 1; }
	@echo 'ok  go mod tidy, go mod verify'

.PHONY: lint-code
lint-code: $(TOOLS)
	@go vet -tags=$(TAGS),peers ./...
	@go -C tools vet ./...
	@$(TOOLS)/staticcheck -tags=$(TAGS),peers ./...
	@cd tools && $(TOOLS)/staticcheck ./...
	@echo 'ok  go vet, staticcheck'

.PHONY: lint-habits
lint-habits: $(TOOLS)
	@$(TOOLS)/habits .
	@$(TOOLS)/hygiene

.PHONY: lint-licences
lint-licences: $(TOOLS)
	@$(TOOLS)/licences -tags=$(TAGS)

# The database is fetched. Where it cannot be, that is said: it is no pass, and
# no reason to stop either.
.PHONY: lint-vulnerabilities
lint-vulnerabilities: $(TOOLS)
	@status=0; out=$$(timeout 300 $(TOOLS)/govulncheck -tags=$(TAGS) ./... 2>&1) || status=$$?; \
	if [ $$status -eq 0 ]; then echo 'ok  govulncheck'; \
	elif [ $$status -eq 124 ] || grep -q 'fetching vulnerabilities' <<<"$$out"; then \
		echo 'NOT CHECKED  govulncheck: its database cannot be reached from here'; \
	else printf '%s\n' "$$out" >&2; exit 1; fi
