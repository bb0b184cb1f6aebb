package parcelbox

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) { httpapitest.Main(m, Name, nil) }

func mount(w *httpapitest.World) {
	if err := Mount(Options{Server: w.Server, Core: w.Core}); err != nil {
		panic(err)
	}
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", mount)
}

func TestRefusalsOfEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, Name, mount)
	httpapitest.PlayFailures(t, Name, mount)
}
