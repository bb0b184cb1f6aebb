package parcelbox

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", func(w *httpapitest.World) {
		if err := Mount(Options{Server: w.Server, Core: w.Core}); err != nil {
			t.Fatal(err)
		}
	})
}
