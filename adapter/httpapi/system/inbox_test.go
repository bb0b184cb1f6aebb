package system

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC)

const (
	asJSON = "Accept: application/json"
	// asBrowser is what browsers send when an address is typed.
	asBrowser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
)

// inbox is a World with --dev; asked notes what the inbox was asked for.
func inbox(t testing.TB, messages []domain.Message) (w *httpapitest.World, asked *[]string) {
	t.Helper()
	asked = new([]string)
	return newWorld(t, func(_ *httpapitest.World, o *Options) {
		o.Inbox = func(to string) []domain.Message {
			*asked = append(*asked, to)
			return messages
		}
	}), asked
}

var letters = []domain.Message{
	{ID: "2", To: "johndoe@example.com", Channel: domain.Email, Subject: "Your code", Body: "Hello,\n\nyour code is 12345.\n", Code: "12345",
		Dialect: "bridgekeeper", Purpose: domain.PurposeLogin, CreatedAt: at.Add(time.Minute)},
	{ID: "1", To: "+85261677528", Channel: domain.SMS, Body: "Your phone number was changed.", Dialect: "arita", Purpose: domain.NoticeContactChanged, CreatedAt: at},
}

func TestInbox_JSON(t *testing.T) {
	t.Parallel()
	w, asked := inbox(t, letters)
	const want = `[{"id":"2","to":"johndoe@example.com","channel":"email","body":"Hello,\n\nyour code is 12345.\n","code":"12345",` +
		`"dialect":"bridgekeeper","purpose":"login","at":"2026-01-02T03:05:05.000678Z"},` +
		`{"id":"1","to":"+85261677528","channel":"sms","body":"Your phone number was changed.","code":"",` +
		`"dialect":"arita","purpose":"contact_changed","at":"2026-01-02T03:04:05.000678Z"}]`
	for _, path := range []string{"/dev/inbox", "/dev/inbox?to=%2B85261677528", "/dev/inbox?to="} {
		reply := get(t, w, 200, path, asJSON)
		if strings.TrimSpace(reply.Body) != want || reply.Header.Get("Content-Type") != "application/json" || reply.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v %s", path, reply.Header, reply.Body)
		}
	}
	if got := strings.Join(*asked, "|"); got != "|+85261677528|" {
		t.Errorf("asked for %q", got)
	}
	empty, _ := inbox(t, nil)
	if reply := get(t, empty, 200, "/dev/inbox", asJSON); strings.TrimSpace(reply.Body) != "[]" {
		t.Errorf("an empty one: %s", reply.Body)
	}
}

func TestInbox_Page(t *testing.T) {
	t.Parallel()
	w, asked := inbox(t, letters)
	reply := get(t, w, 200, "/dev/inbox?to=%2B85261677528", asBrowser)
	order := regexp.MustCompile(`<h2>(.*)</h2>`).FindAllStringSubmatch(reply.Body, -1)
	if len(order) != 2 || order[0][1] != "12345" || order[1][1] != "Notice" || strings.Join(*asked, "|") != "+85261677528" {
		t.Errorf("asked for %q: %q in %s", *asked, order, reply.Body)
	}
	for _, part := range []string{
		"<!DOCTYPE html>", `<meta charset="utf-8">`, `http-equiv="refresh"`, "johndoe@example.com", "&#43;85261677528", "email", "bridgekeeper, login",
		"<pre>Hello,\n\nyour code is 12345.\n</pre>", `<time datetime="2026-01-02T03:05:05Z">03:05:05 UTC</time>`,
	} {
		if !strings.Contains(reply.Body, part) {
			t.Errorf("no %s in %s", part, reply.Body)
		}
	}
	if reply.Header.Get("Content-Type") != "text/html" || reply.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", reply.Header)
	}
	empty, _ := inbox(t, nil)
	if reply := get(t, empty, 200, "/dev/inbox", asBrowser); !strings.Contains(reply.Body, "Nothing yet.") || strings.Contains(reply.Body, "<article>") {
		t.Error(reply.Body)
	}
}

