package microsite

import (
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

func TestMain(m *testing.M) {
	const (
		panics = "only a mistake of ours"
		busy   = "only after waiting for another request of the session"
	)
	unplayed := map[string]string{"500 text/html": panics, "GET /microsite 503 text/html": "it asks nobody"}
	for _, operation := range []string{
		"GET /microsite/", "POST /microsite/", "GET /microsite/code", "POST /microsite/code", "POST /microsite/resend", "POST /microsite/logout",
	} {
		unplayed[operation+" 503 text/html"] = busy
	}
	httpapitest.Main(m, "microsite", unplayed)
}

func TestNoteTwice(t *testing.T) {
	t.Parallel()
	if reply := newWorld(t, nil).Do("GET", home+"?note=left&note=ended", ""); reply.Status != 400 {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}
