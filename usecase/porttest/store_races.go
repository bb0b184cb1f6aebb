package porttest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// racers is how many do the same at once.
const racers = 16

var raceCases = map[string]func(*testing.T, storeCase){
	"T2 wrong guesses at once are compared three times": wrongGuessesAtOnce,
	"C3 right answers at once succeed once":             rightAnswersAtOnce,
	"S1 sends at once go out once":                      sendsAtOnce,
	"T1 no failure is lost":                             noFailureLost,
	"K3 a refresh token used at once steps once":        refreshAtOnce,
	"signing up at once makes one account":              signUpAtOnce,
	"new rows side by side":                             newRowsSideBySide,
	"sending again while answering":                     sendWhileAnswering,
	"sweeping while in use":                             sweepWhileInUse,
	"revoking while refreshing":                         revokeWhileRefreshing,
	"opposite orders of locking come to an end":         oppositeOrders,
	"64 whole logins at once do not hang":               loginsDoNotHang,
}

func (s storeCase) issue(t *testing.T, contact, handle, code string) {
	t.Helper()
	err := s.change(key(contact), func(c *domain.Challenge) error {
		return c.Issue(noon, hands(handle, code, domain.DefaultCodePolicy(6)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// guess answers by the handle when there is one, else by the contact, and saves whatever came of it.
func (s storeCase) guess(contact, handle, code string) error {
	var verdict error
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) (err error) {
		var c *domain.Challenge
		if handle != "" {
			c, err = tx.Challenges.LockByHandle(s.ctx, handle)
		} else {
			c, err = tx.Challenges.Lock(s.ctx, key(contact))
		}
		if err != nil {
			return err
		}
		verdict = c.Guess(noon, answers(handle, code))
		return tx.Challenges.Save(s.ctx, c)
	})
	return errors.Join(err, verdict)
}

// either is the handle for every other racer.
func either(i int, handle string) string {
	if i%2 == 0 {
		return handle
	}
	return ""
}

func wrongGuessesAtOnce(t *testing.T, s storeCase) {
	s.issue(t, "contact", "handle", "123456")
	errs := race(racers, func(i int) error { return s.guess("contact", either(i, "handle"), "000000") })
	mustTally(t, errs, map[string]int{string(domain.CodeMismatch): 3, string(domain.CodeExhausted): racers - 3})
	if c, err := s.locked(key("contact")); err != nil || c.Failures != 3 {
		t.Errorf("%d failures are remembered, error %v; want 3", c.Failures, err)
	}
	mustTally(t, []error{s.guess("contact", "handle", "123456")}, map[string]int{string(domain.CodeExhausted): 1})
}

func rightAnswersAtOnce(t *testing.T, s storeCase) {
	s.issue(t, "contact", "handle", "123456")
	errs := race(racers, func(i int) error { return s.guess("contact", either(i, "handle"), "123456") })
	mustTally(t, errs, map[string]int{"": 1, string(domain.CodeUnknown): racers - 1})
}

func sendsAtOnce(t *testing.T, s storeCase) {
	errs := race(racers, func(i int) error {
		return s.change(key("contact"), func(c *domain.Challenge) error {
			return c.Issue(noon, hands(fmt.Sprint("handle", i), "123456", domain.DefaultCodePolicy(6)))
		})
	})
	mustTally(t, errs, map[string]int{"": 1, string(domain.CodeSendsLimited): racers - 1})
	if c, err := s.locked(key("contact")); err != nil || len(c.Sends) != 1 {
		t.Errorf("%d sends are remembered, error %v; want 1", len(c.Sends), err)
	}
}

func noFailureLost(t *testing.T, s storeCase) {
	const each = 5
	errs := race(racers, func(int) error {
		for range each {
			if err := s.change(key("contact"), func(c *domain.Challenge) error { c.Failures++; return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	mustTally(t, errs, map[string]int{"": racers})
	if c, err := s.locked(key("contact")); err != nil || c.Failures != racers*each {
		t.Errorf("%d failures are remembered, error %v; want %d", c.Failures, err, racers*each)
	}
}

// rotate uses a refresh token and tells the generation that came of it.
func (s storeCase) rotate(id string, now time.Time, generation uint32) (uint32, error) {
	var after uint32
	var verdict error
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		session, err := tx.Sessions.Lock(s.ctx, id)
		if err != nil {
			return err
		}
		verdict = session.Rotate(now, generation, domain.Lifetimes{Access: time.Hour, Idle: time.Hour, Absolute: 24 * time.Hour})
		after = session.Generation
		return tx.Sessions.Save(s.ctx, session)
	})
	return after, errors.Join(err, verdict)
}

func refreshAtOnce(t *testing.T, s storeCase) {
	s.open(t, newSession("s", s.member(t)))
	got := make([]uint32, racers)
	errs := race(racers, func(i int) (err error) {
		got[i], err = s.rotate("s", noon.Add(time.Minute), 0)
		return err
	})
	mustTally(t, errs, map[string]int{"": racers})
	for i, generation := range got {
		if generation != 1 {
			t.Errorf("racer %d got generation %d, want the one successor, 1", i, generation)
		}
	}
	session, _, err := s.Reader().Sessions.Load(s.ctx, "s")
	if err != nil || session.Generation != 1 || !session.Live(noon.Add(time.Minute)) {
		t.Errorf("the session is %+v, error %v; want it alive in generation 1", session, err)
	}
}

func signUpAtOnce(t *testing.T, s storeCase) {
	for kind, field := range identifierKinds {
		model := fullAccount()
		errs := race(racers, func(i int) error {
			a := domain.Account{UUID: fmt.Sprintf("%d-%d", kind, i), Name: fmt.Sprint(i)}
			*field(&a) = *field(&model)
			return s.Atomic(s.ctx, func(tx usecase.Repositories) error { return tx.Accounts.Create(s.ctx, &a) })
		})
		mustTally(t, errs, map[string]int{"": 1, "taken": racers - 1})
	}
	if all, err := s.Reader().Accounts.List(s.ctx, 0, 100); err != nil || len(all) != len(identifierKinds) {
		t.Errorf("%d accounts, error %v; want one for each kind, %d", len(all), err, len(identifierKinds))
	}
}

func newRowsSideBySide(t *testing.T, s storeCase) {
	const each = 10
	for _, undo := range []error{nil, errors.New("changed my mind")} {
		errs := race(racers, func(i int) error {
			for n := range each {
				err := s.change(key(fmt.Sprintf("%d-%d", n, i)), func(*domain.Challenge) error { return undo })
				if err != nil && !errors.Is(err, undo) {
					return err
				}
			}
			return nil
		})
		mustTally(t, errs, map[string]int{"": racers})
	}
	for n := range each {
		for i := range racers {
			if _, err := s.locked(key(fmt.Sprintf("%d-%d", n, i))); err != nil {
				t.Fatalf("row %d-%d: %v", n, i, err)
			}
		}
	}
}

func sendWhileAnswering(t *testing.T, s storeCase) {
	const each = 10
	s.issue(t, "contact", "handle 0-0", "123456")
	again := domain.CodePolicy{Length: 6, Lifetime: time.Minute, Attempts: 3, SendsPerHour: 1 << 20, SendsPerDay: 1 << 20}
	errs := race(racers, func(i int) error {
		for n := range each {
			handle := fmt.Sprintf("handle %d-%d", i, n)
			if i%2 == 0 {
				err := s.change(key("contact"), func(c *domain.Challenge) error { return c.Issue(noon, hands(handle, "123456", again)) })
				if err != nil {
					return fmt.Errorf("send: %w", err)
				}
				continue
			}
			err := s.guess("contact", fmt.Sprintf("handle %d-%d", i-1, n), "000000")
			if _, known := domain.AsFault(err).Code, outcome(err); known != "not found" && domain.AsFault(err).Kind != domain.Unauthenticated {
				return fmt.Errorf("answer: %w", err)
			}
		}
		return nil
	})
	mustTally(t, errs, map[string]int{"": racers})
}

func sweepWhileInUse(t *testing.T, s storeCase) {
	const each = 10
	errs := race(racers, func(i int) error {
		for n := range each {
			if i%4 == 0 {
				err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
					_, err := tx.Challenges.Sweep(s.ctx, noon, 3)
					return err
				})
				if err != nil {
					return fmt.Errorf("sweep: %w", err)
				}
				continue
			}
			// Some rows are worth keeping and some are idle at once.
			err := s.change(key(fmt.Sprint(n)), func(c *domain.Challenge) error {
				if i%4 == 1 {
					c.Failures++
					c.IssuedAt = noon
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("use: %w", err)
			}
		}
		return nil
	})
	mustTally(t, errs, map[string]int{"": racers})
	for n := range each {
		if c, err := s.locked(key(fmt.Sprint(n))); err != nil || c.Failures != racers/4 {
			t.Errorf("row %d has %d failures, error %v; want %d", n, c.Failures, err, racers/4)
		}
	}
}

func revokeWhileRefreshing(t *testing.T, s storeCase) {
	account := s.member(t)
	for i := range racers {
		s.open(t, newSession(fmt.Sprint(i), account))
	}
	errs := race(racers, func(i int) error {
		if i%2 == 0 {
			_, err := s.rotate(fmt.Sprint(i), noon.Add(time.Minute), 0)
			if domain.HasCode(err, domain.CodeTokenInvalid) {
				return nil
			}
			return err
		}
		return s.Atomic(s.ctx, func(tx usecase.Repositories) error {
			_, err := tx.Sessions.RevokeAll(s.ctx, account.ID, "", noon.Add(time.Minute))
			return err
		})
	})
	mustTally(t, errs, map[string]int{"": racers})
	if left, err := s.Reader().Sessions.ListByAccount(s.ctx, account.ID, noon.Add(time.Minute)); err != nil || len(left) != 0 {
		t.Errorf("%d sessions live, error %v; want none: a refresh brought one back", len(left), err)
	}
}

// oppositeOrders is the deadlock that a database can only solve by undoing one of the two.
func oppositeOrders(t *testing.T, s storeCase) {
	const each = 5
	for _, name := range []string{"a", "b"} {
		if err := s.change(key(name), func(*domain.Challenge) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	errs := race(racers, func(i int) error {
		order := []string{"a", "b"}
		if i%2 == 0 {
			order = []string{"b", "a"}
		}
		for range each {
			err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
				for _, name := range order {
					c, err := tx.Challenges.LockOrCreate(s.ctx, key(name))
					if err != nil {
						return err
					}
					c.Failures++
					if err := tx.Challenges.Save(s.ctx, c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	mustTally(t, errs, map[string]int{"": racers})
	for _, name := range []string{"a", "b"} {
		if c, err := s.locked(key(name)); err != nil || c.Failures != racers*each {
			t.Errorf("row %s has %d failures, error %v; want %d", name, c.Failures, err, racers*each)
		}
	}
}

func loginsDoNotHang(t *testing.T, s storeCase) {
	const callers = 64
	errs := race(callers, func(i int) error {
		a, contact, handle := newAccount(i), fmt.Sprint("contact", i), fmt.Sprint("handle", i)
		err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
			c, err := tx.Challenges.LockOrCreate(s.ctx, key(contact))
			if err != nil {
				return err
			}
			if err := c.Issue(noon, hands(handle, "123456", domain.DefaultCodePolicy(6))); err != nil {
				return err
			}
			m := due(handle, noon)
			return errors.Join(
				tx.Challenges.Save(s.ctx, c), tx.Outbox.Add(s.ctx, &m), tx.Accounts.Create(s.ctx, &a),
				tx.Audit.Append(s.ctx, domain.Event{At: noon, Action: "send", AccountID: a.ID}),
			)
		})
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		session := newSession(fmt.Sprint("session", i), a)
		err = s.Atomic(s.ctx, func(tx usecase.Repositories) error {
			c, err := tx.Challenges.LockByHandle(s.ctx, handle)
			if err != nil {
				return err
			}
			if err := c.Guess(noon, answers(handle, "123456")); err != nil {
				return err
			}
			return errors.Join(tx.Challenges.Save(s.ctx, c), tx.Sessions.Create(s.ctx, &session), tx.Outbox.Remove(s.ctx, handle))
		})
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		_, owner, err := s.Reader().Sessions.Load(s.ctx, session.ID)
		if err == nil && owner.Phone != a.Phone {
			err = fmt.Errorf("the session of %s belongs to %s", a.Phone, owner.Phone)
		}
		return err
	})
	mustTally(t, errs, map[string]int{"": callers})
}
