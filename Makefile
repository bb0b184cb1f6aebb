# Latchkey. `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)
# The race detector needs cgo, and so a C compiler; the tests run without it where there is none.
CC_FOUND := $(shell command -v $${CC:-cc} 2>/dev/null)
RACE     := $(if $(CC_FOUND),-race,)
TESTENV  := $(if $(CC_FOUND),CGO_ENABLED=1,CGO_ENABLED=0)
WRITTEN   = $(shell find . -name '*.go' -not -name '*.gen.go')

# Swagger UI, as it is embedded for /docs/try. Raise the version and run `make viewer`.
VIEWER     = swagger-ui-dist@5.35.0
VIEWER_DIR = adapter/web/docs/viewer

.PHONY: help run build test check generate typescript release-contract viewer bench fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and start the server on http://127.0.0.1:8080 with demo accounts, an inbox and an SQLite file
	bin/latchkey serve --dev

build: ## build the static binary bin/latchkey
	CGO_ENABLED=0 $(GO) build -tags nomsgpack -trimpath -ldflags '$(LDFLAGS)' -o bin/latchkey ./cmd/latchkey

test: ## run all tests; needs nothing but Go and make, and uses MariaDB and Redis where it finds them
	$(TESTENV) $(GO) test $(RACE) -timeout 12m ./...

check: ## formatting, vet, staticcheck, import rules, fresh generated code, the OpenAPI document: linters, breaking changes
	@unformatted=$$(gofmt -l $(WRITTEN)); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck $$($(GO) list ./... | grep -v /openapi/gen/) # the generator's messages have a style of their own
	$(GO) mod tidy -diff
	@before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && cp -R openapi "$$before" && $(MAKE) --no-print-directory generate && \
	  { diff -r "$$before/openapi" openapi || { echo "generated code was stale: commit what make generate wrote"; exit 1; }; }
	$(GO) test -count=1 -run 'TestArchitecture' ./cmd/latchkey
	$(GO) test -count=1 ./openapi/...

generate: ## write the Go code and the changelog that come from openapi/openapi.yaml
	$(GO) generate ./openapi/...

release-contract: ## keep what programs call of openapi.yaml in openapi/released/: from then on they may rely on it
	cd openapi && $(GO) run ./internal/changelog keep released
	@$(MAKE) --no-print-directory generate

viewer: ## embed the pinned Swagger UI anew; needs npm
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && (cd "$$work" && npm pack --silent $(VIEWER) && tar xzf *.tgz) && \
	  for file in swagger-ui-bundle.js swagger-ui.css; do gzip -9nc "$$work/package/$$file" > $(VIEWER_DIR)/$$file.gz || exit 1; done && \
	  cat "$$work/package/NOTICE" "$$work/package/LICENSE" "$$work/package/swagger-ui-bundle.js.LICENSE.txt" \
	    | gzip -9nc > $(VIEWER_DIR)/swagger-ui-license.txt.gz && \
	  echo '$(VIEWER)' > $(VIEWER_DIR)/VERSION

typescript: ## write the types of the TypeScript client and pack it into dist/; needs npm
	mkdir -p dist
	cd openapi/typescript && npm install --no-audit --no-fund --ignore-scripts && npm run --silent generate && \
	  cp ../../LICENSE . && npm pack --pack-destination ../../dist

bench: build ## measure the real server on loopback beside a bare Gin handler
	$(GO) run ./cmd/latchkey/bench

fuzz: ## let each fuzz target look for new inputs for 20 seconds
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime 20s $$package || exit 1; done; done

clean: ## remove what was built
	rm -rf bin dist openapi/typescript/dist openapi/typescript/node_modules
