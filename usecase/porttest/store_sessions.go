package porttest

import (
	"fmt"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var sessionCases = map[string]func(*testing.T, storeCase){
	"absent":                         sessionAbsent,
	"every field comes back":         sessionRoundTrip,
	"load gives ended ones too":      loadEnded,
	"load sees the account as it is": loadSeesAccount,
	"save":                           saveSession,
	"list by account":                listSessions,
	"revoke all":                     revokeAll,
	"sweep":                          sweepSessions,
	"an ID is given once":            sessionTwice,
	"revoked ones are not restamped": revokedKeepTheirTime,
}

func (s storeCase) open(t *testing.T, sessions ...domain.Session) {
	t.Helper()
	s.do(t, func(tx usecase.Repositories) error {
		for i := range sessions {
			if err := tx.Sessions.Create(s.ctx, &sessions[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func sessionAbsent(t *testing.T, s storeCase) {
	s.open(t, newSession("Session", s.member(t)))
	for _, id := range []string{"", "session", "Session ", "Sessio", "Session\x00", "Session\xff", "other", "%", string(make([]byte, 1<<16))} {
		if _, _, err := s.Reader().Sessions.Load(s.ctx, id); outcome(err) != "not found" {
			t.Errorf("load %.20q: %v, want %v", id, err, usecase.ErrNotFound)
		}
		s.do(t, func(tx usecase.Repositories) error {
			if _, err := tx.Sessions.Lock(s.ctx, id); outcome(err) != "not found" {
				t.Errorf("lock %.20q: %v, want %v", id, err, usecase.ErrNotFound)
			}
			return nil
		})
	}
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		return tx.Sessions.Save(s.ctx, &domain.Session{ID: "other"})
	})
	mustFail(t, "save one that is not there", err, usecase.ErrNotFound)
}

func sessionRoundTrip(t *testing.T, s storeCase) {
	account := s.created(t, fullAccount())[0]
	full := domain.Session{
		ID: "0123456789abcdefghijkABCDEFGHIJKLMNOPQRSTUV", AccountID: account.ID, Dialect: "bridgekeeper", Scope: domain.ScopeReset,
		CreatedAt: noon, IdleUntil: noon.Add(1), ExpiresAt: noon.Add(72 * time.Hour), RevokedAt: noon.Add(time.Microsecond),
		UserAgent: long(200), ClientIP: "2001:db8:1234:5678:9abc:def0:1234:5678", Seed: []byte("\x00\xff no text, of 32 octets altogether"),
		Generation: 1<<32 - 1, RotatedAt: noon.Add(time.Hour),
	}
	bare := domain.Session{ID: "bare", AccountID: account.ID, Scope: domain.ScopeFull}
	s.open(t, full, bare)
	full.IdleUntil = noon
	for _, want := range []domain.Session{full, bare} {
		got, owner, err := s.Reader().Sessions.Load(s.ctx, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, "loaded", got, want)
		mustBe(t, "its account", owner, account)
		s.do(t, func(tx usecase.Repositories) error {
			got, err := tx.Sessions.Lock(s.ctx, want.ID)
			if err == nil {
				mustBe(t, "locked", *got, want)
			}
			return err
		})
	}
}

func loadEnded(t *testing.T, s storeCase) {
	account := s.member(t)
	revoked, expired := newSession("revoked", account), newSession("expired", account)
	revoked.Revoke(noon)
	expired.ExpiresAt = noon.Add(-24 * time.Hour)
	s.open(t, revoked, expired)
	for _, want := range []domain.Session{revoked, expired} {
		got, _, err := s.Reader().Sessions.Load(s.ctx, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, want.ID, got, want)
	}
}

func loadSeesAccount(t *testing.T, s storeCase) {
	account := s.member(t)
	s.open(t, newSession("s", account))
	account.Disabled, account.Name = true, "Disabled"
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx, &account) })
	_, got, err := s.Reader().Sessions.Load(s.ctx, "s")
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "the account", got, account)
}

func saveSession(t *testing.T, s storeCase) {
	account := s.member(t)
	changed, untouched := newSession("s", account), newSession("t", account)
	s.open(t, changed, untouched)
	lifetimes := domain.Lifetimes{Access: time.Hour, Idle: 24 * time.Hour, Absolute: 72 * time.Hour}
	// The second time nothing is new, which is no absence.
	for range 2 {
		s.do(t, func(tx usecase.Repositories) error {
			got, err := tx.Sessions.Lock(s.ctx, "s")
			if err != nil {
				return err
			}
			if err := got.Rotate(noon.Add(time.Hour), 0, lifetimes); err != nil && got.Generation != 1 {
				return err
			}
			changed = *got
			return tx.Sessions.Save(s.ctx, got)
		})
	}
	for _, want := range []domain.Session{changed, untouched} {
		if got, _, err := s.Reader().Sessions.Load(s.ctx, want.ID); err != nil {
			t.Error(err)
		} else {
			mustBe(t, want.ID, got, want)
		}
	}
}

// family is sessions of two accounts in every state at noon.
func (s storeCase) family(t *testing.T) (owner domain.Account, all map[string]domain.Session) {
	t.Helper()
	accounts := s.created(t, newAccount(1), newAccount(2))
	all = map[string]domain.Session{}
	add := func(id string, a domain.Account, change func(*domain.Session)) {
		session := newSession(id, a)
		change(&session)
		all[id] = session
		s.open(t, session)
	}
	add("old", accounts[0], func(s *domain.Session) { s.CreatedAt = noon.Add(-2 * time.Hour) })
	add("new", accounts[0], func(s *domain.Session) { s.CreatedAt = noon.Add(-time.Hour) })
	add("middle", accounts[0], func(s *domain.Session) { s.CreatedAt = noon.Add(-90 * time.Minute) })
	add("revoked", accounts[0], func(s *domain.Session) { s.RevokedAt = noon.Add(-time.Minute) })
	add("expired", accounts[0], func(s *domain.Session) { s.ExpiresAt = noon })
	add("idle", accounts[0], func(s *domain.Session) { s.IdleUntil = noon })
	add("just in time", accounts[0], func(s *domain.Session) {
		s.CreatedAt, s.IdleUntil, s.ExpiresAt = noon.Add(-3*time.Hour), noon.Add(time.Microsecond), noon.Add(time.Microsecond)
	})
	add("another's", accounts[1], func(*domain.Session) {})
	return accounts[0], all
}

func listSessions(t *testing.T, s storeCase) {
	owner, all := s.family(t)
	got, err := s.Reader().Sessions.ListByAccount(s.ctx, owner.ID, noon)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "living sessions, newest first", got, []domain.Session{all["new"], all["middle"], all["old"], all["just in time"]})
	if none, err := s.Reader().Sessions.ListByAccount(s.ctx, owner.ID+1000, noon); err != nil || len(none) != 0 {
		t.Errorf("of nobody: %v, %v", none, err)
	}
}

