package main

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// TestCLI_ImportGoodAndBadLines: bad lines are told with their numbers and without what stands in them, the rest goes in.
func TestCLI_ImportGoodAndBadLines(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		s := newSite(t, database)
		lines := []struct{ line, tell string }{
			{`{"customer_id":"CUST1","mobile":"+919800000001","points_earned":5,"balance_points":3}`, ""},
			{`{"email":"two@example.com","password":"correctHorse2"}`, ""},
			{`not JSON with secretHorse`, "line 3"},
			{`{"email":"four@example.com","password":12345678}`, "line 4"},
			{`{"emial":"five@example.com"}`, "emial"},
			{`{"mobile":"+1 911 secretHorse"}`, "mobile"},
			{`{"first_name":"Nobody"}`, "customer_id, mobile, email or username"},
			{``, ""}, // an empty line is nothing
			{`{"email":"nine@example.com","password":"short"}`, "password"},
			{`{"email":"ten@example.com","password_hash":"secretHorse"}`, "password_hash"},
			{`{"email":"eleven@example.com","password":"a","password_hash":"b"}`, "password"},
			{`{"customer_id":"CUST1","email":"two@example.com"}`, "another account"}, // names two accounts
			{`{"customer_id":"CUST1","balance_points":1}`, ""},                       // updates the first
			{`{"email":"a@example.com","email":"b@example.com"}`, "line 14"},
			{`{"email":"` + strings.Repeat("a", 70_000) + `@example.com"}`, "longer than"},
			{`{"username":"sixteen","password_hash":"$2b$04$abcdefghijklmnopqrstuuGW9Y8hC3rJyyuXvWZaZmNJ9rFmGZmLq"}`, ""},
			{`{"email":"seventeen@example.com","disabled":true}`, ""}, // without a line end behind it
		}
		var input []string
		failed := 0
		for _, l := range lines {
			input = append(input, l.line)
			if l.tell != "" {
				failed++
			}
		}
		ended := s.run(strings.Join(input, "\n"), "account", "import")
		if want := fmt.Sprintf("created 4, updated 1, failed %d\n", failed); ended.status != 1 || ended.stdout != want {
			t.Errorf("status %d, %q instead of %q\n%s", ended.status, ended.stdout, want, ended.stderr)
		}
		for i, l := range lines {
			told := false
			for line := range strings.Lines(ended.stderr) {
				told = told || strings.HasPrefix(line, fmt.Sprintf("line %d: ", i+1)) && strings.Contains(line, l.tell)
			}
			if told != (l.tell != "") {
				t.Errorf("line %d (%.60s): told is %v:\n%s", i+1, l.line, told, ended.stderr)
			}
		}
		for _, secret := range []string{"secretHorse", "correctHorse2", "12345678"} {
			if strings.Contains(ended.stderr+ended.stdout, secret) {
				t.Errorf("%s of a line is repeated:\n%s", secret, ended.stderr)
			}
		}
		accounts := s.accountsOf()
		if len(accounts) != 4 || accounts[0].BalancePoints != 1 || accounts[0].PointsEarned != 5 || accounts[0].Email != "" {
			t.Errorf("the accounts are %+v", accounts)
		}
		again := s.run(strings.Join(input[:2], "\n"), "account", "import")
		if again.status != 0 || again.stdout != "created 0, updated 2, failed 0\n" || again.stderr != "" {
			t.Errorf("the same lines again: status %d, %q, %q", again.status, again.stdout, again.stderr)
		}
	})
}

// TestCLI_ImportedPasswordsLogIn: a password and the hashes that other systems made.
func TestCLI_ImportedPasswordsLogIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	n := s.serve()
	const bcryptOfU = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" // of U*U, from the test vectors of crypt_blowfish
	s.must(`{"email":"plain@example.com","password":"correctHorse1"}
{"username":"hashed","password_hash":"`+bcryptOfU+`"}`, "account", "import")
	v := n.visit(t)
	v.want(http.StatusOK, post("/web/auth/login", map[string]any{"email": "plain@example.com", "password": "correctHorse1"}))
	for range 2 { // the second time with the hash that replaced it
		v.want(http.StatusOK, post("/api/auth/v1/login", map[string]any{"username": "hashed", "password": "U*U"}))
	}
	v.want(http.StatusUnauthorized, post("/api/auth/v1/login", map[string]any{"username": "hashed", "password": "U*U*"}))
}

// importMany is the import that the interface promises to take well under a minute.
const importMany = 100_000

// mostMemory is how much an import of any length may hold, in KiB.
const mostMemory = 150 << 10

// TestCLI_ImportMany streams 100,000 lines: all of them go in, and memory does not grow with their number.
func TestCLI_ImportMany(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute on two cores")
	}
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	lines, feed := io.Pipe()
	go func() {
		for i := range importMany {
			if _, err := fmt.Fprintf(feed, `{"customer_id":"C%06d","mobile":"+9198%08d","email":"user%06d@example.com","first_name":"A","last_name":"B","points_earned":%d,"balance_points":1}`+"\n", i, i, i, i); err != nil {
				break // the reader is gone; the status of the command tells why
			}
		}
		_ = feed.Close()
	}()
	ended := runChild(t, s.child("account", "import"), lines)
	_ = lines.Close()
	if ended.status != 0 || ended.stdout != fmt.Sprintf("created %d, updated 0, failed 0\n", importMany) {
		t.Fatalf("status %d, %q\n%.2000s", ended.status, ended.stdout, ended.stderr)
	}
	if runtime.GOOS == "linux" && ended.maxRSS > mostMemory {
		t.Errorf("the import held %d KiB at once, want at most %d", ended.maxRSS, mostMemory)
	}
	listing := runChild(t, s.child("account", "list", "--json"), strings.NewReader(""))
	if got := strings.Count(listing.stdout, "\n"); listing.status != 0 || got != importMany {
		t.Errorf("list: status %d, %d accounts\n%s", listing.status, got, listing.stderr)
	}
	if runtime.GOOS == "linux" && listing.maxRSS > mostMemory {
		t.Errorf("the list held %d KiB at once, want at most %d", listing.maxRSS, mostMemory)
	}
	for _, i := range []int{0, 499, 500, 77_777, importMany - 1} {
		shown := s.must("", "account", "show", fmt.Sprintf("user%06d@example.com", i))
		if !strings.Contains(shown, fmt.Sprintf(`"customer_id": "C%06d"`, i)) || !strings.Contains(shown, fmt.Sprintf(`"points_earned": %d`, i)) {
			t.Errorf("account %d is %s", i, shown)
		}
	}
	again := s.run(`{"customer_id":"C077777","balance_points":9}`, "account", "import")
	if again.status != 0 || again.stdout != "created 0, updated 1, failed 0\n" {
		t.Errorf("an update among many: status %d, %q", again.status, again.stdout)
	}
}
