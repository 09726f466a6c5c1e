# Everyday commands, one each.

# The time that all fuzz tests together get, in seconds.
FUZZ_SECONDS ?= 3600

.PHONY: build package-files test storm lint update fuzz bench

build:
	CGO_ENABLED=0 go build -o bin/stormflux ./cmd/stormflux

# The manual pages and completions of the packages, in bin/.
package-files: build
	rm -rf bin/man bin/completions
	mkdir -p bin/completions
	bin/stormflux man bin/man
	gzip -n -9 bin/man/*.1
	for shell in bash zsh fish powershell; do bin/stormflux completion $$shell >bin/completions/stormflux.$$shell || exit 1; done

test:
	go test -timeout 30m ./...

# All tests, with those that watch a real Storm for long. Without Java and Maven, they fail.
storm:
	STORMFLUX_REQUIRE_STORM=1 STORMFLUX_LONG=1 go test -p 1 -timeout 60m ./...

lint:
	gofmt -l .
	go vet ./...
	go tool staticcheck ./...

# Rewrites golden files, generated code and generated documents.
update:
	go generate ./...
	STORMFLUX_UPDATE=1 go test ./diag ./schema/... ./validate ./compiler/... ./internal/graph ./cmd/stormflux

# Runs every fuzz test for its share of FUZZ_SECONDS. Each begins with the corpus in its testdata/fuzz. To minimise inputs
# that are merely new would take most of the time of a short run. Go reports "context deadline exceeded" when the time ends
# while an input runs: without a failing input, that is no fault.
fuzz:
	@set -e; \
	log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	targets=$$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' . | sed -E 's#/[^/]+:func # #' | sort); \
	share=$$(( $(FUZZ_SECONDS) / $$(echo "$$targets" | wc -l) )); \
	echo "$$targets" | while read -r pkg target; do \
		echo "$$pkg $$target, $$share seconds"; \
		if ! go test -run '^$$' -fuzz "^$$target$$" -fuzztime $${share}s -fuzzminimizetime 10x $$pkg >"$$log" 2>&1; then \
			cat "$$log"; \
			grep -q '^ *context deadline exceeded$$' "$$log" || exit 1; \
			if grep -q 'Failing input' "$$log"; then exit 1; fi; \
		fi; \
		grep '^fuzz: elapsed' "$$log" | tail -1; \
	done

bench:
	go run ./bench
