# make demo     set everything up and explore a pair of example images
# make check    set everything up, lint and run all tests
PREFIX ?= /usr/local
APT_PACKAGES = libarchive-dev libdivsufsort-dev libssl-dev liblzma-dev libncurses-dev libzstd-dev zlib1g-dev pkg-config xz-utils

.PHONY: build test lint format check demo install setup clean

build:
	swift build -c release --static-swift-stdlib -Xlinker -s --product silt

test:
	swift test --disable-xctest

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

check: setup lint test

demo: setup build
	.build/release/silt demo

install: build
	install -D -m 755 .build/release/silt $(DESTDIR)$(PREFIX)/bin/silt
	install -D -m 644 docs/silt.1 $(DESTDIR)$(PREFIX)/share/man/man1/silt.1

# The system packages, unless they are all there.
setup:
	@dpkg-query -W -f '$${Status}\n' $(APT_PACKAGES) 2>/dev/null | grep -c '^install ok installed$$' \
	  | grep -qx $(words $(APT_PACKAGES)) || { \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$sudo apt-get update && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(APT_PACKAGES); }

clean:
	rm -rf .build