func revokeAll(t *testing.T, s storeCase) {
	owner, all := s.family(t)
	for _, step := range []struct {
		except string
		want   int
		left   []domain.Session
	}{
		{"middle", 3, []domain.Session{all["middle"]}},
		{"another's", 1, nil},
		{"", 0, nil},
	} {
		s.do(t, func(tx usecase.Repositories) error {
			n, err := tx.Sessions.RevokeAll(s.ctx, owner.ID, step.except, noon)
			mustBe(t, "revoked", n, step.want)
			return err
		})
		left, err := s.Reader().Sessions.ListByAccount(s.ctx, owner.ID, noon)
		if err != nil {
			t.Fatal(err)
		}
		if len(left)+len(step.left) > 0 {
			mustBe(t, "left", left, step.left)
		}
	}
	for id, at := range map[string]time.Time{
		"old": noon, "middle": noon, "revoked": noon.Add(-time.Minute), "expired": {}, "idle": {}, "another's": {},
	} {
		if got, _, err := s.Reader().Sessions.Load(s.ctx, id); err != nil || !got.RevokedAt.Equal(at) {
			t.Errorf("%s was revoked at %v, error %v; want %v", id, got.RevokedAt, err, at)
		}
	}
}

func revokedKeepTheirTime(t *testing.T, s storeCase) {
	account := s.member(t)
	s.open(t, newSession("s", account))
	for i := range 3 {
		s.do(t, func(tx usecase.Repositories) error {
			_, err := tx.Sessions.RevokeAll(s.ctx, account.ID, "", noon.Add(time.Duration(i)*time.Minute))
			return err
		})
	}
	if got, _, err := s.Reader().Sessions.Load(s.ctx, "s"); err != nil || !got.RevokedAt.Equal(noon) {
		t.Errorf("revoked at %v, error %v; want the first time, %v", got.RevokedAt, err, noon)
	}
}

func sweepSessions(t *testing.T, s storeCase) {
	account := s.member(t)
	for i := range 5 {
		session := newSession(fmt.Sprint(i), account)
		session.ExpiresAt = noon.Add(time.Duration(i) * time.Microsecond)
		s.open(t, session)
	}
	for _, step := range []struct {
		before time.Time
		limit  int
		want   int
	}{
		{noon, 10, 0}, {noon.Add(3 * time.Microsecond), 2, 2}, {noon.Add(3 * time.Microsecond), 2, 1}, {noon.Add(3 * time.Microsecond), 2, 0},
		{noon.Add(time.Hour), 0, 0}, {noon.Add(time.Hour), 10, 2},
	} {
		s.do(t, func(tx usecase.Repositories) error {
			n, err := tx.Sessions.Sweep(s.ctx, step.before, step.limit)
			mustBe(t, fmt.Sprintf("swept %+v", step), n, step.want)
			return err
		})
	}
}

func sessionTwice(t *testing.T, s storeCase) {
	account := s.member(t)
	s.open(t, newSession("s", account))
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		again := newSession("s", account)
		return tx.Sessions.Create(s.ctx, &again)
	})
	if err == nil {
		t.Error("an ID was given twice")
	}
}
