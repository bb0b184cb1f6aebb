package microsite

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestSessionChangesAtLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	planted := b.cookie
	if len(planted) != 43 { // 256 bits
		t.Errorf("the id is %q", planted)
	}
	b.answer(w.Code(mobile)).sees(dashboard)
	if b.cookie == planted {
		t.Error("the id is the one from before the login")
	}
	attacker := open(t, w)
	attacker.cookie = planted
	attacker.follow(dashboard).sees(home + "?note=ended")
	attacker.cookie = planted
	attacker.follow(codePath).sees(home + "?note=ended")
	attacker.cookie = planted
	if reply := attacker.send("POST", "/microsite/logout", "proof=x"); reply.Header.Get("Location") != home+"?note=left" {
		t.Error(reply.Header)
	}
	b.follow(dashboard).sees(dashboard, "3,500")
}

func TestK5_FormsOfOtherSites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).enter()
	for _, path := range []string{home, codePath, resendPath, "/microsite/logout"} {
		for _, header := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example"} {
			if reply := b.send("POST", path, b.form("/microsite/logout", "", ""), header); reply.Status != http.StatusForbidden {
				t.Errorf("%s %s: %d", path, header, reply.Status)
			}
		}
	}
	b.follow(dashboard).sees(dashboard)
}

func TestFormsNeedTheSessionsProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b, other := open(t, w).enter(), open(t, w).follow(home).ask("nobody")
	for _, proof := range []string{"", "proof=", "proof=x", other.form(home, "", "")} {
		b.post("/microsite/logout", proof).sees(dashboard, "out of date", "3,500")
	}
	advance(w, 30*time.Second)
	other.ask(customer).sees(codePath)
	code, sent := w.Code(mobile), len(w.Messages(mobile))
	advance(w, 30*time.Second)
	foreignProof := b.form("/microsite/logout", "", "")
	other.post(resendPath, foreignProof).sees(codePath, "out of date")
	other.post(home, "customer_id="+customer+"&"+foreignProof).sees(home, "out of date")
	other.post(codePath, "code="+code+"&"+foreignProof).sees(codePath, "out of date")
	if again := len(w.Messages(mobile)); again != sent {
		t.Errorf("%d messages instead of %d", again, sent)
	}
	other.answer(code).sees(dashboard)
	b.leave().sees(home + "?note=left")
}

func TestLogout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).enter()
	kept, form := b.cookie, b.form("/microsite/logout", "", "")
	b.leave().follow(dashboard).sees(home) // going back
	b.cookie = kept
	b.follow(dashboard).sees(home+"?note=ended", "Your session has ended")
	b.cookie = kept
	b.post("/microsite/logout", form).sees(home+"?note=left", "You are logged out")
}

func TestFormsThatSendNothingPushNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Sessions = NewMemory(o.Clock, 2, 2) })
	asked := open(t, w).follow(home).ask(customer)
	advance(w, 30*time.Second)
	wavering := open(t, w).follow(home).ask("").ask(customer).sees(codePath) // the code came later than the session
	for range 3 {
		open(t, w).follow(home).ask("").sees(home, "Enter your customer ID.")
		open(t, w).follow(home).ask("nobody").sees(home, "We do not know")
	}
	asked.follow(codePath).sees(codePath)
	wavering.answer(w.Code(mobile)).sees(dashboard)
}

func TestLogoutOfASessionThatIsNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).enter()
	old := b.form("/microsite/logout", "", "")
	b.leave()
	b.follow(home).ask("").post("/microsite/logout", old).sees(home, "out of date")
	advance(w, 30*time.Second)
	b.ask(customer).post("/microsite/logout", old).sees(codePath, "out of date").answer(w.Code(mobile)).sees(dashboard)
}

func TestWithoutASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, stale := range []string{"", "unknown", strings.Repeat("x", 4000)} {
		end := home
		if stale != "" {
			end += "?note=ended"
		}
		b := open(t, w)
		for _, path := range []string{codePath, dashboard} {
			b.cookie = stale
			if b.follow(path).sees(end); b.cookie != "" {
				t.Errorf("GET %s keeps the stale cookie", path)
			}
		}
		for _, path := range []string{codePath, resendPath} {
			b.cookie = stale
			if b.post(path, "proof=x&code=123456").sees(end); b.cookie != "" {
				t.Errorf("POST %s keeps the stale cookie", path)
			}
		}
	}
	open(t, w).follow(home+"?note=%3Cscript%3E").sees(home+"?note=%3Cscript%3E", "!script", "!Error")
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	advance(w, pendingIdle-time.Second)
	b.follow(codePath).sees(codePath)
	advance(w, pendingIdle)
	b.follow(codePath).sees(home + "?note=ended")

	b.enter()
	end := w.Clock.Now().Add(memberLife)
	for w.Clock.Now().Add(memberIdle).Before(end) {
		advance(w, memberIdle-time.Second)
		b.follow(dashboard).sees(dashboard)
	}
	advance(w, end.Sub(w.Clock.Now())-time.Second)
	b.follow(dashboard).sees(dashboard)
	advance(w, time.Second)
	b.follow(dashboard).sees(home + "?note=ended")
	b.enter()
	advance(w, memberIdle)
	b.follow(dashboard).sees(home + "?note=ended")
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	for _, act := range []string{"revoke", "disable"} {
		w := newWorld(t, nil)
		b := open(t, w).enter()
		kept := b.cookie
		w.Act(act, customer)
		if b.follow(dashboard).sees(home+"?note=ended", "Your session has ended. Please log in again."); b.cookie != "" {
			t.Error("the cookie stays")
		}
		b.cookie = kept
		b.follow(dashboard).sees(home + "?note=ended")
	}
}

func TestNoMicrosite(t *testing.T) {
	t.Parallel()
	w := newSite(t, func(o *Options) { o.Client = nil })
	for path, methods := range map[string]string{
		"/microsite": "GET", home: "GET POST", codePath: "GET POST", dashboard: "GET", resendPath: "POST", "/microsite/logout": "POST",
	} {
		for method := range strings.FieldsSeq(methods) {
			reply := w.Do(method, path, "", "Content-Type: application/x-www-form-urlencoded")
			if reply.Status != 404 || !strings.Contains(reply.Body, "There is no such page here") {
				t.Errorf("%s %s: %d %s", method, path, reply.Status, reply.Body)
			}
		}
	}
	if front := w.Do("GET", "/", ""); strings.Contains(front.Body, "/microsite/") {
		t.Error("the front door leads to it")
	}
	if front := newSite(t, nil).Do("GET", "/", ""); !strings.Contains(front.Body, `href="/microsite/"`) {
		t.Error("the front door does not lead to it")
	}
}

func TestLimitByAddress(t *testing.T) {
	t.Parallel()
	var left [2]atomic.Int64
	left[Send].Store(1)
	left[Answer].Store(1)
	limit := func(_ context.Context, call Call, address string) time.Duration {
		if address != "192.0.2.1" {
			t.Errorf("the address is %q", address)
		}
		if left[call].Add(-1) >= 0 {
			return 0
		}
		return 90 * time.Second
	}
	w := newWorld(t, func(o *Options) { o.Limit = limit })
	b := open(t, w).follow(home).ask(customer).sees(codePath)
	code := w.Code(mobile)
	b.answer(wrong(code)).sees(codePath, "Tries left: 2.")
	b.answer(code).sees(codePath, "Too many tries. Try again in 1 minute 30 seconds.").has(`value="` + code + `"`)
	open(t, w).follow(home).ask("another").sees(home, "Try again in 1 minute 30 seconds.")
	left[Answer].Store(1)
	b.answer(code).sees(dashboard)
}

// A browser that sends a form twice gives the first request up, while the code is on its way: the second is told of that code.
func TestGivenUpRequestIsFinished(t *testing.T) {
	t.Parallel()
	given, cancel := context.WithCancel(t.Context())
	w, _, _ := detoured(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		sends(nil)(w, r)
	})
	b := open(t, w).follow(home)
	form := b.form(home, "customer_id", customer)
	request := httptest.NewRequestWithContext(given, "POST", home, strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.Handler.ServeHTTP(httptest.NewRecorder(), request)
	if given.Err() == nil {
		t.Fatal("the Client API was not called")
	}
	b.post(home, form).sees(codePath, "!Error")
}

func TestFormsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, path := range []string{home, codePath, resendPath, "/microsite/logout"} {
		for _, c := range []struct {
			body, media string
			status      int
		}{
			{"customer_id=%zz", "application/x-www-form-urlencoded", 400},
			{"code=" + strings.Repeat("1", 65<<10), "application/x-www-form-urlencoded", 413},
			{`{"customer_id":"CUST12345"}`, "application/json", 415},
		} {
			if reply := w.Do("POST", path, c.body, "Content-Type: "+c.media); reply.Status != c.status {
				t.Errorf("%s: %d instead of %d", path, reply.Status, c.status)
			}
		}
	}
}
