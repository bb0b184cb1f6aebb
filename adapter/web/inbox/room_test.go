package inbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/adapter/delivery/faulty"
	kept "latchkey/adapter/delivery/inbox"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/inbox"
	"latchkey/domain"
	"latchkey/infrastructure/clock"
)

const (
	asPage = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" // as browsers ask
	asForm = "Content-Type: application/x-www-form-urlencoded"
	mei    = "+85261677528"
	john   = "johndoe@example.com"
)

// room is a World with the inbox, and what the inbox is made of.
type room struct {
	*httpapitest.World
	inbox    *kept.Inbox
	provider *faulty.Sender
	clock    *clock.Adjustable
	stop     func()
}

func newRoom(t testing.TB) *room {
	t.Helper()
	stopping := make(chan struct{})
	r := &room{clock: clock.NewAdjustable(), stop: func() { close(stopping) }}
	r.World = httpapitest.New(t, func(w *httpapitest.World) {
		r.inbox = kept.New(100, w.Clock)
		r.provider = faulty.New(r.inbox, w.Clock)
		inbox.Mount(inbox.Options{Kit: web.NewKit(w.Server), Inbox: r.inbox, Faults: r.provider, Clock: moving{r.clock, w.Clock.Now}, Stopping: stopping})
	})
	return r
}

// moving is a clock that stands where the World's does, as far as it is not moved.
type moving struct {
	*clock.Adjustable
	stands func() time.Time
}

func (m moving) Now() time.Time { return m.stands().Add(m.Offset()) }

// get makes a request that has to be answered with this status.
func (r *room) get(t testing.TB, status int, path string, headers ...string) *httpapitest.Reply {
	t.Helper()
	return r.want(t, status, "GET", path, "", headers...)
}

func (r *room) want(t testing.TB, status int, method, path, body string, headers ...string) *httpapitest.Reply {
	t.Helper()
	reply := r.Do(method, path, body, headers...)
	if reply.Status != status {
		t.Fatalf("%s %s: %d %s", method, path, reply.Status, reply.Body)
	}
	return reply
}

func (r *room) keep(t testing.TB, messages ...domain.Message) {
	t.Helper()
	for _, m := range messages {
		if err := r.inbox.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func code(id, to, code string) domain.Message {
	return domain.Message{
		ID: id, To: to, Channel: domain.SMS, Body: "Your code is " + code, Code: code, Dialect: "goodcity", Purpose: domain.PurposeLogin, Locale: "en",
		ExpiresAt: httpapitest.Start.Add(5 * time.Minute),
	}
}

var (
	mail = domain.Message{
		ID: "mail-1", To: john, Channel: domain.Email, Subject: "Your code", Body: "Hello,\n\nyour code is 12345.\n", Code: "12345", Locale: "en",
		Dialect: "bridgekeeper", Purpose: domain.PurposeLogin, ExpiresAt: httpapitest.Start.Add(5 * time.Minute),
	}
	notice = domain.Message{
		ID: "note-1", To: mei, Channel: domain.SMS, Body: "Your number was changed.", Locale: "en", Dialect: "arita", Purpose: domain.NoticeContactChanged,
		ExpiresAt: httpapitest.Start.Add(24 * time.Hour),
	}
)

func TestListAsJSON(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	if reply := r.get(t, 200, "/dev/inbox"); reply.Body != "[]" {
		t.Errorf("an empty inbox is %s", reply.Body)
	}
	r.keep(t, notice, mail)
	const (
		letter = `{"id":"mail-1","to":"johndoe@example.com","channel":"email","body":"Hello,\n\nyour code is 12345.\n","code":"12345","dialect":"bridgekeeper",` +
			`"purpose":"login","at":"2026-01-02T03:04:05Z","expires_at":"2026-01-02T03:09:05Z","locale":"en","subject":"Your code"}`
		text = `{"id":"note-1","to":"+85261677528","channel":"sms","body":"Your number was changed.","code":"","dialect":"arita","purpose":"contact_changed",` +
			`"at":"2026-01-02T03:04:05Z","expires_at":"2026-01-03T03:04:05Z","locale":"en","sms":{"encoding":"gsm-7","units":24,"segments":1}}`
	)
	for path, want := range map[string]string{
		"/dev/inbox": "[" + letter + "," + text + "]", "/dev/inbox?to=": "[" + letter + "," + text + "]", "/dev/inbox?to=%2B85261677528": "[" + text + "]",
		"/dev/inbox?to=+852+6167+7528": "[" + text + "]", "/dev/inbox?after=note-1": "[" + letter + "]", "/dev/inbox?after=gone&to=JohnDoe@example.com": "[" + letter + "]",
		"/dev/inbox?after=mail-1": "[]",
	} {
		for _, accept := range []string{"Accept: application/json", "Accept: */*"} {
			reply := r.get(t, 200, path, accept)
			if reply.Body != want || reply.Header.Get("Content-Type") != "application/json; charset=utf-8" || reply.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v\n%s\nwant\n%s", path, reply.Header, reply.Body, want)
			}
		}
	}
}

// With wait there are only codes and links that still work, at once when there is one.
func TestWaitAnswersAtOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.keep(t, code("a", mei, "1111"), notice)
	if reply := r.get(t, 200, "/dev/inbox?wait=60s&to=%2B85261677528"); !strings.HasPrefix(reply.Body, `[{"id":"a"`) || strings.Contains(reply.Body, "note-1") {
		t.Errorf("there is a code: %s", reply.Body)
	}
	for _, path := range []string{"/dev/inbox?wait=0s&to=johndoe@example.com", "/dev/inbox?wait=&after=a", "/dev/inbox?wait=1ns&after=a"} {
		if reply := r.get(t, 200, path); reply.Body != "[]" {
			t.Errorf("%s: %s", path, reply.Body)
		}
	}
	r.Clock.Advance(5 * time.Minute)
	if reply := r.get(t, 200, "/dev/inbox?wait=1ms&to=%2B85261677528"); reply.Body != "[]" {
		t.Errorf("the code has expired: %s", reply.Body)
	}
}

