package inbox_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/delivery/faulty"
	"latchkey/adapter/delivery/letter"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

func TestPage(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	if reply := r.get(t, 200, "/dev/inbox", asPage); !strings.Contains(reply.Body, "Nothing yet.") || strings.Contains(reply.Body, "<article") {
		t.Errorf("an empty inbox: %s", reply.Body)
	}
	r.keep(t, notice, mail, code("a", mei, "0482"))
	r.Clock.Advance(90 * time.Second)
	reply := r.get(t, 200, "/dev/inbox", asPage)
	order := regexp.MustCompile(`data-id="([^"]*)"`).FindAllStringSubmatch(reply.Body, -1)
	if len(order) != 3 || order[0][1] != "a" || order[1][1] != "mail-1" || order[2][1] != "note-1" {
		t.Errorf("the order is %q", order)
	}
	for _, part := range []string{
		`<h2 class="code">0482</h2>`, "<h2>Notice</h2>", `data-newest="a"`, `data-now="2026-01-02T03:05:35.000Z"`, "sms · goodcity · login", "03:04:05 UTC",
		`<time class="left" datetime="2026-01-02T03:09:05.000Z">3:30 left</time>`, "1 segment · 17 of 160 septets, GSM-7", "<pre>Your code is 0482</pre>",
		`<iframe sandbox="" src="/dev/inbox/mail-1/mail" title="Mail to johndoe@example.com"`, "It is the computer's clock.", "2026-01-02 03:05:35 UTC",
	} {
		if !strings.Contains(reply.Body, part) {
			t.Errorf("no %s in\n%s", part, reply.Body)
		}
	}
	one := r.get(t, 200, "/dev/inbox?to=%2B85261677528", asPage).Body
	if strings.Count(one, "<article") != 2 || strings.Contains(one, "mail-1") || !strings.Contains(one, `name="to" value="&#43;85261677528"`) {
		t.Errorf("filtered: %s", one)
	}
	r.Clock.Advance(time.Hour)
	if body := r.get(t, 200, "/dev/inbox", asPage).Body; strings.Count(body, ">expired</time>") != 2 {
		t.Errorf("an hour later: %s", body)
	}
	for i := range 60 {
		r.keep(t, code(fmt.Sprint(i), mei, "1111"))
	}
	if body := r.get(t, 200, "/dev/inbox", asPage).Body; strings.Count(body, "<article") != 50 || !strings.Contains(body, "13 older ones") {
		t.Errorf("%d of many are shown", strings.Count(body, "<article"))
	}
}

