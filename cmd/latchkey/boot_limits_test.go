package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// tightLimits are limits by address that a test reaches, and a client's own.
const tightLimits = `limits-per-ip: {sends: 3, answers: 4, window: 10m}
limits-per-client: {calls: 12, window: 10m}
`

// from says that a proxy got the request from this address.
func from(address string) string { return "X-Forwarded-For: " + address }

// limitedDialects are those whose callers are people; BigCity's are servers.
var limitedDialects = []dialect{goodcityDialect, aritaDialect, bridgekeeperDialect}

// TestS2_LimitsPerAddress: so many sends and answers of one address, whoever they are for, then 429 with the wait (GoodCity's
// verify has its own one refusal). Other addresses go on.
func TestS2_LimitsPerAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_TRUSTED_PROXIES=127.0.0.1")...)
	s.configure(tightLimits)
	n := s.serve()
	for i, d := range limitedDialects {
		v, here := n.visit(t), from(fmt.Sprintf("198.51.100.%d", i))
		for j := range 3 {
			v.want(http.StatusOK, d.send(d.person(j).who).with(here))
		}
		refused := v.want(http.StatusTooManyRequests, d.send(d.person(3).who).with(here))
		wantRetryAfter(t, refused, 1, 600)
		v.want(http.StatusOK, d.send(d.person(3).who).with(from(fmt.Sprintf("198.51.100.%d", 100+i)))) // which is S1's proof, too: nothing was sent

		handle := d.handle(v.want(http.StatusOK, d.send(d.person(4).who).with(from(fmt.Sprintf("198.51.100.%d", 200+i)))))
		answer := d.answer(d.person(4).who, handle, "00000"[:d.digits])
		for range 4 {
			v.want(d.wrong, answer.with(here))
		}
		status := http.StatusTooManyRequests
		if d.name == "goodcity" {
			status = d.wrong
		}
		wantRetryAfter(t, v.want(status, answer.with(here)), 1, 600)
		elsewhere := v.do(answer.with(from(fmt.Sprintf("198.51.100.%d", 100+i))))
		if elsewhere.status != d.wrong || elsewhere.header.Get("Retry-After") != "" {
			t.Errorf("%s: an answer from elsewhere: status %d, Retry-After %q", d.name, elsewhere.status, elsewhere.header.Get("Retry-After"))
		}
	}
	passwords := n.visit(t)
	login := post("/web/auth/login", map[string]any{"email": "nobody@example.com", "password": "wrongHorse1"}, from("203.0.113.1"))
	for range 4 {
		passwords.want(http.StatusUnauthorized, login)
	}
	wantRetryAfter(t, passwords.want(http.StatusTooManyRequests, login), 1, 600)
}

// TestS1_LimitsPerNetwork: an IPv6 subscriber has a network of 64 bits, and counts as one.
func TestS1_LimitsPerNetwork(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_TRUSTED_PROXIES=127.0.0.0/8")...)
	s.configure(tightLimits)
	v, d := s.serve().visit(t), aritaDialect
	for i := range 3 {
		v.want(http.StatusOK, d.send(d.person(i).who).with(from(fmt.Sprintf("2001:db8:1:1::%d", i))))
	}
	v.want(http.StatusTooManyRequests, d.send(d.person(3).who).with(from("2001:db8:1:1:ffff::1")))
	v.want(http.StatusOK, d.send(d.person(3).who).with(from("2001:db8:1:2::1")))
}

// TestS2_ServersHaveTheirOwnLimit: callers with Basic credentials are not limited by address, but by client.
func TestS2_ServersHaveTheirOwnLimit(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_BIGCITY_CLIENTS=bigcity:secret123,other:password2")...)
	s.configure(tightLimits)
	n := s.serve()
	s.people(12, bigcityDialect)
	v, d := n.visit(t), bigcityDialect
	for i := range 10 {
		v.want(http.StatusOK, d.send(d.person(i).who))
	}
	handle, code := v.ask(d, d.person(10), box)
	v.want(http.StatusOK, d.answer(d.person(10).who, handle, code)) // the twelfth call
	for _, r := range []request{d.send(d.person(11).who), d.answer(d.person(10).who, handle, code)} {
		wantRetryAfter(t, v.want(http.StatusTooManyRequests, r), 1, 600)
	}
	v.want(http.StatusOK, d.send(d.person(11).who).with("Authorization: Basic b3RoZXI6cGFzc3dvcmQy")) // other:password2
}

