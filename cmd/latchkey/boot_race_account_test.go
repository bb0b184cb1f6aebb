package main

import (
	"fmt"
	"net/http"
	"testing"

	"latchkey/infrastructure/testdb"
)

// TestBoot_RacesOverAccounts races for what an account may have once: its first code, its next refresh token, its guesses at a
// password.
func TestBoot_RacesOverAccounts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		box := newPostbox(t)
		s := newSite(t, database, append(raceSettings, box.settings()...)...)
		nodes := []*node{s.serve()}
		if database[:5] == "mysql" {
			nodes = append(nodes, s.serve())
		}
		s.must(`{"email":"owner@example.org","password":"correctHorse1"}
{"email":"victim@example.org","password":"correctHorse2"}`, "account", "import")
		t.Run("sends", func(t *testing.T) { raceSends(t, s, box, nodes) })
		t.Run("sign-ups", func(t *testing.T) { raceSignUps(t, s, box, nodes) })
		t.Run("refreshes", func(t *testing.T) { raceRefreshes(t, nodes) })
		t.Run("passwords", func(t *testing.T) { racePasswords(t, nodes) })
	})
}

// raceSends: of 50 wishes for a code to one contact, known or not, one is granted (S1).
func raceSends(t *testing.T, s *site, box *postbox, nodes []*node) {
	s.people(1, dialects...)
	for _, d := range dialects {
		who := []string{d.person(0).who}
		if d.name != "bigcity" {
			who = append(who, d.person(1).who) // a stranger
		}
		before := box.count()
		for _, somebody := range who {
			granted := 0
			for _, got := range together(t, visitAll(t, nodes), 50, func(int) request { return d.send(somebody) }) {
				switch got.status {
				case http.StatusOK:
					granted++
				case http.StatusTooManyRequests:
					wantRetryAfter(t, got, 1, 30)
				default:
					t.Errorf("%s: status %d: %s", d.name, got.status, got.body)
				}
			}
			if granted != 1 {
				t.Errorf("%s: %d sends to %s were granted, want 1", d.name, granted, somebody)
			}
		}
		box.take(d.person(0).to)
		if got := box.count() - before; got != 1 {
			t.Errorf("%s: %d messages were sent, want 1", d.name, got)
		}
	}
}

// raceSignUps: of 50 sign-ups with one new contact one makes an account.
func raceSignUps(t *testing.T, s *site, box *postbox, nodes []*node) {
	before := len(s.accountsOf())
	mobile := goodcityDialect.person(100).to
	signup := post("/api/v1/auth/signup", map[string]any{"user_auth": map[string]any{
		"mobile": mobile, "first_name": "Jake", "address_attributes": map[string]any{"district_id": "1"},
	}})
	for _, got := range together(t, visitAll(t, nodes), 50, func(int) request { return signup }) {
		if got.status != http.StatusOK && got.status != http.StatusTooManyRequests {
			t.Errorf("signup: status %d: %s", got.status, got.body)
		}
	}
	box.take(mobile)

	phone := bridgekeeperDialect.person(100).to
	visitors := visitAll(t, nodes)
	visitors[0].want(http.StatusOK, post("/api/auth/v1/users/send-otp", map[string]any{"phone-number": phone, "always-send": true}))
	login := post("/api/auth/v1/login", map[string]any{"phone-number": phone, "otp": box.take(phone).code(), "auto-signup": true})
	entered := 0
	for _, got := range together(t, visitors, 50, func(int) request { return login }) {
		if got.status == http.StatusOK {
			entered++
		}
	}
	if made := len(s.accountsOf()) - before; made != 2 || entered != 1 {
		t.Errorf("%d accounts were made and %d callers let in, want 2 and 1", made, entered)
	}
}

// raceRefreshes: many tabs that refresh at once all go on with the same next token (K3).
func raceRefreshes(t *testing.T, nodes []*node) {
	visitors := visitAll(t, nodes)
	entered := visitors[0].want(http.StatusOK, post("/web/auth/login", map[string]any{"email": "owner@example.org", "password": "correctHorse1"}))
	refresh := func(cookie string) request {
		return request{http.MethodGet, "/web/auth/refresh", "", []string{"Cookie: refreshToken=" + cookie}}
	}
	first := entered.cookie("refreshToken").Value
	next := map[string]int{}
	for _, got := range together(t, visitors, 50, func(int) request { return refresh(first) }) {
		if cookie := got.cookie("refreshToken"); got.status == http.StatusOK && cookie != nil {
			next[cookie.Value]++
		} else {
			t.Errorf("refresh: status %d: %s", got.status, got.body)
		}
	}
	if len(next) != 1 {
		t.Fatalf("the refreshes gave %d successors, want 1", len(next))
	}
	for cookie := range next {
		if cookie == first {
			t.Error("the refresh token does not rotate")
		}
		for _, v := range visitors {
			v.want(http.StatusOK, refresh(cookie))
		}
	}
}

// racePasswords: of 40 wrong passwords at once at most ten are compared, and then the right one has to wait too (T2, T4).
func racePasswords(t *testing.T, nodes []*node) {
	visitors := visitAll(t, nodes)
	login := func(password string) request {
		return post("/web/auth/login", map[string]any{"email": "victim@example.org", "password": password})
	}
	told := map[int]int{}
	for _, got := range together(t, visitors, 40, func(i int) request { return login(fmt.Sprintf("wrongHorse%d", i)) }) {
		told[got.status]++
	}
	if told[http.StatusUnauthorized] > 10 || told[http.StatusOK] > 0 {
		t.Errorf("of 40 wrong passwords these statuses came back: %v, want at most ten times 401", told)
	}
	for _, v := range visitors {
		wantRetryAfter(t, v.want(http.StatusTooManyRequests, login("correctHorse2")), 1, 3600)
	}
	nodes[0].site.must("", "unlock", "victim@example.org")
	visitors[0].want(http.StatusOK, login("correctHorse2"))
}
