package docs_test

import (
	"bytes"
	"compress/gzip"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/docs"
	"latchkey/infrastructure/testtool"
	"latchkey/openapi"
)

var dialects = []docs.Dialect{
	{Name: "BigCity", About: "a customer ID", Tag: "bigcity", Demo: []string{"Customer CUST12345"}}, {Name: "Arita", About: "a password", Tag: "arita"},
}

// newWorld is a server with the pages, as the options say.
func newWorld(t *testing.T, o docs.Options) *httpapitest.World {
	t.Helper()
	return httpapitest.New(t, func(w *httpapitest.World) {
		o.Kit, o.Document, o.Version = web.NewKit(w.Server), openapi.JSON(), "v1.2.3"
		docs.Mount(o)
	})
}

// page is a page of the world as a reader sees it, without marks.
func page(t *testing.T, w *httpapitest.World, path string) string {
	t.Helper()
	reply := w.Do(http.MethodGet, path, "")
	if reply.Status != http.StatusOK || reply.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: %d %v", path, reply.Status, reply.Header)
	}
	return html.UnescapeString(regexp.MustCompile(`</?(span|code|strong|a)[^>]*>`).ReplaceAllString(reply.Body, ""))
}

func TestFrontDoor(t *testing.T) {
	t.Parallel()
	development := page(t, newWorld(t, docs.Options{Dialects: dialects[:1], Dev: true, DemoClient: "bigcity:secret123", Microsite: true}), "/")
	production := page(t, newWorld(t, docs.Options{Dialects: dialects[1:]}), "/")
	for _, c := range []struct {
		text                    string
		development, production bool
	}{
		{"curl -u bigcity:secret123 '" + httpapitest.PublicURL + "/api/v1/auth/generate-otp' \\\n", true, false},
		{"curl -c jar '" + httpapitest.PublicURL + "/web/auth/login' \\\n", false, true},
		{"Customer CUST12345", true, false},
		{"Inbox", true, false},
		{"Microsite", true, false},
		{"for development", true, false},
		{"BigCity", true, false},
		{"Arita", false, true},
		{"GoodCity", false, false},
		{"Server v1.2.3, document " + openapi.Version(), true, true},
		{"readiness", true, true},
	} {
		if got := strings.Contains(development, c.text); got != c.development {
			t.Errorf("with --dev, %q: %v", c.text, got)
		}
		if got := strings.Contains(production, c.text); got != c.production {
			t.Errorf("without, %q: %v", c.text, got)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, docs.Options{Dialects: dialects})
	body := page(t, w, "/docs")
	for _, want := range []string{
		`curl -u "$CLIENT:$PASSWORD" '` + httpapitest.PublicURL + "/api/v1/auth/generate-otp' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"customer_id\":\"CUST12345\"}'",
		`curl -H "Authorization: Bearer $TOKEN" '` + httpapitest.PublicURL + "/api/v1/customer/points?customer_id=CUST12345'<",
		"curl -b jar -c jar '" + httpapitest.PublicURL + "/web/auth/refresh'<",
		"curl -X DELETE -b jar -c jar '" + httpapitest.PublicURL + "/web/auth/logout'<",
		`curl -X PUT -H "Authorization: Bearer $TOKEN" '` + httpapitest.PublicURL + "/web/auth/password' \\\n",
		"curl '" + httpapitest.PublicURL + "/web/auth/otp' \\\n",
		"--data-urlencode 'user_auth[address_attributes][district_id]=1' \\\n",
		"curl -X POST '" + httpapitest.PublicURL + "/api/auth/v1/users/verify-email?token=",
		"Access: optional: cookie qt-auth or header x-qt-auth",
		"user_auth.address_attributes.district_id", // a key within keys
		"A right code is\nused up", // a description
		"The published reply",      // an example
		"X-GOODCITY-APP-NAME",      // a parameter
		`<section id="arita"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the reference has no %s", want)
		}
	}
	if off := strings.Count(body, "This part is not switched on here."); off != 4 { // two dialects, --dev and the microsite
		t.Errorf("%d parts are called switched off", off)
	}
	if strings.Contains(body, "secret123'") || strings.Contains(body, "/dev/inbox\">") {
		t.Error("the reference tells of credentials or an inbox that are not there")
	}
	for tag, on := range map[string]bool{"bigcity/generateOtp": true, "goodcity/sendPin": false, "system/getHealth": true} {
		if got := strings.Contains(w.Do(http.MethodGet, "/docs", "").Body, `href="/docs/try#/`+tag+`"`); got != on {
			t.Errorf("%s can be tried: %v", tag, got)
		}
	}
}

func TestTryIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, docs.Options{Dialects: dialects})
	reply := w.Do(http.MethodGet, "/docs/try", "")
	if policy := reply.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' data:") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
	if !strings.Contains(reply.Body, `data-tags="bigcity arita system pages" data-client=""`) {
		t.Errorf("another choice of tags: %s", reply.Body)
	}
	licence := regexp.MustCompile(`/assets/swagger-ui-license\.txt\?v=[0-9a-f]+`).FindString(reply.Body)
	if text := w.Do(http.MethodGet, licence, ""); text.Status != http.StatusOK || !strings.Contains(text.Body, "Apache License") || !strings.Contains(text.Body, "SmartBear") {
		t.Errorf("licence: %d", text.Status)
	}
}

// TestViewerIsThePinnedOne compares what `make viewer` has left with the package that npm has.
func TestViewerIsThePinnedOne(t *testing.T) {
	t.Parallel()
	version, err := os.ReadFile("viewer/VERSION")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	pinned := strings.TrimSpace(string(version))
	if !regexp.MustCompile(`(?m)^VIEWER +:?= `+regexp.QuoteMeta(pinned)+`$`).Match(makefile) || !regexp.MustCompile(`^swagger-ui-dist@\d+\.\d+\.\d+$`).MatchString(pinned) {
		t.Errorf("%s is not what the Makefile pins: run make viewer", pinned)
	}
	from := filepath.Join(testtool.NPM(t, pinned), "node_modules", "swagger-ui-dist")
	for name, parts := range map[string][]string{
		"swagger-ui-bundle.js": {"swagger-ui-bundle.js"}, "swagger-ui.css": {"swagger-ui.css"},
		"swagger-ui-license.txt": {"NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt"},
	} {
		var want []byte
		for _, part := range parts {
			content, err := os.ReadFile(filepath.Join(from, part))
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, content...)
		}
		packed, err := os.ReadFile("viewer/" + name + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		reader, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not that of %s: run make viewer", name, pinned)
		}
	}
}