// V1: the page runs its own script alone, frames this server alone and is framed by nobody; a mail can do nothing at all.
func TestV1_InboxPolicies(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.keep(t, mail)
	page := r.get(t, 200, "/dev/inbox", asPage)
	if got := page.Header.Get("Content-Security-Policy"); got != "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; frame-src 'self'" {
		t.Errorf("the page: %s", got)
	}
	if found := regexp.MustCompile(`(?i)<script>|<style|\son\w+=|\sstyle=|https?://`).FindString(page.Body); found != "" {
		t.Errorf("the page has %q", found)
	}
	reply := r.get(t, 200, "/dev/inbox/mail-1/mail")
	if got := reply.Header.Get("Content-Security-Policy"); got != "sandbox; default-src 'none'; style-src "+letter.StyleSource()+
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'" {
		t.Errorf("the mail: %s", got)
	}
	if html, err := letter.HTML(mail); err != nil || reply.Body != html || reply.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("the mail is not the letter that smtp sends: %v\n%s", err, reply.Body)
	}
	if got := r.get(t, 200, "/dev/inbox").Header.Get("Content-Security-Policy"); got != "" {
		t.Errorf("the list has a policy: %s", got)
	}
	r.keep(t, code("text", mei, "1111"))
	for _, id := range []string{"text", "unknown", "mail-1%2F"} {
		r.get(t, 404, "/dev/inbox/"+id+"/mail")
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	done := r.want(t, 303, "POST", "/dev/faults", "late=5s&twice=true&to=%2B852+6167+7528", asForm, asPage, "Referer: https://login.example.com/dev/inbox?to=%2B1")
	if done.Header.Get("Location") != "/dev/inbox?to=%2B1" || r.provider.Faults() != (faulty.Faults{Late: 5 * time.Second, Twice: true, To: mei}) {
		t.Errorf("back to %s with %+v", done.Header.Get("Location"), r.provider.Faults())
	}
	page := r.get(t, 200, "/dev/inbox", asPage).Body
	if !strings.Contains(page, "Messages to &#43;85261677528 come twice and come 5s late.") || !strings.Contains(page, `name="late" value="5s"`) ||
		strings.Count(page, " checked>") != 1 || !strings.Contains(page, `<details class="card" id="faults" open>`) {
		t.Errorf("the faults are shown as %s", page)
	}
	if wrong := r.want(t, 400, "POST", "/dev/faults", "late=soon", asForm, asPage, "Referer: :bad"); !strings.Contains(wrong.Body, `<p class="error" role="alert">late is a duration`) {
		t.Errorf("a mistake: %s", wrong.Body)
	}
	// No form sends a PUT. Who does is told its mistakes like a form, and else what it has put.
	if wrong := r.want(t, 400, "PUT", "/dev/faults", `{"late":"soon"}`, asPage); !strings.Contains(wrong.Body, "late is a duration") {
		t.Errorf("a mistake in a PUT: %s", wrong.Body)
	}
	if put := r.want(t, 200, "PUT", "/dev/faults", `{"late":"6s"}`, asPage); !strings.Contains(put.Body, `"late":"6s"`) {
		t.Errorf("a PUT: %s", put.Body)
	}
	r.want(t, 303, "POST", "/dev/faults", "", asForm, asPage)
	if r.provider.Faults() != (faulty.Faults{}) {
		t.Errorf("an empty form left %+v", r.provider.Faults())
	}
	if wrong := r.want(t, 400, "POST", "/dev/clock", "forward=back", asForm, asPage); !strings.Contains(wrong.Body, `<p class="error" role="alert">forward is a duration`) {
		t.Errorf("a mistake: %s", wrong.Body)
	}
	if done := r.want(t, 303, "POST", "/dev/clock", "forward=6m", asForm, asPage, "Referer: https://evil.example/elsewhere"); done.Header.Get("Location") != "/dev/inbox" {
		t.Errorf("back to %s", done.Header.Get("Location"))
	}
	if page := r.get(t, 200, "/dev/inbox", asPage).Body; !strings.Contains(page, "6m0s ahead of the computer's clock.") {
		t.Errorf("the clock is shown as %s", page)
	}
}

// hostile are texts that would be markup, or break out of where they stand.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</pre></article><h1>x</h1>`, `' onmouseover='alert(1)`, `{{.To}}`, `&lt;script&gt;`, `<!--`, `]]>`,
	"javascript:alert(1)", "\u202e\u0000\x1b[2J", "a\r\nb", "\n\ndata: x\n\n",
}

var tag = regexp.MustCompile(`<[^>]*>`)

// shape is the markup of a page without the values of attributes.
func shape(page string) string {
	return regexp.MustCompile(`"[^"]*"`).ReplaceAllString(strings.Join(tag.FindAllString(page, -1), "\n"), `""`)
}

// ask asks without holding the reply against the document, which allows no such purposes and dialects.
func (r *room) ask(path string, headers ...string) string {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a stream tells what is there, and ends
	request := httptest.NewRequestWithContext(ctx, "GET", path, nil)
	request.Host = "localhost"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	r.Handler.ServeHTTP(recorder, request)
	return recorder.Body.String()
}

