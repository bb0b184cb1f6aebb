package microsite

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/bigcity"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/docs"
	"latchkey/infrastructure/httpclient"
	"latchkey/infrastructure/random"
	"latchkey/openapi"
	"latchkey/openapi/client"
)

const (
	customer = "CUST12345" // of httpapitest's accounts
	mobile   = "+919800000045"
)

// newWorld has a microsite on the Client API of the same server; change, when not nil, changes its options.
func newWorld(t testing.TB, change func(*Options)) *httpapitest.World {
	t.Helper()
	return httpapitest.New(t, func(w *httpapitest.World) {
		clients := httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})
		if err := bigcity.Mount(bigcity.Options{Server: w.Server, Core: w.Core, Issuer: httpapitest.PublicURL, Clients: clients}); err != nil {
			t.Fatal(err)
		}
		kit := web.NewKit(w.Server)
		codes := Documented
		codes.ResendWait = 30 * time.Second
		o := Options{
			Kit: kit, Client: clientOf(t, httpapitest.PublicURL, &http.Client{Transport: httpclient.NewLocal(w.Server)}), Codes: codes,
			Sessions: NewMemory(w.Clock, 100, 100), Random: random.System{}, Clock: w.Clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		}
		if change != nil {
			change(&o)
		}
		Mount(o)
	})
}

// newSite is a world with the front door and what pages load, which take a while to make.
func newSite(t testing.TB, change func(*Options)) *httpapitest.World {
	t.Helper()
	return newWorld(t, func(o *Options) {
		if change != nil {
			change(o)
		}
		docs.Mount(docs.Options{Kit: o.Kit, Document: openapi.JSON(), Microsite: o.Client != nil})
	})
}

func clientOf(t testing.TB, address string, way *http.Client) *client.BigCity {
	t.Helper()
	made, err := client.NewBigCity(address, "bigcity", "secret123", client.WithHTTPClient(way), client.WithRetry(client.Retry{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// browser is a visitor as the server sees one: with a cookie, a page, and the fields that nobody sees.
type browser struct {
	t        testing.TB
	w        *httpapitest.World
	language string
	cookie   string
	path     string
	page     string
	status   int
}

func open(t testing.TB, w *httpapitest.World) *browser {
	return &browser{t: t, w: w, language: "en"}
}

// send makes one request and keeps the cookie that it brings.
func (b *browser) send(method, path, body string, headers ...string) *httpapitest.Reply {
	b.t.Helper()
	headers = append(headers, "Accept-Language: "+b.language)
	if b.cookie != "" {
		headers = append(headers, "Cookie: "+cookie.Name+"="+b.cookie)
	}
	if body != "" {
		headers = append(headers, "Content-Type: application/x-www-form-urlencoded")
	}
	reply := b.w.Do(method, path, body, headers...)
	for _, set := range (&http.Response{Header: reply.Header}).Cookies() {
		if set.Name != cookie.Name || set.Path != "/microsite/" || !set.HttpOnly || !set.Secure || set.SameSite != http.SameSiteLaxMode {
			b.t.Errorf("%s %s sets the cookie %v", method, path, set)
		}
		b.cookie = set.Value
		if set.MaxAge < 0 {
			b.cookie = ""
		}
	}
	if strings.Contains(reply.Body, "eyJ") || strings.Contains(b.cookie, "eyJ") {
		b.t.Errorf("%s %s shows the token", method, path)
	}
	if reply.Header.Get("Cache-Control") != "no-store" {
		b.t.Errorf("%s %s may be kept", method, path)
	}
	return reply
}

// follow opens a path and goes where it leads.
func (b *browser) follow(path string) *browser {
	b.t.Helper()
	for range 5 {
		reply := b.send("GET", path, "")
		if reply.Status != http.StatusSeeOther {
			b.path, b.page, b.status = path, reply.Body, reply.Status
			return b
		}
		path = reply.Header.Get("Location")
	}
	b.t.Fatal("one redirect after another")
	return b
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// form is the body of a form on the page, with the value of its field.
func (b *browser) form(action, name, value string) string {
	b.t.Helper()
	_, rest, ok := strings.Cut(b.page, `action="`+action+`"`)
	if !ok {
		b.t.Fatalf("%s has no form for %s:\n%s", b.path, action, b.page)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	fields := url.Values{}
	for _, found := range hidden.FindAllStringSubmatch(rest, -1) {
		fields.Set(found[1], found[2])
	}
	if len(fields) != 1 {
		b.t.Fatalf("the form for %s is not guarded: %v", action, fields)
	}
	if name != "" {
		fields.Set(name, value)
	}
	return fields.Encode()
}

// post sends the body of a form and goes where that leads.
func (b *browser) post(action, body string) *browser {
	b.t.Helper()
	reply := b.send("POST", action, body, "Sec-Fetch-Site: same-origin")
	if reply.Status != http.StatusSeeOther || reply.Body != "" {
		b.t.Fatalf("POST %s: %d %s", action, reply.Status, reply.Body)
	}
	return b.follow(reply.Header.Get("Location"))
}

func (b *browser) ask(id string) *browser {
	b.t.Helper()
	return b.post(home, b.form(home, "customer_id", id))
}

func (b *browser) answer(code string) *browser {
	b.t.Helper()
	return b.post(codePath, b.form(codePath, "code", code))
}

func (b *browser) resend() *browser {
	b.t.Helper()
	return b.post(resendPath, b.form(resendPath, "", ""))
}

func (b *browser) leave() *browser {
	b.t.Helper()
	return b.post("/microsite/logout", b.form("/microsite/logout", "", ""))
}

// enter logs in.
func (b *browser) enter() *browser {
	b.t.Helper()
	return b.follow(home).ask(customer).answer(b.w.Code(mobile)).sees(dashboard, "3,500")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// sees checks where the browser is and what a person reads there.
func (b *browser) sees(path string, texts ...string) *browser {
	b.t.Helper()
	if b.path != path {
		b.t.Errorf("the page is %s instead of %s", b.path, path)
	}
	read := html.UnescapeString(tags.ReplaceAllString(b.page, ""))
	for _, text := range texts {
		unwanted, isNot := strings.CutPrefix(text, "!")
		if strings.Contains(read, unwanted) == isNot {
			b.t.Errorf("%s: want %q in\n%s", path, text, read)
		}
	}
	return b
}

// has checks what is in the page's source.
func (b *browser) has(parts ...string) *browser {
	b.t.Helper()
	for _, part := range parts {
		unwanted, isNot := strings.CutPrefix(part, "!")
		if strings.Contains(b.page, unwanted) == isNot {
			b.t.Errorf("%s: want %q in\n%s", b.path, part, b.page)
		}
	}
	return b
}

// advance moves the clock when everything has been sent: a lease that runs out sends a message again.
func advance(w *httpapitest.World, by time.Duration) {
	w.Settle()
	w.Clock.Advance(by)
}

// wrong is a code of the same length that is not this one.
func wrong(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

// foreign is a Client API of somebody else.
func foreign(t testing.TB, handler http.HandlerFunc) *client.BigCity {
	t.Helper()
	return clientOf(t, serveForeign(t, handler), &http.Client{Timeout: 10 * time.Second})
}

// says is a Client API's JSON.
func says(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// sends answers generate-otp, and hands the rest on.
func sends(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/generate-otp") {
			says(w, 200, `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`)
			return
		}
		next(w, r)
	}
}

func serveForeign(t testing.TB, handler http.HandlerFunc) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
