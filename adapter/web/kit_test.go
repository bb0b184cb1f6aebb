package web_test

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/docs"
	"latchkey/domain"
	"latchkey/openapi"
	"latchkey/openapi/contract"
)

//go:embed testdata
var templates embed.FS

const packedText = "/* packed */"

// said is what the test's own page shows.
type said struct{ Lang, Said string }

// newWorld has the front door, an asset that is packed, and pages of its own below /test, which the document does not name.
func newWorld(t *testing.T) *httpapitest.World {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write([]byte(packedText)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return httpapitest.New(t, func(w *httpapitest.World) {
		kit := web.NewKit(w.Server)
		kit.AddAssets(fstest.MapFS{"more/packed.css.gz": {Data: packed.Bytes()}}, "more")
		docs.Mount(docs.Options{Kit: kit, Document: openapi.JSON(), Version: "v1", Dev: true, Dialects: []docs.Dialect{{Name: "BigCity", About: "a customer ID", Tag: "bigcity"}}})
		page := kit.Page(templates, "testdata/page.html").Allow("img-src", "data:")
		w.Server.Mount(kit.Room(func(r gin.IRouter) {
			r.GET("/test/away", func(c *gin.Context) { w.Server.Refuse(c, domain.UnavailableBecause(errors.New("secret detail"))) })
			r.POST("/test/form", func(c *gin.Context) { page.Write(c, 200, said{"hi", c.PostForm("said")}) })
			r.GET("/test/broken", func(c *gin.Context) { page.Write(c, 200, struct{ Lang string }{"en"}) })
		}))
	})
}

func TestPageIsStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.Do("GET", "/", "")
	if reply.Status != 200 || !strings.Contains(reply.Body, `<html lang="en">`) || !strings.Contains(reply.Body, "BigCity") {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	} {
		if got := reply.Header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, forbidden := range []string{"<style", "style=", "<script>", "onclick", "http://", "https://", "Set-Cookie"} {
		if strings.Contains(strings.ReplaceAll(reply.Body, httpapitest.PublicURL, ""), forbidden) {
			t.Errorf("the page has %s", forbidden)
		}
	}
}

// visit asks for the test's own pages, which the document does not name.
func visit(w *httpapitest.World, method, path, body string, header http.Header) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Host = "login.example.com"
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, request)
	return recorder
}

func TestPageEscapesAndAllowsWhatItSays(t *testing.T) {
	t.Parallel()
	reply := visit(newWorld(t), "POST", "/test/form", "said=%3Cscript%3E", nil)
	if reply.Code != 200 || !strings.Contains(reply.Body.String(), "said: &lt;script&gt;") || !strings.Contains(reply.Body.String(), `lang="hi"`) {
		t.Errorf("%d %s", reply.Code, reply.Body)
	}
	policy := reply.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "img-src data:") || strings.Contains(policy, "img-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Error(policy)
	}
}

func TestRefusalsArePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		method, path, body string
		header             http.Header
		status             int
		want               string
	}{
		{"GET", "/test/away", "", nil, 503, "Not available"},
		{"GET", "/test/broken", "", nil, 500, "Something went wrong"},
		{"POST", "/test/form", "said=%zz", nil, 400, "The request is invalid"},
		{"POST", "/test/form", strings.Repeat("a", 65<<10), nil, 413, "too large"},
		{"POST", "/test/form", "{}", http.Header{"Content-Type": {"application/json"}}, 415, "content type"},
		{"DELETE", "/test/form", "", nil, 405, "Method not allowed"},
	} {
		reply := visit(w, c.method, c.path, c.body, c.header)
		if reply.Code != c.status || !strings.Contains(reply.Body.String(), c.want) || strings.Contains(reply.Body.String(), "secret") ||
			reply.Header().Get("Content-Type") != "text/html; charset=utf-8" || reply.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: %d %v\n%s", c.method, c.path, reply.Code, reply.Header(), reply.Body)
		}
	}
}

func TestK5_FormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		header http.Header
		status int
	}{
		{http.Header{}, 200}, // no browser
		{http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200},
		{http.Header{"Sec-Fetch-Site": {"none"}}, 200},
		{http.Header{"Origin": {httpapitest.PublicURL}}, 200},
		{http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.example.com"}}, 403},
		{http.Header{"Origin": {"https://evil.example"}}, 403},
		{http.Header{"Origin": {"null"}}, 403},
	} {
		if reply := visit(w, "POST", "/test/form", "said=x", c.header); reply.Code != c.status {
			t.Errorf("%v: %d instead of %d", c.header, reply.Code, c.status)
		}
	}
}

func TestPagesAnswerHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := httptest.NewServer(w.Handler)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: contract.Transport(t, nil)}
	t.Cleanup(client.CloseIdleConnections)
	for path, status := range map[string]int{"/": 200, "/?x=%zz": 200, "/docs": 200, "/assets/site.css": 200, "/assets/none.css": 404, "/healthz": 404} {
		got, err := client.Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != status || status == 200 && got.ContentLength < 100 {
			t.Errorf("%s: %d, %d bytes", path, got.StatusCode, got.ContentLength)
		}
	}
}

func TestUnknownPathsSpeakToWhoAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "application/json; charset=utf-8", "application/json": "application/json; charset=utf-8",
	} {
		for _, method := range []string{"GET", "POST"} {
			reply := visit(w, method, "/nowhere", "", http.Header{"Accept": {accept}})
			if got := reply.Header().Get("Content-Type"); reply.Code != 404 || got != want || reply.Header().Get("Vary") != "Accept" {
				t.Errorf("%s with %s: %d %s", method, accept, reply.Code, got)
			}
		}
	}
}

func TestFixedPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := visit(w, "GET", "/docs", "", nil)
	packed := visit(w, "GET", "/docs", "", http.Header{"Accept-Encoding": {"gzip"}})
	if packed.Body.Len() >= plain.Body.Len()/4 || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes packed, %d not", packed.Body.Len(), plain.Body.Len())
	}
	for _, reply := range []*httptest.ResponseRecorder{plain, packed} {
		if header := reply.Header(); header.Get("Vary") != "Accept-Encoding" || header.Get("Cache-Control") != "no-store" || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%v", header)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	links := regexp.MustCompile(`/assets/site\.css\?v=([0-9a-f]+)`).FindStringSubmatch(w.Do("GET", "/", "").Body)
	if links == nil {
		t.Fatal("the page has no style sheet")
	}
	fresh := w.Do("GET", links[0], "")
	if fresh.Status != 200 || fresh.Header.Get("Content-Type") != "text/css; charset=utf-8" ||
		fresh.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || fresh.Header.Get("ETag") != `"`+links[1]+`"` {
		t.Errorf("%d %v", fresh.Status, fresh.Header)
	}
	if stale := w.Do("GET", "/assets/site.css?v=old", ""); stale.Body != fresh.Body || stale.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("by another version: %v", stale.Header)
	}
	if same := w.Do("GET", "/assets/site.css", "", "If-None-Match: "+fresh.Header.Get("ETag")); same.Status != 304 || same.Body != "" {
		t.Errorf("unchanged: %d %q", same.Status, same.Body)
	}
	if icon := w.Do("GET", "/assets/icon.svg", ""); icon.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("icon: %v", icon.Header)
	}
	for _, unknown := range []string{"/assets/none.css", "/assets/kit.go"} {
		if reply := w.Do("GET", unknown, ""); reply.Status != 404 || !strings.Contains(reply.Body, "Not found") {
			t.Errorf("%s: %d", unknown, reply.Status)
		}
	}
}

func TestPackedAssets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := visit(w, "GET", "/assets/packed.css", "", nil)
	if plain.Body.String() != packedText || plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("unpacked: %q %v", plain.Body, plain.Header())
	}
	packed := visit(w, "GET", "/assets/packed.css", "", http.Header{"Accept-Encoding": {"gzip, br"}})
	if packed.Header().Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(packed.Body.Bytes(), []byte{0x1f, 0x8b}) {
		t.Errorf("packed: %v", packed.Header())
	}
}

func TestKitRefusesMistakesOfOurs(t *testing.T) {
	t.Parallel()
	for name, mistake := range map[string]func(k *web.Kit){
		"two of a name":   func(k *web.Kit) { k.AddAssets(fstest.MapFS{"a/site.css": {}}, "a") },
		"unknown type":    func(k *web.Kit) { k.AddAssets(fstest.MapFS{"a/x.exe": {}}, "a") },
		"broken page":     func(k *web.Kit) { k.Page(templates, "testdata/page.html").Fix(struct{ Lang string }{"en"}) },
		"no folder":       func(k *web.Kit) { k.AddAssets(fstest.MapFS{}, "a") },
		"broken template": func(k *web.Kit) { k.Page(fstest.MapFS{"x.html": {Data: []byte("{{")}}, "x.html") },
	} {
		httpapitest.New(t, func(w *httpapitest.World) {
			kit := web.NewKit(w.Server)
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			mistake(kit)
		})
	}
}
