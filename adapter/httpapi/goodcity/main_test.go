package goodcity

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "goodcity", map[string]string{})
}

func TestBodiesThatNoOperationTakes(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, "goodcity", mounting(t, "documented", nil))
}

func TestFailuresOfEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayFailures(t, "goodcity", mounting(t, "documented", nil))
}
