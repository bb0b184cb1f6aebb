package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rooms says who may import whom, by the longest matching path below the module. A package may import its own subtree's listed
// friends and nothing else of ours.
var rooms = []struct{ room, may string }{
	{"openapi/contract", "openapi"},
	{"openapi/internal", "openapi!"},
	{"openapi", ""},
	{"domain", ""},
	{"usecase/porttest", "usecase domain"},
	{"usecase", "domain"},
	{"adapter/httpapi/httpapitest", "adapter/httpapi adapter/secret adapter/token adapter/store usecase domain infrastructure openapi"},
	{"adapter/httpapi/*", "adapter/httpapi! usecase! domain openapi/gen/*"}, // the same name on both sides
	{"adapter/httpapi", "usecase! domain"},
	{"adapter/store/gormstore", "usecase! domain infrastructure/database"},
	{"adapter/token/jwxtoken", "usecase! domain infrastructure/keys"},
	{"adapter/secret", "usecase! domain infrastructure/keys"},
	{"adapter/delivery", "usecase! domain infrastructure/httpclient adapter/delivery/letter!"},
	{"adapter/web/inbox", "adapter/web! adapter/httpapi! adapter/delivery/inbox! adapter/delivery/faulty! adapter/delivery/letter! domain openapi/gen/dev"},
	{"adapter/web/microsite", "adapter/web! adapter/httpapi! domain openapi/client! openapi/gen/microsite"},
	{"adapter/web/docs", "adapter/web! adapter/httpapi! domain openapi/gen/pages"},
	{"adapter/web", "adapter/httpapi! domain"},
	{"adapter", "usecase! domain"},
	{"infrastructure", "infrastructure"},
	{"cmd", "adapter usecase domain infrastructure openapi"},
}

// libraries may be imported below the listed paths only.
var libraries = map[string]string{
	"github.com/gin-gonic/gin":      "adapter/httpapi adapter/web openapi/gen cmd/latchkey/bench",
	"gorm.io/":                      "adapter/store/gormstore infrastructure/database",
	"github.com/lestrrat-go/jwx/v2": "adapter/token/jwxtoken infrastructure/keys cmd/latchkey/bench",
	"github.com/getkin/kin-openapi": "openapi/contract openapi/internal/changelog",
	"github.com/oasdiff/oasdiff":    "openapi/internal/changelog",
	"github.com/chromedp":           "infrastructure/testbrowser",
	"math/rand":                     "infrastructure/random openapi/client",
}

// frugal are packages that users may copy: besides the standard library they import what is listed here, and their own.
var frugal = map[string]string{"openapi/client": "github.com/oapi-codegen/runtime"}

// listedPackage is what `go list -json` tells of a package.
type listedPackage struct {
	ImportPath string
	Imports    []string
}

func TestArchitecture(t *testing.T) {
	t.Parallel()
	output, err := exec.Command("go", "list", "-json=ImportPath,Imports", "latchkey/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; seen++ {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(p.ImportPath, "latchkey/")
		for _, imported := range p.Imports {
			if complaint := judge(path, imported); complaint != "" {
				t.Error(complaint)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

// judge tells what is wrong with one import, and nothing when it is right.
func judge(path, imported string) string {
	if ours, ok := strings.CutPrefix(imported, "latchkey/"); ok {
		for _, r := range rooms {
			if room, name := named(r.room, path); below(path, room) {
				for _, friend := range strings.Fields(strings.ReplaceAll(r.may, "*", name)) {
					// A trailing ! allows the package itself, but none below it.
					if exact, only := strings.CutSuffix(friend, "!"); ours == exact || (!only && below(ours, friend)) {
						return ""
					}
				}
				if below(ours, path) {
					return "" // a package's own inner packages
				}
				return path + " must not import " + ours
			}
		}
		return path + " is in no room of the house"
	}
	for room, may := range frugal {
		outside, _, _ := strings.Cut(imported, "/")
		if below(path, room) && strings.Contains(outside, ".") && !below(imported, may) {
			return path + " must not import " + imported + ", only " + may
		}
	}
	for library, homes := range libraries {
		if !strings.HasPrefix(imported, library) {
			continue
		}
		for _, home := range strings.Fields(homes) {
			if below(path, home) {
				return ""
			}
		}
		return path + " must not import " + imported + "; its home is " + homes
	}
	return ""
}

// named puts the path's own name in the place of a room's *.
func named(room, path string) (filled, name string) {
	front, open := strings.CutSuffix(room, "*")
	if rest, within := strings.CutPrefix(path, front); open && within {
		name, _, _ = strings.Cut(rest, "/")
	}
	return strings.ReplaceAll(room, "*", name), name
}

func below(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

// TestArchitecture_ServerWithoutTools: what tests and generators need is no part of the server's program.
func TestArchitecture_ServerWithoutTools(t *testing.T) {
	t.Parallel()
	output, err := exec.Command("go", "list", "-deps", "latchkey/cmd/latchkey").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if !strings.Contains(string(output), "latchkey/openapi\n") {
		t.Error("go list tells of other packages than the server's")
	}
	for _, tool := range []string{"getkin/kin-openapi", "oasdiff/oasdiff", "oapi-codegen/oapi-codegen", "latchkey/openapi/contract", "testing\n"} {
		if strings.Contains(string(output), tool) {
			t.Errorf("%s is in the server", strings.TrimSpace(tool))
		}
	}
}

// TestArchitecture_Judge makes sure that the judge can say no.
func TestArchitecture_Judge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, imported string
		wrong          bool
	}{
		{"domain", "latchkey/usecase", true},
		{"usecase", "latchkey/domain", false},
		{"usecase", "latchkey/adapter/secret", true},
		{"adapter/httpapi/arita", "latchkey/adapter/httpapi/bigcity", true},
		{"adapter/httpapi/arita", "latchkey/openapi/gen/goodcity", true},
		{"adapter/httpapi/arita", "latchkey/adapter/httpapi", false},
		{"adapter/httpapi/arita", "latchkey/openapi/gen/arita", false},
		{"adapter/httpapi/arita", "latchkey/openapi/client", true},
		{"adapter/httpapi", "latchkey/openapi/gen/arita", true},
		{"adapter/delivery/smtp", "latchkey/adapter/delivery/webhook", true},
		{"adapter/delivery/twilio", "latchkey/infrastructure/httpclient", false},
		{"adapter/delivery/twilio", "latchkey/infrastructure/database", true},
		{"adapter/httpapi", "latchkey/usecase/porttest", true},
		{"infrastructure/config", "latchkey/domain", true},
		{"usecase", "gorm.io/gorm", true},
		{"adapter/store/gormstore", "gorm.io/gorm", false},
		{"cmd/latchkey", "latchkey/adapter/secret", false},
		{"surprise", "latchkey/domain", true},
		{"openapi/client", "latchkey/openapi/client/api", false},
		{"openapi/client", "latchkey/openapi", true},
		{"openapi/client/api", "github.com/oapi-codegen/runtime", false},
		{"openapi/client", "golang.org/x/sync/singleflight", true},
		{"openapi/client", "net/http", false},
	} {
		if got := judge(test.path, test.imported) != ""; got != test.wrong {
			t.Errorf("%s -> %s: wrong is %v, want %v", test.path, test.imported, got, test.wrong)
		}
	}
}
