# edgeprof: what you can do here. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
LINTED := Package.swift Sources Tests agent collector Benchmarks

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages
packages: ## install the Debian packages needed, where missing
	@scripts/install-packages.sh libcurl4-openssl-dev libsqlite3-dev libpng-dev libturbojpeg0-dev zlib1g-dev libpq-dev

.PHONY: build
build: packages ## build the programs, optimised, into .build/release
	@swift build -c release

.PHONY: quickstart
quickstart: build ## collector, two agents, five networks, one ranking, on this box
	@scripts/quickstart.sh

.PHONY: test
test: packages lint ## all tests of an everyday change
	@scripts/install-packages.sh postgresql-15
	@scripts/install-packages.sh haproxy || echo "test: goes on; the case that needs it says that it is skipped"
	@swift build --build-tests
	@scripts/check-kernel-symbols.sh
	@scripts/run-tests.sh
	@scripts/conformance.sh quick
	@scripts/quantizer-accuracy.sh
	@scripts/test-faults.sh quick
	@$(MAKE) --no-print-directory test-arm-kernels test-old-x86

.PHONY: conformance
conformance: packages ## every operator and zoo family against ONNX Runtime and a numpy referee
	@swift build
	@scripts/conformance.sh quick
	@scripts/quantizer-accuracy.sh

.PHONY: conformance-full
conformance-full: packages ## also networks from torchvision, and OpenVINO
	@swift build
	@scripts/conformance.sh full

.PHONY: fuzz
fuzz: packages ## the ONNX reader and importer under libFuzzer, ten minutes or SECONDS_TO_RUN
	@scripts/fuzz-onnx.sh $(or $(SECONDS_TO_RUN),600)

.PHONY: test-arm-kernels
test-arm-kernels: ## arm64 kernels against the reference, on emulated processors
	@scripts/install-packages.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
	@scripts/test-arm-kernels.sh

.PHONY: test-old-x86
test-old-x86: ## the programs on emulated x86-64 processors without AVX, without AVX-512
	@scripts/install-packages.sh qemu-user-static
	@scripts/test-old-x86.sh || [ $$? = 77 ]

.PHONY: test-proxies
test-proxies: packages ## the collector behind nginx and HAProxy, as packaging/examples has them
	@scripts/install-packages.sh nginx haproxy
	@swift build --product edgeprof-collector
	@scripts/test-proxies.sh

.PHONY: test-openapi
test-openapi: packages ## the collector against its OpenAPI document, by schemathesis
	@swift build --product edgeprof-collector
	@scripts/test-openapi.sh $(or $(EXAMPLES),200)

.PHONY: test-prometheus
test-prometheus: packages ## a real Prometheus scrapes a collector
	@scripts/install-packages.sh prometheus
	@swift build --product edgeprof-collector
	@scripts/test-prometheus.sh

.PHONY: test-arm64
test-arm64: ## whole networks on emulated arm64 processors, compared with x86-64
	@scripts/install-packages.sh qemu-user-static
	@scripts/test-arm64.sh || [ $$? = 77 ]

.PHONY: test-arm64-agent
test-arm64-agent: packages ## the agent's arm64 package: built, installed, enrolled, a run pushed, emulated (root; FOLDER=where)
	@scripts/install-packages.sh debootstrap qemu-user-static
	@swift build
	@scripts/test-arm64-agent.sh $(FOLDER) || [ $$? = 77 ]

.PHONY: test-pmu
test-pmu: ## the counters on an emulated machine that has some, and on one that has none
	@scripts/install-packages.sh qemu-system-arm qemu-user-static cpio
	@scripts/test-pmu.sh

.PHONY: bench-store
bench-store: packages ## questions to a collector with 10 million runs (40 GB free; RUNS=1000000 for fewer)
	@swift build -c release --product edgeprof-collector && swift build -c release --product store-benchmark
	@python3 Benchmarks/Store/store.py --runs $${RUNS-10000000}

.PHONY: deb
deb: packages ## Debian packages of agent, collector and command line, into .build/deb
	@scripts/install-packages.sh dpkg-dev binutils python3
	@scripts/make-deb.sh

.PHONY: test-faults
test-faults: packages ## kills, full disks, dead networks, wrong clocks: agents and collectors as real processes
	@scripts/install-packages.sh postgresql-15 haproxy openssl || echo "test-faults: goes on; cases that need them say that they are skipped"
	@swift build
	@scripts/test-faults.sh

.PHONY: test-collector-faults
test-collector-faults: packages ## the collector on bad days: both stores locked, full, damaged, gone; two behind HAProxy; bad input
	@scripts/install-packages.sh postgresql-15 haproxy openssl || echo "test-collector-faults: goes on; cases that need them say that they are skipped"
	@swift build
	@scripts/test-faults.sh collector

.PHONY: deb-arm64
deb-arm64: ## the agent's package for arm64, with a Swift SDK (docs/packages.md)
	@scripts/install-packages.sh dpkg-dev binutils python3 qemu-user-static
	@[ -n "$${EDGEPROF_SWIFT_SDK-}" ] && [ -n "$${EDGEPROF_SYSROOT-}" ] || { echo "set EDGEPROF_SWIFT_SDK and EDGEPROF_SYSROOT: docs/packages.md" >&2; exit 2; }
	@scripts/make-deb.sh .build/deb-arm64

.PHONY: test-install
test-install: deb ## the packages installed as a new user would, in a fresh Debian root (root)
	@scripts/install-packages.sh debootstrap
	@scripts/test-install.sh || [ $$? = 77 ]

.PHONY: test-vm
test-vm: deb ## the packages' units in a virtual machine with systemd (root)
	@scripts/install-packages.sh debootstrap qemu-system-x86 e2fsprogs
	@scripts/test-vm.sh || [ $$? = 77 ]

.PHONY: lint
lint: ## formatting and documentation rules
	@swift format lint --strict --parallel --recursive $(LINTED)

.PHONY: bench
bench: ## speed of the kernels (share of this core's peak) and of whole networks
	@swift build -c release
	@.build/release/edgeprof kernels --bench
	@.build/release/network-benchmarks

.PHONY: bench-rank
bench-rank: ## how long a ranking of 40 models on 20 tiers takes (at most 300 ms)
	@swift build -c release --product ranking-benchmark
	@.build/release/ranking-benchmark

.PHONY: bench-check
bench-check: packages ## instructions an inference takes, against committed thresholds
	@swift build -c release
	@scripts/bench-check.sh

.PHONY: check-locality
check-locality: packages ## the cache simulation against valgrind's
	@scripts/install-packages.sh valgrind
	@scripts/check-locality.sh

.PHONY: bench-ingest
bench-ingest: packages ## runs a second into both stores, storms of agents, and MLflow's server beside it
	@scripts/install-packages.sh postgresql-15 openssl python3-venv
	@swift build -c release --product edgeprof-collector
	@swift build -c release --product ingest-benchmark
	@scripts/bench-ingest.sh

.PHONY: bench-plan
bench-plan: packages ## a plan for 1,000 sites that all differ, with and without budget and stock
	@swift build -c release --product edgeprof
	@Benchmarks/Plan/sites.py .build/release/edgeprof

.PHONY: bench-peers
bench-peers: packages ## whole networks against ONNX Runtime, OpenVINO and ncnn, interleaved
	@swift build -c release
	@scripts/bench-peers.sh
