package main

import (
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
	"latchkey/openapi"
)

// TestBoot_Document: the server serves the document that it was built with, to anybody.
func TestBoot_Document(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t)).serve().visit(t)
	for path, want := range map[string][]byte{"/openapi.json": openapi.JSON(), "/openapi.yaml": openapi.YAML()} {
		if got := v.want(http.StatusOK, request{http.MethodGet, path, "", nil}); got.body != string(want) {
			t.Errorf("%s has %d bytes, want %d", path, len(got.body), len(want))
		}
	}
}

// TestCLI_AddressTaken: a second server on the same address says so and ends.
func TestCLI_AddressTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	n := s.serve()
	address := strings.TrimPrefix(n.url, "http://")
	ended := s.run("", "serve", "--listen", address)
	if last := ended.stderr[strings.LastIndex(strings.TrimSpace(ended.stderr), "\n")+1:]; ended.status != 1 ||
		!strings.HasPrefix(last, "latchkey: ") || !strings.Contains(last, address) || !strings.Contains(last, "in use") {
		t.Errorf("status %d:\n%s", ended.status, ended.stderr)
	}
	n.healthy()
}
