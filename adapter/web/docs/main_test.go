package docs_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/docs"
	"latchkey/openapi"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	const made = "the page was made at the start; only a mistake of ours"
	httpapitest.Main(m, "pages", map[string]string{
		"431 text/plain":          "Go's HTTP server refuses long headers before a room sees them; a test of the whole program has it",
		"GET / 500 text/html":     made,
		"GET /docs 500 text/html": made, "GET /docs/try 500 text/html": made,
	})
}

// What pages load, and what they do not.
func TestAssets(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, func(w *httpapitest.World) {
		kit := web.NewKit(w.Server)
		kit.AddAssets(fstest.MapFS{"x/broken.css.gz": {Data: []byte("not packed")}}, "x")
		docs.Mount(docs.Options{Kit: kit, Document: openapi.JSON()})
	})
	for path, want := range map[string]struct {
		status int
		media  string
	}{
		"/assets/site.css?v=old": {200, "text/css"}, "/assets/swagger-ui-bundle.js": {200, "text/javascript"}, "/assets/icon.svg": {200, "image/svg+xml"},
		"/assets/swagger-ui-license.txt": {200, "text/plain"}, "/assets/site.css?v=a&v=b": {400, "text/html"},
		"/assets/none.css": {404, "text/html"}, "/assets/%25zz": {404, "text/html"}, "/assets/broken.css": {500, "text/html"},
	} {
		reply := w.Do(http.MethodGet, path, "")
		if media, _, _ := strings.Cut(reply.Header.Get("Content-Type"), ";"); reply.Status != want.status || media != want.media {
			t.Errorf("%s: %d as %s, want %d as %s", path, reply.Status, media, want.status, want.media)
		}
		kept := reply.Header.Get("Etag") != "" && reply.Header.Get("Cache-Control") == "no-cache"
		refused := reply.Header.Get("Etag") == "" && reply.Header.Get("Cache-Control") == "no-store"
		if kept != (want.status == 200) || refused != (want.status != 200) {
			t.Errorf("%s: %d may be kept: %v", path, reply.Status, reply.Header)
		}
	}
	same := w.Do(http.MethodGet, "/assets/icon.svg", "", "If-None-Match: "+w.Do(http.MethodGet, "/assets/icon.svg", "").Header.Get("Etag"))
	if same.Status != http.StatusNotModified || same.Body != "" {
		t.Errorf("unchanged: %d %q", same.Status, same.Body)
	}
}