// bubble is a room whose timers go by the test's own time.
func bubble(t *testing.T, test func(t *testing.T, r *room)) {
	synctest.Test(t, func(t *testing.T) { test(t, newRoom(t)) })
}

func TestWaitHoldsUntilACodeComes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *room) {
		r.keep(t, code("old", mei, "1111"))
		got := make(chan *httpapitest.Reply, 1)
		go func() { got <- r.Do("GET", "/dev/inbox?to=%2B85261677528&wait=60s&after=old", "") }()
		time.Sleep(50 * time.Second) // longer than any other request may take
		r.keep(t, mail, notice)
		synctest.Wait()
		select {
		case early := <-got:
			t.Fatalf("answered with %s", early.Body)
		default:
		}
		r.keep(t, code("new", mei, "2222"))
		if reply := <-got; reply.Status != 200 || !strings.HasPrefix(reply.Body, `[{"id":"new"`) || strings.Contains(reply.Body, `"old"`) {
			t.Errorf("%d %s", reply.Status, reply.Body)
		}
	})
}

func TestWaitEndsEmpty(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *room) {
		begin := time.Now()
		reply := r.Do("GET", "/dev/inbox?wait=60s", "")
		if took := time.Since(begin); reply.Status != 200 || reply.Body != "[]" || took != time.Minute {
			t.Errorf("after %s: %d %s", took, reply.Status, reply.Body)
		}
	})
}

func TestWaitEndsWhenTheServerStops(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *room) {
		got := make(chan *httpapitest.Reply)
		begin := time.Now()
		for _, path := range []string{"/dev/inbox?wait=60s", "/dev/inbox/events"} {
			go func() { got <- r.Do("GET", path, "") }()
		}
		time.Sleep(20 * time.Second)
		r.stop()
		for range 2 {
			reply := <-got
			stream := strings.HasPrefix(reply.Header.Get("Content-Type"), "text/event-stream")
			if reply.Status != 200 || (!stream && reply.Body != "[]") || (stream && strings.Count(reply.Body, "\n: alive\n") != 1) {
				t.Errorf("%d %s", reply.Status, reply.Body)
			}
		}
		if took := time.Since(begin); took != 20*time.Second {
			t.Errorf("the stop was noticed after %s", took)
		}
	})
}

