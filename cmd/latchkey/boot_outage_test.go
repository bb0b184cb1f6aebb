package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

// TestS3_DatabaseGone takes the database away from a running server and gives it back. Meanwhile every API answers 503 in its own
// shape, and afterwards all goes on without a restart: sessions live, and codes that were on their way are good.
func TestS3_DatabaseGone(t *testing.T) {
	t.Parallel()
	database, box := testdb.PrivateMySQL(t), newPostbox(t)
	s := newSite(t, database.URL, append(box.settings(), "LATCHKEY_LIMITS=off", "LATCHKEY_LOG_LEVEL=debug")...)
	n := s.serve()
	s.people(3, dialects...)
	s.must(`{"email":"owner@example.org","username":"owner","password":"correctHorse1"}`, "account", "import")
	v := n.visit(t)
	tokens, handles, codes := map[string]string{}, map[string]string{}, map[string]string{}
	for _, d := range dialects {
		tokens[d.name] = v.enter(d, d.person(0), box)
		handles[d.name], codes[d.name] = v.ask(d, d.person(1), box)
	}

	database.Stop()
	eventually(t, "the server notices", letterLimit, func() bool { return !n.ready() })
	down := v.want(http.StatusServiceUnavailable, request{http.MethodGet, "/readyz", "", nil})
	if down.text("parts", "name") != "database" || down.text("parts", "status") != "down" {
		t.Errorf("readyz does not name the part: %s", down.body)
	}
	v.want(http.StatusOK, request{http.MethodGet, "/healthz", "", nil})
	for _, d := range dialects {
		for what, r := range map[string]request{
			"send":   d.send(d.person(2).who),
			"answer": d.answer(d.person(1).who, handles[d.name], codes[d.name]),
			"wrong":  d.answer(d.person(1).who, handles[d.name], wrongCode(t, codes[d.name], 1)),
			"live":   d.live(d.person(0).who, tokens[d.name]),
		} {
			begin := now()
			got := v.do(r)
			if got.status != http.StatusServiceUnavailable || !spokenIn(d.name, got.body) {
				t.Errorf("%s: %s: status %d: %s", d.name, what, got.status, got.body)
				continue
			}
			wantRetryAfter(t, got, 1, 60)
			if took := now().Sub(begin); took > 15*time.Second {
				t.Errorf("%s: %s: answered after %s", d.name, what, took)
			}
		}
	}
	byPassword := []request{
		post("/web/auth/login", map[string]any{"email": "owner@example.org", "password": "correctHorse1"}),
		post("/api/auth/v1/login", map[string]any{"username": "owner", "password": "correctHorse1"}),
	}
	for _, r := range byPassword {
		wantRetryAfter(t, v.want(http.StatusServiceUnavailable, r), 1, 60)
	}

	database.Start(t)
	eventually(t, "the server is ready again", letterLimit, n.ready)
	for _, d := range dialects {
		v.want(d.welcome, d.live(d.person(0).who, tokens[d.name]))
		v.want(http.StatusOK, d.answer(d.person(1).who, handles[d.name], codes[d.name]))
		v.enter(d, d.person(2), box) // what was asked for while it was gone did not count
	}
	for _, r := range byPassword {
		v.want(http.StatusOK, r)
	}

	n.stop()
	log := n.journal.String()
	for _, secret := range []string{"correctHorse1", "owner@example.org", dialects[1].person(2).to, dialects[2].person(2).to, tokens["goodcity"], handles["goodcity"]} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log (C5)", secret)
		}
	}
}

// TestBoot_NoDatabase: a server that finds no database says so in a line and ends.
func TestBoot_NoDatabase(t *testing.T) {
	t.Parallel()
	for database, want := range map[string]string{
		"mysql://root:hunter2secret@127.0.0.1:1/latchkey": "127.0.0.1:1",
		"sqlite:///nowhere/at/all/latchkey.db":            "/nowhere/at/all",
	} {
		s := newSite(t, database)
		for _, args := range [][]string{{"serve"}, {"migrate"}, {"account", "list"}} {
			ended := s.run("", args...)
			last := strings.TrimSpace(ended.stderr[strings.LastIndex(strings.TrimSpace(ended.stderr), "\n")+1:])
			if ended.status != 1 || !strings.HasPrefix(last, "latchkey: ") || !strings.Contains(last, want) || strings.Contains(ended.stderr, "hunter2secret") {
				t.Errorf("%v on %s: status %d:\n%s", args, database, ended.status, ended.stderr)
			}
		}
	}
}
