package porttest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var challengeCases = map[string]func(*testing.T, storeCase){
	"lock or create":                   lockOrCreate,
	"lock creates nothing":             lockCreatesNothing,
	"every field comes back":           challengeRoundTrip,
	"contact and purpose are one key":  challengeKeys,
	"a handle finds its row":           lockByHandle,
	"a replaced handle finds nothing":  replacedHandle,
	"save wants a row":                 saveAbsentChallenge,
	"sweep takes what is idle":         sweepIdle,
	"sweep takes no more than allowed": sweepChallengesLimit,
}

// change locks a row, lets fn change it and saves it.
func (s storeCase) change(key domain.ChallengeKey, fn func(c *domain.Challenge) error) error {
	return s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		c, err := tx.Challenges.LockOrCreate(s.ctx, key)
		if err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
		return tx.Challenges.Save(s.ctx, c)
	})
}

// locked is the row as a transaction sees it; usecase.ErrNotFound when there is none.
func (s storeCase) locked(key domain.ChallengeKey) (found domain.Challenge, err error) {
	err = s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		c, err := tx.Challenges.Lock(s.ctx, key)
		if err == nil {
			found = *c
		}
		return err
	})
	return found, err
}

func lockOrCreate(t *testing.T, s storeCase) {
	for visit := range 3 {
		err := s.change(key("contact"), func(c *domain.Challenge) error {
			if c.Key != key("contact") || c.Failures != visit || c.Handle != "" || len(c.Sends) != 0 {
				t.Errorf("visit %d finds %+v", visit, c)
			}
			c.Fail(noon, 10)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Created and used again in one transaction, and created but not saved.
	s.do(t, func(tx usecase.Repositories) error {
		for range 2 {
			c, err := tx.Challenges.LockOrCreate(s.ctx, key("another"))
			if err != nil || c.Failures > 1 {
				return fmt.Errorf("%v, %w", c, err)
			}
			c.Fail(noon, 10)
			if err := tx.Challenges.Save(s.ctx, c); err != nil {
				return err
			}
		}
		_, err := tx.Challenges.LockOrCreate(s.ctx, key("left alone"))
		return err
	})
	if c, err := s.locked(key("another")); err != nil || c.Failures != 2 {
		t.Errorf("%+v, error %v; want two failures", c, err)
	}
}

func lockCreatesNothing(t *testing.T, s storeCase) {
	for range 2 {
		_, err := s.locked(key("contact"))
		mustFail(t, "a row that nobody made", err, usecase.ErrNotFound)
	}
	reason := errors.New("changed my mind")
	mustFail(t, "a row undone", s.change(key("contact"), func(*domain.Challenge) error { return reason }), reason)
	_, err := s.locked(key("contact"))
	mustFail(t, "a row whose making was undone", err, usecase.ErrNotFound)
}

func challengeRoundTrip(t *testing.T, s storeCase) {
	var sends []time.Time
	for i := range 100 {
		sends = append(sends, noon.Add(time.Duration(i)*time.Microsecond))
	}
	full := domain.Challenge{
		Key:    domain.ChallengeKey{Contact: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", Purpose: domain.PurposeResetPassword},
		Handle: "0123456789abcdef0123456789ABCDEF0123456789abcdef", Dialect: "bridgekeeper", Channel: domain.Email, AccountID: 1<<62 + 1,
		MAC:        []byte("\x00\xff\x80 and \xf0 are no text, and 32 octets"),
		CodeLength: 8, IssuedAt: noon, ExpiresAt: noon.Add(5 * time.Minute), GuessesLeft: 3, Used: true,
		GuessMemory: domain.GuessMemory{Failures: 1 << 30, WaitUntil: noon.Add(time.Hour)}, Sends: sends,
	}
	if err := s.change(full.Key, func(c *domain.Challenge) error { *c = full; return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := s.locked(full.Key)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "with every field", got, full)

	bare := domain.Challenge{Key: full.Key}
	if err := s.change(full.Key, func(c *domain.Challenge) error { *c = bare; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err = s.locked(full.Key); err != nil {
		t.Fatal(err)
	}
	mustBe(t, "with no field", got, bare)
}

func challengeKeys(t *testing.T, s storeCase) {
	keys := []domain.ChallengeKey{
		key("a"), key("A"), key("a "), key("b"),
		{Contact: "a", Purpose: domain.PurposePassword}, {Contact: "a", Purpose: "Login"}, {Contact: "", Purpose: "alogin"},
	}
	for i, k := range keys {
		if err := s.change(k, func(c *domain.Challenge) error { c.Failures += i; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for i, k := range keys {
		if c, err := s.locked(k); err != nil || c.Failures != i {
			t.Errorf("%q: %d failures, error %v; want %d", k, c.Failures, err, i)
		}
	}
}

func lockByHandle(t *testing.T, s storeCase) {
	policy := domain.DefaultCodePolicy(4)
	for _, name := range []string{"one", "two", "three"} {
		err := s.change(key(name), func(c *domain.Challenge) error { return c.Issue(noon, hands("Handle-"+name, "1234", policy)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, without := range []string{"four", "five"} {
		if err := s.change(key(without), func(*domain.Challenge) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	s.do(t, func(tx usecase.Repositories) error {
		c, err := tx.Challenges.LockByHandle(s.ctx, "Handle-two")
		if err != nil {
			return err
		}
		mustBe(t, "the row", c.Key, key("two"))
		mustBe(t, "the guess", c.Guess(noon, answers("Handle-two", "0000")) != nil, true)
		return tx.Challenges.Save(s.ctx, c)
	})
	if c, err := s.locked(key("two")); err != nil || c.Failures != 1 {
		t.Errorf("%+v, error %v; want the guess in the row", c, err)
	}
	s.do(t, func(tx usecase.Repositories) error {
		for _, unknown := range []string{
			"", "handle-two", "Handle-tw", "Handle-two ", "Handle-two\x00", "Handle-two\xff", "Handle-six", "%", string(make([]byte, 1<<16)),
		} {
			if _, err := tx.Challenges.LockByHandle(s.ctx, unknown); outcome(err) != "not found" {
				t.Errorf("handle %.20q: %v, want %v", unknown, err, usecase.ErrNotFound)
			}
		}
		return nil
	})
}

func replacedHandle(t *testing.T, s storeCase) {
	policy := domain.DefaultCodePolicy(4)
	for i, handle := range []string{"first", "second"} {
		at := noon.Add(time.Duration(i) * time.Hour)
		if err := s.change(key("contact"), func(c *domain.Challenge) error { return c.Issue(at, hands(handle, "1234", policy)) }); err != nil {
			t.Fatal(err)
		}
	}
	s.do(t, func(tx usecase.Repositories) error {
		_, err := tx.Challenges.LockByHandle(s.ctx, "first")
		mustFail(t, "the replaced handle", err, usecase.ErrNotFound)
		_, err = tx.Challenges.LockByHandle(s.ctx, "second")
		return err
	})
	// A handle is free again once it is replaced, and does not stick to the row that had it.
	if err := s.change(key("another"), func(c *domain.Challenge) error { return c.Issue(noon, hands("first", "1234", policy)) }); err != nil {
		t.Error(err)
	}
}

func saveAbsentChallenge(t *testing.T, s storeCase) {
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		return tx.Challenges.Save(s.ctx, &domain.Challenge{Key: key("nobody")})
	})
	mustFail(t, "a row that is not there", err, usecase.ErrNotFound)
}

// sweepIdle asks domain.Challenge.Idle what may go, a microsecond before and after each turning point.
func sweepIdle(t *testing.T, s storeCase) {
	const day = 24 * time.Hour
	issued := domain.Challenge{IssuedAt: noon, ExpiresAt: noon.Add(5 * time.Minute), Sends: []time.Time{noon}, Handle: "h1"}
	used := issued
	used.Used, used.Handle = true, "h2"
	failed := issued
	failed.Failures, failed.Handle = 1, "h3"
	waiting := failed
	waiting.Failures, waiting.WaitUntil, waiting.Handle = 12, noon.Add(time.Hour), "h4"
	rows := map[string]domain.Challenge{
		"empty": {}, "issued": issued, "used": used, "failed": failed, "waiting": waiting,
		"password": {GuessMemory: domain.GuessMemory{Failures: 3}, IssuedAt: noon},
	}
	for name, row := range rows {
		row.Key = key(name)
		if err := s.change(row.Key, func(c *domain.Challenge) error { *c = row; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	var moments []time.Time
	for _, after := range []time.Duration{
		0, 5 * time.Minute, day, day + 5*time.Minute, day + time.Hour, 30 * day, 30*day + 5*time.Minute, 30*day + time.Hour,
	} {
		moments = append(moments, noon.Add(after-time.Microsecond), noon.Add(after))
	}
	for _, now := range moments {
		want := 0
		for name, row := range rows {
			if row.Idle(now) {
				delete(rows, name)
				want++
			}
		}
		s.do(t, func(tx usecase.Repositories) error {
			n, err := tx.Challenges.Sweep(s.ctx, now, 100)
			mustBe(t, fmt.Sprintf("swept %s after", now.Sub(noon)), n, want)
			return err
		})
		for name := range rows {
			if _, err := s.locked(key(name)); err != nil {
				t.Errorf("%s after, %q is gone: %v", now.Sub(noon), name, err)
			}
		}
	}
	if len(rows) != 0 {
		t.Errorf("%d rows never become idle", len(rows))
	}
}

func sweepChallengesLimit(t *testing.T, s storeCase) {
	for i := range 5 {
		if err := s.change(key(fmt.Sprint(i)), func(*domain.Challenge) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2, 2, 1, 0} {
		s.do(t, func(tx usecase.Repositories) error {
			n, err := tx.Challenges.Sweep(s.ctx, noon, 2)
			mustBe(t, "swept", n, want)
			return err
		})
	}
}