// deadlined is a connection that has deadlines.
type deadlined struct {
	*httptest.ResponseRecorder
	write time.Time
}

// SetWriteDeadline notes the deadline.
func (d *deadlined) SetWriteDeadline(at time.Time) error {
	d.write = at
	return nil
}

// TestV6_RepliesThatWaitedAreHurried: a caller who waited and does not read the reply must not hold the server when that stops.
func TestV6_RepliesThatWaitedAreHurried(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *room) {
		connection := &deadlined{ResponseRecorder: httptest.NewRecorder()}
		request := httptest.NewRequest("GET", "/dev/inbox?wait=60s", nil)
		request.Host = "localhost"
		r.Handler.ServeHTTP(connection, request)
		if left := time.Until(connection.write); connection.Code != 200 || left != 10*time.Second {
			t.Errorf("status %d, and %s to read the reply", connection.Code, left)
		}
	})
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for _, path := range []string{
		"/dev/inbox?wait=61s", "/dev/inbox?wait=-1s", "/dev/inbox?wait=10", "/dev/inbox?wait=soon", "/dev/inbox?wait=1h", "/dev/inbox?wait=9999999999h",
	} {
		if reply := r.get(t, 400, path); reply.Body != `{"error":"wait is a duration from 0s to 60s, such as 10s"}` {
			t.Errorf("%s: %s", path, reply.Body)
		}
		if reply := r.get(t, 400, path, asPage); !strings.Contains(reply.Body, "<h1>The request is invalid</h1>") {
			t.Errorf("%s as a page: %s", path, reply.Body)
		}
	}
	for _, path := range []string{"/dev/inbox?to=a&to=b", "/dev/inbox?after=a&after=b", "/dev/inbox/events?to=a&to=b"} {
		r.get(t, 400, path)
		r.get(t, 400, path, asPage)
	}
}

// Nobody's page may read codes: neither by a name that leads here, nor by a form or a fetch of its own.
func TestForeignHostsAndSitesAreRefused(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.stop() // no stream lasts, should one begin
	r.keep(t, mail)
	paths := []string{"/dev/inbox", "/dev/inbox/events", "/dev/inbox/mail-1/mail", "/dev/faults", "/dev/clock"}
	for _, host := range []string{"evil.example", "login.example.com.evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "[::]:80", "1.127.0.0", "."} {
		for _, path := range paths {
			reply := r.Do("GET", path, "", "Host: "+host)
			if reply.Status != 403 || strings.Contains(reply.Body, "12345") {
				t.Errorf("%s of %q: %d %s", path, host, reply.Status, reply.Body)
			}
		}
	}
	// Whoever sent them: a page would be read as the other host's.
	for _, as := range []string{asPage, "Accept: */*"} {
		for method, path := range map[string]string{"GET": "/dev/inbox", "PUT": "/dev/faults", "POST": "/dev/faults"} {
			if reply := r.want(t, 403, method, path, `{"lost":true}`, "Host: evil.example", as); !strings.Contains(reply.Body, `{"error":"Call this server by`) {
				t.Errorf("%s %s: %s", method, path, reply.Body)
			}
		}
		r.want(t, 403, "POST", "/dev/clock", `{"forward":"1h"}`, "Host: evil.example", as)
	}
	for _, host := range []string{"127.0.0.1", "127.0.0.1:8080", "127.9.9.9:1", "[::1]", "[::1]:8080", "localhost", "LOCALHOST:8080", "login.example.com", "Login.Example.com:443"} {
		reply := r.get(t, 200, "/dev/inbox", "Host: "+host)
		if reply.Header.Get("Access-Control-Allow-Origin") != "" || reply.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", host, reply.Header)
		}
	}
	for _, foreign := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null"} {
		r.want(t, 403, "PUT", "/dev/faults", `{"lost":true}`, foreign)
		r.want(t, 403, "POST", "/dev/faults", `lost=true`, foreign, asForm)
		r.want(t, 403, "POST", "/dev/clock", `{"forward":"1h"}`, foreign)
		r.want(t, 403, "POST", "/dev/clock", `forward=1h`, foreign, asForm, asPage)
	}
	if r.provider.Faults() != (faulty.Faults{}) || r.clock.Offset() != 0 {
		t.Errorf("a foreign site changed something: %+v, %v", r.provider.Faults(), r.clock.Offset())
	}
}

