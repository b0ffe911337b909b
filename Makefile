# Two commands do everything: make run, make test. The rest are their parts.

SOURCES  ?= ../shared/data
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TOOLS    := $(or $(NEARSIDE_TOOLS),$(CURDIR)/.tools)
GO_BUILD := go build -ldflags "-X main.version=$(VERSION)"
WEB      := api/web

export PATH := $(TOOLS)/bin:$(PATH)

# One set of flags for all that is compiled, so that each package is compiled once; paths are left out so
# that another checkout, as of the commit that the gate compares with, finds what it shares, too.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -trimpath)

.PHONY: help run build web test lint proto data bench gate growth soak fuzz tools screenshot clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, start with London built in and demo cars, print the addresses
	bin/nearside serve --demo

build: web ## build bin/nearside, with the map where Node is there
	$(GO_BUILD) -o bin/nearside ./cmd/nearside

web: ## bundle the map
	@if command -v npm >/dev/null; then go run ./$(WEB)/bundle; \
	else echo "Node is missing: the map is left out; everything else is built"; fi

test: build ## all tests: Go, the map's, and the map in a browser where Chromium is there
	go test -vet=off ./...
	go test -vet=off -race -short ./internal/leftright ./roadworks ./fleet ./fleet/ledger/... ./fleet/live ./dispatch/... ./api/guard ./api/telemetry ./api/server/... ./simulation/...
	@if command -v npm >/dev/null; then npm --prefix $(WEB) test; \
	else echo "Node is missing: the map's tests are left out"; fi

lint: tools ## formatting, vet, linters, the contract's lint
	golangci-lint run ./...
	api/protos.sh && buf lint

proto: tools ## generate the code of the contract
	api/generate.sh

data: build ## rebuild data/ from the source folder, SOURCES=…
	bin/nearside data build --sources $(SOURCES) --out data

bench: ## run the benchmarks: a table, and benchmarks/out/bench.json
	go run ./benchmarks/gate -compare=false -json benchmarks/out/bench.json

gate: ## the benchmark gate: ratios within the run, and this commit against the one that it grew from
	go run ./benchmarks/gate -alone '^BenchmarkWest' -skip '^BenchmarkWest|^BenchmarkClosure$$|^BenchmarkServer$$/^west$$|^BenchmarkRoster$$|^BenchmarkHourly$$|^BenchmarkWhatIf$$|^BenchmarkIntake$$|^BenchmarkLatency$$' -json benchmarks/out/bench.json

growth: ## how the engines grow with the size of a city: tables, some minutes
	go run ./benchmarks/growth
	go test ./optimiser -run "^$$" -bench "^BenchmarkGrowth$$" -benchtime 20x -cpu 1

soak: build ## replay a day of a control room against a server: memory, goroutines and files must stay flat; some minutes
	go run ./benchmarks/soak -bin bin/nearside

fuzz: ## fuzz each decoder, and the RPCs, for TIME=10m each, those that match ONLY=…; a night for all
	.ci/fuzz

tools: ## install the pinned generators and linters
	@TOOLS=$(TOOLS) .ci/tools

screenshot: build ## take the picture in the README
	npm --prefix $(WEB) run screenshot

clean: ## remove what was built
	rm -rf bin .tools benchmarks/out $(WEB)/node_modules