// TestV2_ForwardedHeaders: who sends X-Forwarded-For is believed only as a trusted proxy, and then only about who came to it.
func TestV2_ForwardedHeaders(t *testing.T) {
	t.Parallel()
	d := aritaDialect
	send := func(v *visitor, i, status int, forwarded string) {
		t.Helper()
		v.want(status, d.send(d.person(i).who).with(from(forwarded)))
	}
	for name, test := range map[string]struct {
		proxies string
		play    func(v *visitor)
	}{
		"nobody is trusted": {"", func(v *visitor) {
			for i := range 3 {
				send(v, i, http.StatusOK, fmt.Sprintf("198.51.100.%d", i))
			}
			send(v, 3, http.StatusTooManyRequests, "198.51.100.3")
		}},
		"somebody else is trusted": {"192.0.2.0/24", func(v *visitor) {
			for i := range 3 {
				send(v, i, http.StatusOK, fmt.Sprintf("198.51.100.%d", i))
			}
			send(v, 3, http.StatusTooManyRequests, "198.51.100.3")
		}},
		"the caller's own lies are not": {"127.0.0.1", func(v *visitor) {
			for i := range 3 {
				send(v, i, http.StatusOK, fmt.Sprintf("203.0.113.%d, 198.51.100.1", i))
			}
			send(v, 3, http.StatusTooManyRequests, "203.0.113.99, 198.51.100.1")
			send(v, 3, http.StatusOK, "198.51.100.1, 198.51.100.2")
		}},
		"proxies behind proxies": {"127.0.0.1,192.0.2.0/24", func(v *visitor) {
			for i := range 3 {
				send(v, i, http.StatusOK, fmt.Sprintf("198.51.100.1, 192.0.2.%d", i))
			}
			send(v, 3, http.StatusTooManyRequests, "198.51.100.1, 192.0.2.99")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_TRUSTED_PROXIES="+test.proxies)...)
			s.configure(tightLimits)
			test.play(s.serve().visit(t))
		})
	}
}

// TestV2_HostIsNotBelieved: what tokens say of their issuer comes from the settings, whatever Host a request names.
func TestV2_HostIsNotBelieved(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_PUBLIC_URL=https://login.example.com", "LATCHKEY_SIGNING_ALG=ES256",
		"LATCHKEY_TRUSTED_PROXIES=127.0.0.1")...)
	n := s.serve()
	s.people(1, bigcityDialect, bridgekeeperDialect)
	lies := []string{"Host: evil.example.com", "X-Forwarded-Host: evil.example.com", "X-Forwarded-Proto: http", "Forwarded: host=evil.example.com"}
	for _, d := range []dialect{bigcityDialect, bridgekeeperDialect} {
		v, somebody := n.visit(t), d.person(0)
		sent := v.want(http.StatusOK, d.send(somebody.who).with(lies...))
		letter := box.take(somebody.to)
		entered := v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), letter.code()).with(lies...))
		if issuer := issuerOf(t, d.token(entered)); issuer != "https://login.example.com" {
			t.Errorf("%s: the issuer is %q", d.name, issuer)
		}
		if cookie := entered.cookie("qt-auth"); cookie != nil && (!cookie.Secure || cookie.Domain != "") {
			t.Errorf("%s: the cookie is %v", d.name, cookie)
		}
		if d.name == "bigcity" && !containsAll(letter.Body, "@login.example.com #"+letter.code()) {
			t.Errorf("the message has no line for the browser, or another's: %q", letter.Body)
		}
	}
}

// TestBoot_LimitsOff: load tests may do without limits by address; a contact's own wait stays.
func TestBoot_LimitsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_LIMITS=off")...)
	s.configure(tightLimits)
	v, d := s.serve().visit(t), goodcityDialect
	for i := range 10 {
		v.want(http.StatusOK, d.send(d.person(i).who))
	}
	wantRetryAfter(t, v.want(http.StatusTooManyRequests, d.send(d.person(0).who)), 1, 30)
}

// TestS2_VisitorsOfTheMicrosite are limited by address, which only a proxy can tell, and all of them together use up the calls of the
// microsite, not those of the operator's server.
func TestS2_VisitorsOfTheMicrosite(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_TRUSTED_PROXIES=127.0.0.1")...)
	s.configure(tightLimits)
	n := s.serve()
	ask := func(address string) (page string) {
		v := n.visit(t)
		form := []string{"Content-Type: application/x-www-form-urlencoded", from(address)}
		sent := v.want(http.StatusSeeOther, request{http.MethodPost, "/microsite/", "customer_id=NOBODY", form})
		cookie := "Cookie: latchkey-microsite=" + sent.cookie("latchkey-microsite").Value
		return v.want(http.StatusOK, request{http.MethodGet, sent.header.Get("Location"), "", []string{cookie}}).body
	}
	const unknown, refused = "We do not know this customer ID", "No code can be sent right now"
	for i := range 4 {
		address := fmt.Sprintf("198.51.100.%d", i)
		for range 3 {
			if page := ask(address); !strings.Contains(page, unknown) {
				t.Fatalf("%s: %s", address, page)
			}
		}
		if page := ask("203.0.113.9, " + address); !strings.Contains(page, refused) { // what a visitor says of himself
			t.Errorf("%s goes on: %s", address, page)
		}
	}
	if page := ask("198.51.100.99"); !strings.Contains(page, refused) {
		t.Errorf("the microsite's own calls have no limit: %s", page)
	}
	n.visit(t).want(http.StatusNotFound, bigcityDialect.send("NOBODY")) // and not 429
}
