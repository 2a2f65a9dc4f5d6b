# `make run` and `make test` are all that a newcomer needs; both set up what is missing.

ARCH ?= x86_64
MEMORY ?= 512M
PREFIX ?= /usr/local

# What is installed by one may be looked for by another.
.NOTPARALLEL:

.PHONY: run test test-boot images programs browser lint fuzz documentation setup clean

# Boots the default machine and shows its memory, from power-on to the kernel. ARCH=aarch64 and MEMORY=2G choose another.
run: images
	swift build -q --product strata
	"$$(swift build --show-bin-path)/strata" boot --arch $(ARCH) --memory $(MEMORY)

# Every test. The test runner's own last line comes last.
test: images programs browser lint
	Scripts/fuzz --seconds 10
	swift build -q --build-tests
	Scripts/test

# Every boot of a planned guest, where `make test` has one of each kind.
test-boot: programs
	swift build -q --build-tests
	STRATA_ALL_BOOTS=1 swift test --skip-build --filter LayoutBootTests

# The loader, the kernel and its checksum for both architectures, under .build-images/.
images: setup
	Scripts/images

# The unmodified programs that the tests run under the Guard, under .build-programs/; tests of what is not to be had are skipped.
programs: setup
	-Scripts/programs

# The browser in which the tests open pages; tests of what is not to be had are skipped.
browser: setup
	-Scripts/browser

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Boot Tests Fuzz Benchmarks

# Longer than the tests' share: five minutes a driver.
fuzz: setup
	Scripts/fuzz --seconds 300

documentation:
	Scripts/documentation

setup:
	@Scripts/setup

clean:
	rm -rf .build .build-vm .build-x86_64 .build-aarch64 .build-fuzz .build-images .build-documentation .build-programs

# libstrata-vm: a shared library with Windows's virtual-memory calls, its header and its pkg-config file, under PREFIX.
.PHONY: install-vm
install-vm: setup
	Scripts/install-vm "$(PREFIX)"
