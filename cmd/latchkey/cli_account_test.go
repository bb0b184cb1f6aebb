package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// accountsOf reads `account list --json`.
func (s *site) accountsOf() []listed {
	s.t.Helper()
	var all []listed
	for line := range strings.Lines(s.must("", "account", "list", "--json")) {
		var account listed
		if err := json.Unmarshal([]byte(line), &account); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		all = append(all, account)
	}
	return all
}

// TestCLI_AccountLife creates an account, finds it by each of its names, changes it and locks it out.
func TestCLI_AccountLife(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		s := newSite(t, database)
		made := s.must("correctHorse1\n", "account", "create", "--customer-id", "CUST1", "--mobile", "+852 6123 4567", "--email", "Mei@EXAMPLE.com",
			"--username", "Mei", "--first-name", "Mei", "--last-name", "Chan", "--points-earned", "10", "--balance-points", "5",
			"--permissions", "can_login_to_admin,can_manage_settings", "--locale", "zh-TW", "--password-stdin")
		var account listed
		if err := json.Unmarshal([]byte(made), &account); err != nil {
			t.Fatalf("create prints %q: %v", made, err)
		}
		if account.Mobile != "+85261234567" || account.Email != "Mei@example.com" && account.Email != "mei@example.com" || !account.HasPassword ||
			!slices.Equal(account.Permissions, []string{"can_login_to_admin", "can_manage_settings"}) || account.BalancePoints != 5 || account.Disabled {
			t.Errorf("the account is %+v", account)
		}
		for _, who := range []string{fmt.Sprint(account.ID), account.UUID, strings.ToUpper(account.UUID), "CUST1", "+85261234567", "+852-6123-4567", "mei@example.com", "MEI@EXAMPLE.COM", "mei", "MEI"} {
			var shown struct {
				listed
				Sessions []any
				Events   []struct{ Action, Actor string }
			}
			if err := json.Unmarshal([]byte(s.must("", "account", "show", who)), &shown); err != nil {
				t.Fatal(err)
			}
			if shown.UUID != account.UUID || len(shown.Sessions) != 0 {
				t.Errorf("show %s: %+v", who, shown)
			}
			if len(shown.Events) == 0 || shown.Events[0].Actor != "operator" {
				t.Errorf("show %s: the audit trail does not know the operator: %+v", who, shown.Events)
			}
		}
		s.must("", "account", "update", "--email", "", "--balance-points", "0", "--first-name", "Mae", "CUST1")
		got := s.accountsOf()[0]
		if got.Email != "" || got.BalancePoints != 0 || got.FirstName != "Mae" || got.LastName != "Chan" || got.UUID != account.UUID {
			t.Errorf("after update: %+v", got)
		}
		if said := s.must("", "account", "disable", "CUST1"); !strings.Contains(said, "disabled") {
			t.Errorf("disable says %q", said)
		}
		if !s.accountsOf()[0].Disabled || !strings.Contains(s.must("", "account", "list"), "disabled") {
			t.Error("the account is not disabled")
		}
		if said := s.must("", "account", "enable", "CUST1"); !strings.Contains(said, "active") || s.accountsOf()[0].Disabled {
			t.Errorf("enable says %q", said)
		}
		if strings.Contains(s.must("", "account", "show", "CUST1"), "correctHorse1") {
			t.Error("show tells the password")
		}
	})
}

// TestCLI_AccountRefusals: what cannot be done is exit status 1 and a line that says why.
func TestCLI_AccountRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	s.must("", "account", "create", "--mobile", "+85261234567", "--customer-id", "1001")
	s.must("", "account", "create", "--email", "mei@example.com", "--username", "1001")
	for call, tell := range map[string]string{
		"account show nobody@example.com":                                          "no account",
		"account update --email a@example.com nobody":                              "no account",
		"account disable nobody":                                                   "no account",
		"account enable nobody":                                                    "no account",
		"session list nobody":                                                      "no account",
		"session revoke --all nobody":                                              "no account",
		"session revoke --session nothing mei@example.com":                         "session",
		"unlock nobody":                                                            "no account",
		"account create --mobile +85261234567":                                     "another account",
		"account update --mobile +85261234567 mei@example.com":                     "another account",
		"account create --mobile 12":                                               "mobile",
		"account create --email nonsense":                                          "email",
		"account create --email c@example.com --locale nonsense-nonsense-nonsense": "locale",
		"account create --email b@example.com --password-hash plaintext":           "password_hash",
		"account create --first-name Nobody":                                       "customer_id",
		"account create":                                                           "customer_id",
		"account show 1001":                                                        "more than one",
		"key retire nothing":                                                       "nothing",
	} {
		if line := s.refuse(1, strings.Fields(call)...); !strings.Contains(line, tell) {
			t.Errorf("%s: %q does not tell %q", call, line, tell)
		}
	}
	if got := len(s.accountsOf()); got != 2 {
		t.Errorf("%d accounts, want 2", got)
	}
}

var sessionID = regexp.MustCompile(`(?m)^(\S{20,}) +bridgekeeper`)

// TestCLI_SessionsAndUnlock ends sessions of a running server, and forgets what somebody did wrong.
func TestCLI_SessionsAndUnlock(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	v, d := n.visit(t), bridgekeeperDialect
	s.people(1, d)
	somebody := d.person(0)
	first := v.enter(d, somebody, box)

	v.want(http.StatusTooManyRequests, d.send(somebody.who))
	if said := s.must("", "unlock", somebody.who); said != "unlocked\n" {
		t.Errorf("unlock says %q", said)
	}
	second := v.enter(d, somebody, box)

	ids := sessionID.FindAllStringSubmatch(s.must("", "session", "list", somebody.who), -1)
	if len(ids) != 2 {
		t.Fatalf("two sessions are open, but session list has %q", ids)
	}
	if said := s.must("", "session", "revoke", "--session", ids[1][1], somebody.who); said != "ended 1 sessions\n" && said != "ended 1 session\n" {
		t.Errorf("revoke says %q", said)
	}
	v.want(http.StatusUnauthorized, d.live(somebody.who, first)) // the list has the newest first
	v.want(d.welcome, d.live(somebody.who, second))
	s.must("", "session", "revoke", "--session", ids[1][1], somebody.who) // ended already: nothing to do
	if said := s.must("", "session", "revoke", "--all", somebody.who); !strings.HasPrefix(said, "ended 1 ") {
		t.Errorf("revoke --all says %q", said)
	}
	v.want(http.StatusUnauthorized, d.live(somebody.who, second))

	s.must("", "unlock", somebody.who)
	_, code := v.ask(d, somebody, box)
	for i := range 3 {
		v.want(d.wrong, d.answer(somebody.who, "", wrongCode(t, code, 1+i)))
	}
	v.want(d.wrong, d.answer(somebody.who, "", code))
	s.must("", "unlock", somebody.who)
	v.want(d.wrong, d.answer(somebody.who, "", code)) // a dead code stays dead
	v.enter(d, somebody, box)
	s.must("", "unlock", "+919999999999") // a contact without an account may be locked too
}
