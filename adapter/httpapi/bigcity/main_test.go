package bigcity

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "bigcity", map[string]string{
		"GET /api/v1/customer/points 404 application/json": "a token names an account, and accounts are not deleted",
	})
}

func TestBodiesThatNoOperationTakes(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, "bigcity", with(t, nil), documented)
}
