# Everyday commands, one each.
FUZZTIME ?= 20s

.PHONY: build test lint update fuzz bench

build:
	CGO_ENABLED=0 go build -o bin/stormflux ./cmd/stormflux

test:
	go test ./...

lint:
	gofmt -l .
	go vet ./...
	go tool staticcheck ./...

# Rewrites golden files, generated code and generated documents.
update:
	go generate ./...
	STORMFLUX_UPDATE=1 go test ./diag ./schema ./validate ./compiler/... ./cmd/stormflux

# Runs every fuzz test for FUZZTIME. Minimising what is merely new would take most of the time of a short run.
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
		done; \
	done

bench:
	go run ./bench
