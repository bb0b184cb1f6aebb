package system

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/openapi"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "system", map[string]string{
		"431 text/plain":                      "Go's HTTP server refuses long headers before a room sees them; a test of the whole program has it",
		"GET /dev/inbox 500 application/json": "the inbox is a list in memory",
		"GET /dev/inbox 503 application/json": "the inbox is a list in memory",
	})
}

func TestFailuresOfEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayFailures(t, "system", func(w *httpapitest.World) {
		Mount(Options{Server: w.Server, Core: w.Core, DocumentJSON: openapi.JSON(), DocumentYAML: openapi.YAML()})
	}, "GET /dev/inbox", "GET /readyz")
}

func TestInboxOfTwo(t *testing.T) {
	t.Parallel()
	get(t, newWorld(t, nil), 400, "/dev/inbox?to=a&to=b")
}