// V1: the page can run no script, load nothing from elsewhere and be framed by nobody.
func TestV1_InboxPolicy(t *testing.T) {
	t.Parallel()
	w, _ := inbox(t, letters)
	reply := get(t, w, 200, "/dev/inbox", asBrowser)
	policy := map[string]string{}
	for directive := range strings.SplitSeq(reply.Header.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		policy[name] = value
	}
	for name, want := range map[string]string{"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"} {
		if policy[name] != want {
			t.Errorf("%s is %q", name, policy[name])
		}
	}
	for name, value := range policy {
		if value != "'none'" && value != "'self'" {
			t.Errorf("%s allows %s", name, value)
		}
	}
	if policy["script-src"] != "" && policy["script-src"] != "'none'" {
		t.Errorf("script-src is %s", policy["script-src"])
	}
	if found := regexp.MustCompile(`(?i)<script|<style|\son\w+=|\sstyle=|https?://|<form|<iframe`).FindString(reply.Body); found != "" {
		t.Errorf("the page has %q", found)
	}
	if got := get(t, w, 200, "/dev/inbox", asJSON).Header.Get("Content-Security-Policy"); got != "" {
		t.Errorf("the list has a policy: %s", got)
	}
}

// hostile are texts that would be markup, or break out of where they stand.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</pre></article><h1>x</h1>`, `' onmouseover='alert(1)`, `{{.To}}`, `&lt;script&gt;`, `<!--`, `]]>`,
	"javascript:alert(1)", "\u202e\u0000\x1b[2J", "a\r\nb",
}

// V5: whatever a message holds, it is text.
func TestV5_InboxEscapes(t *testing.T) {
	t.Parallel()
	plain, _ := inbox(t, []domain.Message{{ID: "1", To: "x", Channel: domain.SMS, Body: "x", Code: "x", Dialect: "x", Purpose: "x", CreatedAt: at}})
	tag := regexp.MustCompile(`<[^>]*>`)
	want := strings.Join(tag.FindAllString(get(t, plain, 200, "/dev/inbox", asBrowser).Body, -1), "\n")
	for _, text := range hostile {
		messages := []domain.Message{{ID: text, To: text, Channel: domain.SMS, Subject: text, Body: text, Code: text, Dialect: text, Purpose: domain.Purpose(text), CreatedAt: at}}
		page := render(t, messages, asBrowser)
		if got := strings.Join(tag.FindAllString(page, -1), "\n"); got != want {
			t.Errorf("%q adds markup: %s", text, page)
		}
		list := render(t, messages, asJSON)
		if strings.ContainsAny(list, "<>&\x00\x1b\r") {
			t.Errorf("%q stands bare in %s", text, list)
		}
		var read []struct{ To, Body string }
		if err := json.Unmarshal([]byte(list), &read); err != nil || len(read) != 1 || read[0].To != text || read[0].Body != text {
			t.Errorf("%q became %+v, %v", text, read, err)
		}
	}
}

// render asks without holding the reply against the document, which allows no such purposes and dialects.
func render(t testing.TB, messages []domain.Message, accept string) string {
	t.Helper()
	w, _ := inbox(t, messages)
	request := httptest.NewRequest("GET", "/dev/inbox", nil)
	request.Header.Set("Accept", strings.TrimPrefix(accept, "Accept: "))
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, request)
	return recorder.Body.String()
}

func FuzzV5_InboxPage(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text)
	}
	tag := regexp.MustCompile(`<[^>]*>`)
	var want string
	f.Fuzz(func(t *testing.T, to, body string) {
		message := domain.Message{ID: "1", To: "x", Channel: domain.SMS, Body: "x", Code: "1", Dialect: "arita", Purpose: domain.PurposeLogin, CreatedAt: at}
		if want == "" {
			want = strings.Join(tag.FindAllString(render(t, []domain.Message{message}, asBrowser), -1), "\n")
		}
		message.To, message.Body = to, body
		page := render(t, []domain.Message{message}, asBrowser)
		if got := strings.Join(tag.FindAllString(page, -1), "\n"); got != want {
			t.Errorf("%q, %q add markup: %s", to, body, page)
		}
	})
}
