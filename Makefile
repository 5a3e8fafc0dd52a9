# Every target sets up what it needs: Go, gcc, make, npm and a network are enough.
# `make` alone lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# ONNX Runtime is called through cgo. Said aloud, a missing C compiler is an error
# that names the compiler; by default Go would leave out the packages instead.
export CGO_ENABLED := 1

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

# Runs what follows with the ONNX Runtime library, which is fetched on first use.
RUNTIME := lib=$$(scripts/onnxruntime.sh) && DELEN_ONNXRUNTIME=$$lib

# Tools are pinned by tools/go.mod and run on this module.
TOOL := go tool -modfile=tools/go.mod

# Proto files whose Go code is generated and committed.
PROTO := actors/wire/wire.proto stages/graph/onnxpb/onnx.proto

# What `make bench` runs, and how often: benchstat wants 6 to state an interval.
BENCH ?= .
COUNT ?= 6

# The models that `make train` and `make train-test` train and `make profiles` measures.
MODEL ?= glyphs speech

# The idle and busy power in watts that `make profiles` models energy with: those of a Raspberry Pi 5.
POWER ?= 4.40,7.86

# When tests that hang give up, per package. It is no claim about speed.
PATIENCE ?= 30m

# Which targets `make fuzz` runs, as package/Target, and for how long each.
FUZZ ?= .
FUZZTIME ?= 60s

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

.PHONY: demo
demo: build ## serve the example configuration and send it requests
	@$(RUNTIME) bin/delen demo examples/glyphs/delen.hcl

# The version is ours; asking git once more fails in a clone that another user owns.
.PHONY: build
build: ## build bin/delen
	go build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/delen ./cmd/delen

# Every package: unit, property, transcript, real-runtime and end-to-end tests, with as much of statistics and floods as
# minutes allow. What is limited with -short says so (internal/trials); none of it is left out.
.PHONY: test
test: ## run all tests, in minutes
	$(RUNTIME) go test -short -timeout $(PATIENCE) ./...

# The race detector makes computing ten to thirty times slower and has memory of its own: statistics, floods and tests that
# measure memory run in full without it.
.PHONY: check
check: ## run all tests under the race detector, then the long ones in full
	$(RUNTIME) go test -race -short -timeout $(PATIENCE) ./...
	$(RUNTIME) go test -timeout $(PATIENCE) $$(scripts/long.sh)

.PHONY: runtime
runtime: ## fetch ONNX Runtime, if need be, and print where it is
	@scripts/onnxruntime.sh

.PHONY: lint
lint: ## check format, vet, staticcheck and that generated code is fresh
	@files=$$(gofmt -l . | grep -v '\.pb\.go$$' || true); \
	  if [ -n "$$files" ]; then printf 'not formatted, run make fmt:\n%s\n' "$$files" >&2; exit 1; fi
	go vet ./...
	$(TOOL) staticcheck ./...
	go -C tools vet ./...
	go -C tools tool staticcheck ./...
	go run -C tools ./protogen -check $(PROTO)

.PHONY: fmt
fmt: ## format all Go code
	gofmt -w .

.PHONY: generate
generate: ## generate Go code from the proto files, and the pages that are made from code
	go run -C tools ./protogen $(PROTO)
	go test ./actors/event ./config -run TestPageIsFresh -update

# Benchmarks print ratios that are measured within one run, so they hold on a
# machine that is busy or slow. BENCH=Name and COUNT=n narrow it down.
.PHONY: bench
bench: ## run the benchmarks, summarised in out/bench.txt
	@mkdir -p out; \
	  dirs=$$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r dirname | sort -u || true); \
	  if [ -z "$$dirs" ]; then echo 'there are no benchmarks' >&2; exit 1; fi; \
	  $(RUNTIME) go test -p 1 -run '^$$' -bench '$(BENCH)' -count $(COUNT) -timeout 60m $$dirs | tee out/bench.raw; \
	  $(TOOL) benchstat out/bench.raw | tee out/bench.txt

# What exits bring against servers that have none; see bench/README.md. FLAGS='-rounds 3' and the like change the run.
.PHONY: bench-servers
bench-servers: build ## compare with servers without exits; needs Node 20 and npm
	@command -v npm >/dev/null || { echo 'npm is missing, and perhaps Node. On Debian 13: apt-get install npm' >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
	  { echo 'Node 20 or newer is needed, which Debian 13 has.' >&2; exit 1; }
	npm ci --prefix bench/node --ignore-scripts --no-audit --no-fund --loglevel=error
	go build -o bin/bench-servers ./bench
	$(RUNTIME) bin/bench-servers $(FLAGS)

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (60s); FUZZ=criteria narrows it down
	@export FUZZ='$(FUZZ)' FUZZTIME='$(FUZZTIME)'; $(RUNTIME) scripts/fuzz.sh

.PHONY: train
train: ## train the examples' models anew, or MODEL=speech alone; installs Debian packages
	@for model in $(MODEL); do \
	  scripts/apt.sh examples/$$model/requirements.apt; \
	  /usr/bin/python3 examples/$$model/train.py; \
	done

# The trainings run on tiny data sets that the tests make, for seconds.
.PHONY: train-test
train-test: ## test the training scripts; installs Debian packages
	scripts/apt.sh examples/training/test-requirements.apt
	@for model in $(MODEL); do /usr/bin/python3 -m unittest discover -s examples/$$model; done

# Figures are worth as much as the quiet of the machine: a warning tells where something else ran. The outcomes are those of
# the training's whole test set, of which the examples have a part as files.
.PHONY: profiles
profiles: build ## measure the examples' models anew, when nothing else runs
	@for model in $(MODEL); do \
	  $(RUNTIME) bin/delen profile examples/$$model/model.onnx --name $$model --outcomes examples/$$model/outcomes.csv \
	    --power $(POWER) --rounds 2000 --time 30s -o examples/$$model/profile.json || exit 1; \
	done

.PHONY: clean
clean: ## remove what was built; the cache of ONNX Runtime stays
	rm -rf bin out
