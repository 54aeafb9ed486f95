# Shelftalk: `make run` starts the studio, `make test` proves it. Everything else is a part of these two.

SHELL := /bin/bash
GO    ?= go

# The window on Linux: X11 (no Wayland headers at run time), OpenGL ES bindings (a cold build takes one minute, not three).
ifeq ($(shell uname -s),Linux)
WINDOW_TAGS := x11,gles
endif
comma := ,

# The default model follows the machine: light below 8 GB of memory.
MEMORY_KB := $(shell awk '/^MemTotal/ {print $$2}' /proc/meminfo 2>/dev/null || echo 16000000)
MODEL     ?= $(shell [ "$(MEMORY_KB)" -lt 8000000 ] && echo light || echo standard)
SAMPLE    := assets/samples/sample-catalogue.xlsx

.PHONY: run test cli build models setup unit e2e race lint format tidy cross arm noasm bench bench-peer fuzz quality package clean

run: ## install, fetch the model, build, open the studio with the sample catalogue (no display: write drafts.xlsx)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" != Linux ]; then \
	  scripts/setup.sh run && $(MAKE) --no-print-directory models build && exec bin/shelftalk --model $(MODEL) --sample; \
	else \
	  echo "No display: writing copy for the sample catalogue without the window."; \
	  scripts/setup.sh build && $(MAKE) --no-print-directory models && \
	  exec bin/shelftalk-cli batch --in $(SAMPLE) --out drafts.xlsx --model $(MODEL); \
	fi

cli: ## the headless program, pure Go
	@CGO_ENABLED=0 $(GO) build -o bin/shelftalk-cli ./app/cli

build: cli ## both programs
	@$(GO) build -tags migrated_fynedo$(if $(WINDOW_TAGS),$(comma)$(WINDOW_TAGS)) -o bin/shelftalk ./app

models: cli ## fetch the default model by checksum (MODEL=light for the small one)
	@bin/shelftalk-cli models get $(MODEL)

test: ## every test, and the built program in a real window
	@.ci/step "set up" scripts/setup.sh test
	@.ci/step "headless program" $(MAKE) --no-print-directory cli
	@.ci/step "test models" bin/shelftalk-cli models get light smollm2 gemma-270m minilm
	@.ci/step "unit tests" $(MAKE) --no-print-directory unit
	@.ci/step "end to end, in a window" $(MAKE) --no-print-directory e2e

unit:
	@CGO_ENABLED=0 $(GO) test -tags ci -timeout 20m ./...

e2e: cli
	@$(GO) build $(if $(WINDOW_TAGS),-tags $(WINDOW_TAGS)) -o bin/shelftalk-e2e ./app
	@scripts/e2e.sh bin/shelftalk-e2e

# The headless program and the layers are tested as processes of their own: the detector would see nothing there.
race: ## the race detector on everything with goroutines
	@CGO_ENABLED=1 $(GO) test -race -short -tags ci -timeout 20m ./ui/present/... ./inference/... ./store/... \
	  $$($(GO) list ./app/... | grep -v -e /app$$ -e /app/cli$$ -e /app/layers$$)

lint: ## golangci-lint, the version of CI
	@$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

format: ## fails when a file isn't formatted
	@$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 fmt --diff ./...

tidy:
	@$(GO) mod tidy -diff

cross: ## everything that is pure Go, for other systems
	@for target in windows/amd64 darwin/arm64 linux/arm64; do \
	  CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build -o /dev/null ./app/cli && \
	  CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) vet -unsafeptr=false ./inference/... ./store/... ./app/cli/... || exit 1; \
	done

arm: ## what arm64 does otherwise, in an emulator: every tier, and processors that lack one or both
	@command -v qemu-aarch64-static >/dev/null || { echo "arm: qemu-aarch64-static is missing; run scripts/setup.sh test"; exit 1; }
	@run() { \
	  CGO_ENABLED=0 GOARCH=arm64 $(GO) test -c -o bin/arm64.test ./$$1 && echo "$$1" && \
	  (cd $$1 && qemu-aarch64-static -cpu max $(CURDIR)/bin/arm64.test -test.run "$$2"); \
	}; \
	run inference ArchitecturesAgree && run inference/internal/nn QuantisedArchitectures && \
	run inference/internal/quant . && run inference/internal/kernel .
	@cd inference/internal/kernel && for has in neoverse-n1/dotprod cortex-a72/generic; do \
	  echo "$$has"; qemu-aarch64-static -cpu $${has%/*} ../../../bin/arm64.test -test.v -test.run 'Tier|Exact|StaysInside' >../../../bin/arm.log && \
	  grep "PASS: TestIntegersAreExact/$${has#*/} " ../../../bin/arm.log || { tail -20 ../../../bin/arm.log; exit 1; }; \
	done

noasm: ## the same program in plain Go
	@for arch in amd64 arm64; do \
	  CGO_ENABLED=0 GOARCH=$$arch $(GO) build -tags noasm -o /dev/null ./app/cli && \
	  CGO_ENABLED=0 GOARCH=$$arch $(GO) vet -tags noasm ./inference/internal/kernel || exit 1; \
	done
	@CGO_ENABLED=0 $(GO) test -tags noasm ./inference/internal/kernel ./inference/internal/quant

bench: cli ## this machine's speed
	@bin/shelftalk-cli bench --model $(MODEL)

bench-peer: cli ## side by side with llama.cpp, in one run; docs/speed.md shows it
	@scripts/bench-peer --model $(MODEL) --write docs/speed.md

fuzz: ## every fuzz target for FUZZTIME (1m) each
	@scripts/fuzz

quality: cli ## the drafting figures, from a seed
	@bin/shelftalk-cli quality --model $(MODEL)

clean:
	@rm -rf bin