func TestFaultsAsJSON(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	const none = `{"late":"0s","lost":false,"twice":false,"refused":false,"failing":false,"to":""}`
	if reply := r.get(t, 200, "/dev/faults"); reply.Body != none {
		t.Error(reply.Body)
	}
	for body, want := range map[string]string{
		`{"late":"5s","twice":true,"to":"+852 6167 7528"}`: `{"late":"5s","lost":false,"twice":true,"refused":false,"failing":false,"to":"+85261677528"}`,
		`{"failing":true,"late":""}`:                       `{"late":"0s","lost":false,"twice":false,"refused":false,"failing":true,"to":""}`,
		`{"lost":true}`:                                    `{"late":"0s","lost":true,"twice":false,"refused":false,"failing":false,"to":""}`,
		`{"refused":true,"late":"90m"}`:                    `{"late":"1h30m0s","lost":false,"twice":false,"refused":true,"failing":false,"to":""}`,
		`{}`:                                               none,
	} {
		for _, method := range []string{"PUT", "POST"} {
			if reply := r.want(t, 200, method, "/dev/faults", body); reply.Body != want || r.get(t, 200, "/dev/faults").Body != want {
				t.Errorf("%s: %s, want %s", body, reply.Body, want)
			}
		}
	}
	r.want(t, 200, "PUT", "/dev/faults", `{"twice":true}`)
	for body, hint := range map[string]string{
		`{"late":"25h"}`: "late is", `{"late":"-1s"}`: "late is", `{"late":"5"}`: "late is", `{"late":5}`: "send late and to", `{"lots":true}`: "send late and to",
		`{"lost":"yes"}`: "send late and to", `{"lost":true,"refused":true}`: "only one of", `{"to":"nobody"}`: "to is", `[]`: "The request is invalid",
	} {
		for _, method := range []string{"PUT", "POST"} {
			if reply := r.want(t, 400, method, "/dev/faults", body); !strings.Contains(reply.Body, `{"error":"`+hint) {
				t.Errorf("%s %s: %s, want %s", method, body, reply.Body, hint)
			}
		}
	}
	// A body that curl sends without a Content-Type of its own is a form with an odd name: it must not end all faults.
	r.want(t, 400, "PUT", "/dev/faults", `{"late":"5s"}`, asForm)
	r.want(t, 415, "PUT", "/dev/faults", `late: 5s`, "Content-Type: application/yaml")
	if got := r.provider.Faults(); got != (faulty.Faults{Twice: true}) {
		t.Errorf("refused wishes left %+v", got)
	}
}

func TestClockAsJSON(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	if reply := r.get(t, 200, "/dev/clock"); reply.Body != `{"now":"2026-01-02T03:04:05Z","offset":"0s"}` {
		t.Error(reply.Body)
	}
	if reply := r.want(t, 200, "POST", "/dev/clock", `{"forward":"6m"}`); reply.Body != `{"now":"2026-01-02T03:10:05Z","offset":"6m0s"}` {
		t.Error(reply.Body)
	}
	if reply := r.want(t, 200, "POST", "/dev/clock", `forward=24h`, asForm); !strings.Contains(reply.Body, `"offset":"24h6m0s"`) {
		t.Error(reply.Body)
	}
	for _, body := range []string{`{"forward":"-6m"}`, `{"forward":"0s"}`, `{"forward":"9600h"}`, `{"forward":"6"}`, `{"forward":""}`, `{}`} {
		if reply := r.want(t, 400, "POST", "/dev/clock", body); !strings.Contains(reply.Body, "forward is a duration") {
			t.Errorf("%s: %s", body, reply.Body)
		}
	}
	for _, body := range []string{`{"forward":6}`, `{"back":"6m"}`} {
		if reply := r.want(t, 400, "POST", "/dev/clock", body); !strings.Contains(reply.Body, "send {") {
			t.Errorf("%s: %s", body, reply.Body)
		}
	}
	if r.clock.Offset() != 24*time.Hour+6*time.Minute {
		t.Errorf("refused steps moved the clock to %v", r.clock.Offset())
	}
}
