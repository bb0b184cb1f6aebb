package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// spy is a visitor who remembers every secret that passes by, and every refusal.
type spy struct {
	*visitor
	box      *postbox
	secrets  map[string]string // what each one is
	refusals strings.Builder
}

// knows adds secrets, each under what it is.
func (s *spy) knows(what string, secrets ...string) {
	s.t.Helper()
	for _, secret := range secrets {
		if len(secret) < 8 {
			s.t.Fatalf("%s %q is too short to be looked for", what, secret)
		}
		s.secrets[secret] = what
	}
}

// play makes a request, whatever comes of it, and remembers a refusal.
func (s *spy) play(r request) reply {
	s.t.Helper()
	got := s.do(r)
	if got.status >= 400 {
		fmt.Fprintf(&s.refusals, "%s: %d %v %s\n", r.method, got.status, got.header, got.body)
	}
	if got.status >= 500 {
		s.t.Errorf("%s %s: status %d: %s", r.method, r.path, got.status, got.body)
	}
	for _, name := range []string{"refreshToken", "qt-auth"} {
		if cookie := got.cookie(name); cookie != nil && cookie.Value != "" {
			s.knows("a cookie", cookie.Value)
		}
	}
	return got
}

// letter takes the next message to somebody and remembers its code.
func (s *spy) letter(to string) string {
	s.t.Helper()
	code := s.box.take(to).code()
	s.knows("a code", code)
	return code
}

// search looks for all secrets in what came out of somewhere.
func (s *spy) search(where, text string) {
	s.t.Helper()
	for secret, what := range s.secrets {
		if at := strings.Index(text, secret); at >= 0 {
			s.t.Errorf("%s is in %s:\n…%s…", what, where, text[max(0, at-200):min(len(text), at+len(secret)+200)])
		}
	}
}

// longCodes makes every code too long to stand in a log by chance.
const longCodes = `dialects:
  bigcity: {code-length: 8}
  goodcity: {code-length: 8}
  arita: {code-length: 8}
  bridgekeeper: {code-length: 8}
`

// TestC5_NothingSecretComesOut plays all flows with codes, passwords, tokens, numbers and addresses that it knows, at the
// loudest log level, and looks for them in everything that came out.
func TestC5_NothingSecretComesOut(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	database := testdb.SQLite(t)
	settings := append(box.settings(), "LATCHKEY_LOG_LEVEL=debug", "LATCHKEY_METRICS_LISTEN=127.0.0.1:0")
	site := newSite(t, database, settings...)
	site.configure(longCodes)
	n := site.serve()
	site.people(3, dialects...)
	site.must(`{"email":"owner@example.org","mobile":"+85261239999","username":"owner","password":"correctHorse1"}`, "account", "import")

	s := &spy{visitor: n.visit(t), box: box, secrets: map[string]string{}}
	s.knows("a password", "correctHorse1", "wrongHorse22", "batteryStaple3", "secret123", "a secret for webhooks", webhookPassword, bootSecret)
	s.knows("a mail address", "owner@example.org", "owner2@example.org")
	s.knows("a number", "61239999", "61238888")
	for _, d := range dialects {
		s.knows("somebody's contact", strings.TrimPrefix(d.person(0).to, "+"), strings.TrimPrefix(d.person(1).to, "+"))
		s.codes(d)
	}
	s.passwords()
	s.contacts()
	s.nonsense()
	atRest := s.waiting(n, database)

	n.stop()
	s.search("the log", n.journal.String())
	s.search("the refusals", s.refusals.String())
	if refused := strings.Count(s.refusals.String(), "\n"); refused < 20 {
		t.Errorf("only %d requests were refused", refused)
	}
	// Contacts and names are the accounts'; nothing else may lie in the files.
	for secret, what := range s.secrets {
		if what != "a code" && what != "a password" && what != "a token" && what != "a cookie" {
			delete(s.secrets, secret)
		}
	}
	s.search("the database while messages waited", atRest)
	s.search("the database", databaseFiles(t, database))
}

// codes logs in by code, with wrong answers before and after.
func (s *spy) codes(d dialect) {
	s.t.Helper()
	somebody := d.person(0)
	sent := s.play(d.send(somebody.who))
	s.play(d.send(somebody.who)) // too soon
	code := s.letter(somebody.to)
	handle := d.handle(sent)
	wrong := wrongCode(s.t, code, 1)
	s.knows("a code", wrong)
	s.play(d.answer(somebody.who, handle, wrong))
	token := d.token(s.play(d.answer(somebody.who, handle, code)))
	s.knows("a token", token)
	s.play(d.answer(somebody.who, handle, code)) // used
	s.play(d.live(somebody.who, token))
	forged := token[:len(token)-4] + "AAAA"
	s.knows("a token", forged)
	s.play(d.live(somebody.who, forged))
	if d.logout != nil {
		s.play(d.logout(token))
	}
	s.play(d.live(somebody.who, token))
}

