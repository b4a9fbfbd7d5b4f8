# make demo      set everything up and explore a pair of example images
# make check     set everything up, lint, build and run all tests
# make help      everything else
PREFIX ?= /usr/local

# The one configuration that is built, tested, measured and fuzzed: all targets share what is made.
CONFIGURATION = -c release -Xswiftc -enable-testing
# `swift test` would add -enable-testing once more, and then compile all that `swift build` has compiled a second time.
TEST = swift test $(CONFIGURATION) --disable-testable-imports --disable-xctest

# What building, testing and linting needs of a Debian 12 beside a Swift toolchain.
APT_PACKAGES = libarchive-dev libdivsufsort-dev libssl-dev liblzma-dev libncurses-dev libpcre2-dev libsqlite3-dev libuchardet-dev \
  libzstd-dev zlib1g-dev pkg-config xz-utils bzip2 python3 python3-zstandard codespell

SECONDS ?= 60
SEED ?= 1
FUZZ_TARGETS ?= archive create package recipe repack theme unpack
PAIRS ?= pairs
# Crashes stay with the program, whose tests end it by their signals.
SANITIZERS ?= address thread
CRASHES = handle_segv=0:handle_sigbus=0:handle_sigfpe=0
# The toolchain's own: another version does not read what its compiler counts.
LLVM_COV = $(dir $(realpath $(shell command -v swift)))llvm-cov

.PHONY: help build test lint documents format format-check check demo install setup fuzz libfuzzer bench coverage sanitize clean

build: ## the program, as .build/release/silt
	swift build $(CONFIGURATION) --product silt

test: ## all tests, or those whose names match FILTER
	$(TEST) $(if $(FILTER),--filter '$(FILTER)')

lint: ## how sources are laid out, and spelling
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	codespell

documents: build ## whether --help, the manual page, the README and the changelog tell the same
	Scripts/check-documents

format: ## lay sources out as the lint wants them
	swift format --in-place --recursive --parallel Package.swift Sources Tests

format-check: ## apply the golden packages and descriptions with the reader in Python that was written from docs/format
	/usr/bin/python3 -B docs/format/reader.py --check Tests/DeltaPackagesTests/Golden
	/usr/bin/python3 -B docs/format/repack.py --check Tests/RecompressionTests/Fixtures

check: setup lint build documents format-check test ## everything that must hold before a change lands

demo: setup build ## explore a pair of example images
	.build/release/silt demo

install: ## the program, which needs no Swift on the machine, and its manual page: PREFIX, DESTDIR
	swift build -c release --static-swift-stdlib -Xlinker -s --scratch-path .build-install --product silt
	install -D -m 755 .build-install/release/silt $(DESTDIR)$(PREFIX)/bin/silt
	install -D -m 644 docs/silt.1 $(DESTDIR)$(PREFIX)/share/man/man1/silt.1

fuzz: ## feed mutated files to what reads files: SECONDS for each of FUZZ_TARGETS, SEED
	swift build $(CONFIGURATION) --product silt-fuzz
	for target in $(FUZZ_TARGETS); do \
	  .build/release/silt-fuzz $$target --seconds $(SECONDS) --seed $(SEED) || exit 1; \
	done

libfuzzer: ## inputs chosen by the code that they reach: SECONDS for each of FUZZ_TARGETS; keeps them in .build-libfuzzer/corpus
	swift build $(CONFIGURATION) -Xswiftc -sanitize=fuzzer -Xswiftc -DLIBFUZZER --scratch-path .build-libfuzzer --product silt-fuzz
	for target in $(FUZZ_TARGETS); do \
	  fuzz=.build-libfuzzer/release/silt-fuzz; corpus=.build-libfuzzer/corpus/$$target; \
	  test -d $$corpus || $$fuzz $$target --write $$corpus || exit 1; \
	  SWIFT_BACKTRACE=enable=no $$fuzz $$target -- -max_total_time=$(SECONDS) -seed=$(SEED) -timeout=10 -rss_limit_mb=1024 $$corpus || exit 1; \
	done

bench: build ## sizes and times beside other tools: PAIRS, a folder of folders with old.tar and new.tar
	Benchmarks/run.sh $(PAIRS)

coverage: ## how much of each file the tests run
	$(TEST) --enable-code-coverage --scratch-path .build-coverage
	@bin=$$(swift build $(CONFIGURATION) --scratch-path .build-coverage --show-bin-path) && \
	  $(LLVM_COV) report "$$bin"/siltPackageTests.xctest -instr-profile="$$bin"/codecov/default.profdata \
	    -ignore-filename-regex='\.build|Tests|\.derived'

sanitize: ## all tests with each of SANITIZERS
	for sanitizer in $(SANITIZERS); do \
	  ASAN_OPTIONS=$(CRASHES):suppressions=$(CURDIR)/Tests/asan.supp TSAN_OPTIONS=$(CRASHES) \
	  $(TEST) --sanitize $$sanitizer --scratch-path .build-$$sanitizer || exit 1; \
	done

# The system packages, unless they are all there.
setup:
	@dpkg-query -W -f '$${Status}\n' $(APT_PACKAGES) 2>/dev/null | grep -c '^install ok installed$$' \
	  | grep -qx $(words $(APT_PACKAGES)) || { \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$sudo apt-get update && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(APT_PACKAGES); }

clean: ## everything that was built
	rm -rf .build .build-*

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/p' Makefile | expand -t 20