// V5: whatever a message holds, it is text: on the page, in the list and in the stream.
func FuzzV5_Inbox(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text, text)
	}
	made := func(t *testing.T, to, body, subject string) *room {
		r := newRoom(t)
		at := httpapitest.Start.Add(time.Minute)
		r.keep(t, domain.Message{ID: "1", To: to, Channel: domain.SMS, Body: body, Code: "1" + body, Dialect: to, Purpose: domain.Purpose(to), ExpiresAt: at},
			domain.Message{ID: "2", To: to, Channel: domain.Email, Body: body, Subject: "1" + subject, Dialect: to, Purpose: domain.Purpose(to), ExpiresAt: at})
		return r
	}
	var want string
	f.Fuzz(func(t *testing.T, to, body, subject string) {
		if want == "" {
			want = shape(made(t, "x", "x", "x").ask("/dev/inbox", asPage))
		}
		r := made(t, to, body, subject)
		if got := shape(r.ask("/dev/inbox", asPage)); got != want {
			t.Errorf("%q, %q, %q add markup: %s", to, body, subject, got)
		}
		if list := r.ask("/dev/inbox"); strings.ContainsAny(list, "<>&\x00\x1b\r\n") {
			t.Errorf("%q, %q, %q stand bare in %s", to, body, subject, list)
		}
		if stream := r.ask("/dev/inbox/events"); strings.Count(stream, "\n\n") != 3 || strings.ContainsAny(stream, "<>&\r") {
			t.Errorf("%q, %q, %q break the stream: %s", to, body, subject, stream)
		}
	})
}

// events reads the stream of a real server.
type events struct {
	*bufio.Reader
	header http.Header
}

func (r *room) listen(t *testing.T, path string, headers ...string) *events {
	t.Helper()
	server := httptest.NewServer(r.Handler)
	t.Cleanup(server.Close)
	ctx, hangUp := context.WithCancel(t.Context())
	t.Cleanup(hangUp)
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	reply, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reply.Body.Close() })
	return &events{bufio.NewReader(reply.Body), reply.Header}
}

// next is the next event: its name, its ID and whether its data contains a text.
func (e *events) next(t *testing.T, has string) string {
	t.Helper()
	var got string
	for {
		line, err := e.ReadString('\n')
		if err == io.EOF {
			return "end"
		}
		if err != nil {
			t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "":
			return strings.TrimSpace(got)
		case "event", "id":
			got += " " + value
		case "data":
			if !strings.Contains(value, has) {
				t.Errorf("%s has no %s: %s", got, has, value)
			}
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.keep(t, code("a", mei, "1111"), mail, code("b", mei, "2222"))
	all := r.listen(t, "/dev/inbox/events")
	if all.header.Get("Content-Type") != "text/event-stream" || all.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", all.header)
	}
	one := r.listen(t, "/dev/inbox/events?to=%2B85261677528&after=a")
	resumed := r.listen(t, "/dev/inbox/events?after=a", "Last-Event-ID: b")
	next := func(e *events, want, has string) {
		t.Helper()
		if got := e.next(t, has); got != want {
			t.Errorf("the event is %q, want %q", got, want)
		}
	}
	next(all, "clock", `{"now":"2026-01-02T03:04:05Z","offset":"0s"}`)
	next(all, "message a", `"code":"1111"`)
	next(all, "message mail-1", `"subject":"Your code"`)
	next(all, "message b", `"code":"2222"`)
	next(one, "clock", "")
	next(one, "message b", "")
	next(resumed, "clock", "")
	r.keep(t, notice)
	for _, e := range []*events{all, one, resumed} {
		next(e, "message note-1", "changed")
	}
	if err := r.clock.Forward(6 * time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*events{all, one, resumed} {
		next(e, "clock", `{"now":"2026-01-02T03:10:05Z","offset":"6m0s"}`)
	}
	r.stop()
	for _, e := range []*events{all, one, resumed} {
		next(e, "end", "")
	}
}
