package bridgekeeper

import (
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "bridgekeeper", map[string]string{
		"GET /api/auth/v1/users/verify-email 500 application/json": "the page asks nothing that could fail",
		"GET /api/auth/v1/users/verify-email 503 application/json": "the page asks nothing that could fail",
	})
}

func TestBodiesThatNoOperationTakes(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, "bridgekeeper", with(t, httpapi.Settings{}))
}

func TestFailuresOfEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayFailures(t, "bridgekeeper", with(t, httpapi.Settings{}), "GET /api/auth/v1/users/verify-email")
}

func TestForeignHostAtEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayEach(t, "bridgekeeper", 403, with(t, httpapi.Settings{AllowedHosts: []string{"login.example.com"}}), "Host: evil.example")
}

func TestForgotPasswordOfNobodyNamed(t *testing.T) {
	t.Parallel()
	want(t, httpapitest.New(t, with(t, httpapi.Settings{})), 400, "POST", forgotPath, "{}")
}