// passwords logs in by password, forgets it and sets another.
func (s *spy) passwords() {
	s.t.Helper()
	login := func(password string) request {
		return post("/web/auth/login", map[string]any{"email": "owner@example.org", "password": password})
	}
	s.play(login("wrongHorse22"))
	entered := s.play(login("correctHorse1"))
	s.knows("a token", entered.text("data", "accessToken"))
	cookie := entered.cookie("refreshToken")
	s.play(request{http.MethodGet, "/web/auth/refresh", "", []string{"Cookie: refreshToken=" + cookie.Value}})
	s.play(request{http.MethodGet, "/web/auth/refresh", "", []string{"Cookie: refreshToken=" + cookie.Value + "x"}})
	s.play(request{http.MethodGet, "/web/auth/refresh", "", []string{"Cookie: refreshToken=" + cookie.Value, "Sec-Fetch-Site: cross-site"}})
	for _, password := range []string{"wrongHorse22", "correctHorse1"} {
		s.play(post("/api/auth/v1/login", map[string]any{"username": "owner", "password": password}))
	}
	forgot := s.play(post("/web/auth/forgot-password", map[string]any{"email": "owner@example.org"}))
	answer := post("/web/auth/forgot-password/verify", map[string]any{"otp": s.letter("owner@example.org"), "otpToken": forgot.text("data", "otpToken")})
	reset := s.play(answer).text("data", "accessToken")
	s.knows("a token", reset, forgot.text("data", "otpToken"))
	set := post("/web/auth/password", map[string]any{"password": "batteryStaple3"}, bearer(reset))
	set.method = http.MethodPut
	s.play(set)
	s.play(set) // once only
	s.box.take("owner@example.org")
	entered = s.play(login("batteryStaple3"))
	made := post("/web/auth/password", map[string]any{"oldPassword": "batteryStaple3"}, bearer(entered.text("data", "accessToken")))
	made.method = http.MethodPut
	s.play(made)
	for _, word := range strings.Fields(s.box.take("owner@example.org").Body) {
		if len(word) >= 12 && strings.ContainsAny(word, "0123456789") {
			s.knows("a password", word)
		}
	}
}

// contacts changes the mail address and the number of the account.
func (s *spy) contacts() {
	s.t.Helper()
	sent := s.play(post("/web/auth/otp", map[string]any{"nature": 6, "loginID": "+85261239999"}))
	entered := s.play(post("/web/auth/login/verify", map[string]any{"otp": s.letter("+85261239999"), "otpToken": sent.text("data", "otpToken")}))
	session := bearer(entered.text("data", "accessToken"))
	s.knows("a token", entered.text("data", "accessToken"))
	for _, change := range []struct {
		nature        int
		path, contact string
	}{{4, "/web/auth/email", "owner2@example.org"}, {5, "/web/auth/phone", "+85261238888"}} {
		sent := s.play(post("/web/auth/otp", map[string]any{"nature": change.nature, "loginID": change.contact}, session))
		answer := post(change.path, map[string]any{"otp": s.letter(change.contact), "otpToken": sent.text("data", "otpToken")}, session)
		answer.method = http.MethodPut
		s.play(answer)
	}
}

// nonsense sends secrets where they do not belong.
func (s *spy) nonsense() {
	s.t.Helper()
	code, token := "", ""
	for secret, what := range s.secrets {
		if what == "a code" {
			code = secret
		}
		if what == "a token" {
			token = secret
		}
	}
	for _, d := range dialects {
		answer := d.answer(d.person(0).who, token, code)
		for _, body := range []string{answer.body[:len(answer.body)-2], "[" + answer.body + "]", answer.body + answer.body, strings.Repeat(answer.body, 1000)} {
			s.play(request{answer.method, answer.path, body, answer.headers})
		}
		s.play(answer.with("Content-Type: text/" + code))
		s.play(request{http.MethodPatch, answer.path, answer.body, answer.headers})
		s.play(request{http.MethodPost, "/nowhere/" + code + "?otp=" + code + "&token=" + token, answer.body, nil})
		cut := s.dial()
		cut.send(s.head(answer, len(answer.body)+1000) + answer.body)
		_ = cut.CloseWrite()
		cut.receive(answer.method, answer.path)
	}
	s.play(bigcityDialect.send("CUST00000").with("Authorization: Basic YmlnY2l0eTp3cm9uZ0hvcnNlMjI=")) // bigcity:wrongHorse22
	s.play(bigcityDialect.send("CUST00000").with("Authorization: Bearer " + token))
}

// waiting lets messages wait in the outbox, and tells what the database holds meanwhile.
func (s *spy) waiting(n *node, database string) string {
	s.t.Helper()
	s.box.answer(http.StatusServiceUnavailable)
	for _, d := range dialects {
		s.play(d.send(d.person(1).who))
	}
	eventually(s.t, "all messages were tried", letterLimit, func() bool { return len(n.journal.lines("message not taken yet")) >= len(dialects) })
	held := databaseFiles(s.t, database)
	s.box.answer(http.StatusOK)
	for _, d := range dialects {
		s.letter(d.person(1).to)
	}
	s.box.answer(http.StatusForbidden)
	s.play(goodcityDialect.send(goodcityDialect.person(2).who))
	eventually(s.t, "a message is given up", letterLimit, func() bool { return len(n.journal.lines("message not delivered")) == 1 })
	s.box.server.Close()
	s.play(bridgekeeperDialect.send(bridgekeeperDialect.person(2).who))
	eventually(s.t, "nobody is there", letterLimit, func() bool { return len(n.journal.lines("message not taken yet")) > len(dialects) })

	response, err := http.Get(n.metrics)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	metrics, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(metrics), "latchkey_stories_total") {
		s.t.Errorf("no metrics: %v", err)
	}
	s.search("the metrics", string(metrics))
	return held
}

// databaseFiles is everything in the files of an SQLite database.
func databaseFiles(t testing.TB, database string) string {
	t.Helper()
	files, err := filepath.Glob(strings.TrimPrefix(database, "sqlite://") + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no database files: %v", err)
	}
	var all []byte
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = slices.Concat(all, content)
	}
	return string(all)
}
