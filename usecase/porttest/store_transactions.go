package porttest

import (
	"context"
	"errors"
	"testing"

	"latchkey/domain"
	"latchkey/usecase"
)

var transactionCases = map[string]func(*testing.T, storeCase){
	"answers a ping":                              answersPing,
	"a commit is visible to the reader":           commitIsVisible,
	"a transaction sees its own writes":           seesOwnWrites,
	"an error undoes everything":                  errorUndoes,
	"a panic undoes everything":                   panicUndoes,
	"a caller who hangs up does not end it":       hangingUpDoesNotEnd,
	"an error that was passed over is no failure": passedOverError,
	"the reader neither locks nor writes":         readerIsReadOnly,
}

func answersPing(t *testing.T, s storeCase) {
	if err := s.Ping(s.ctx); err != nil {
		t.Fatal(err)
	}
}

func commitIsVisible(t *testing.T, s storeCase) {
	reader := s.Reader()
	a := newAccount(1)
	s.do(t, func(tx usecase.Repositories) error {
		if err := tx.Accounts.Create(s.ctx, &a); err != nil {
			return err
		}
		_, err := reader.Accounts.Find(s.ctx, byUUID(a))
		mustFail(t, "the reader, before the commit", err, usecase.ErrNotFound)
		return nil
	})
	found, err := reader.Accounts.Find(s.ctx, byUUID(a))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "after the commit", found, a)
}

func byUUID(a domain.Account) domain.Identifier {
	return domain.Identifier{Kind: domain.ByUUID, Value: a.UUID}
}

func seesOwnWrites(t *testing.T, s storeCase) {
	s.do(t, func(tx usecase.Repositories) error {
		a := newAccount(1)
		if err := tx.Accounts.Create(s.ctx, &a); err != nil {
			return err
		}
		if _, err := tx.Accounts.Find(s.ctx, byUUID(a)); err != nil {
			t.Errorf("its own account: %v", err)
		}
		session := newSession("s", a)
		if err := tx.Sessions.Create(s.ctx, &session); err != nil {
			return err
		}
		_, _, err := tx.Sessions.Load(s.ctx, "s")
		return err
	})
}

// writeAll leaves something in every collection.
func writeAll(ctx context.Context, tx usecase.Repositories) error {
	a := newAccount(1)
	if err := tx.Accounts.Create(ctx, &a); err != nil {
		return err
	}
	c, err := tx.Challenges.LockOrCreate(ctx, key("contact"))
	if err != nil {
		return err
	}
	if err := c.Issue(noon, hands("handle", "1234", domain.DefaultCodePolicy(4))); err != nil {
		return err
	}
	session := newSession("session", a)
	return errors.Join(
		tx.Challenges.Save(ctx, c),
		tx.Sessions.Create(ctx, &session),
		tx.Outbox.Add(ctx, &usecase.OutboxMessage{ID: "message", Sealed: []byte("sealed"), NotBefore: noon, ExpiresAt: noon}),
		tx.Devices.Put(ctx, domain.Device{AccountID: a.ID, Platform: "fcm", Handle: "device"}),
		tx.Keys.Add(ctx, &usecase.SigningKey{ID: "key", Algorithm: "ES256", CreatedAt: noon}),
		tx.Audit.Append(ctx, domain.Event{At: noon, Action: "send", AccountID: a.ID}),
	)
}

// mustBeEmpty looks for what writeAll wrote, by writing it once more and finding the IDs free.
func mustBeEmpty(t *testing.T, s storeCase) {
	t.Helper()
	s.do(t, func(tx usecase.Repositories) error {
		_, err := tx.Challenges.Lock(s.ctx, key("contact"))
		mustFail(t, "the challenge", err, usecase.ErrNotFound)
		_, err = tx.Challenges.LockByHandle(s.ctx, "handle")
		mustFail(t, "the handle", err, usecase.ErrNotFound)
		_, _, err = tx.Sessions.Load(s.ctx, "session")
		mustFail(t, "the session", err, usecase.ErrNotFound)
		accounts, err := tx.Accounts.List(s.ctx, 0, 10)
		waiting, _, statsErr := tx.Outbox.Stats(s.ctx)
		keys, keysErr := tx.Keys.List(s.ctx)
		if len(accounts)+waiting+len(keys) != 0 {
			t.Errorf("%d accounts, %d messages and %d keys are left, want none", len(accounts), waiting, len(keys))
		}
		return errors.Join(err, statsErr, keysErr, writeAll(s.ctx, tx))
	})
	accounts, err := s.Reader().Accounts.List(s.ctx, 0, 10)
	if err != nil || len(accounts) != 1 {
		t.Fatalf("accounts %v, error %v; want one", accounts, err)
	}
	devices, err := s.Reader().Devices.List(s.ctx, accounts[0].ID)
	if err != nil || len(devices) != 1 {
		t.Errorf("devices %v, error %v; want one", devices, err)
	}
	events, err := s.Reader().Audit.ListByAccount(s.ctx, accounts[0].ID, 10)
	if err != nil || len(events) != 1 {
		t.Errorf("events %v, error %v; want one", events, err)
	}
}

func errorUndoes(t *testing.T, s storeCase) {
	reason := errors.New("changed my mind")
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error {
		return errors.Join(writeAll(s.ctx, tx), reason)
	})
	if err == nil || err.Error() != reason.Error() {
		t.Errorf("error %v, want %v", err, reason)
	}
	mustBeEmpty(t, s)
}

func panicUndoes(t *testing.T, s storeCase) {
	func() {
		defer func() {
			if thrown := recover(); thrown != "out" {
				t.Errorf("recovered %v, want what was thrown", thrown)
			}
		}()
		_ = s.Atomic(s.ctx, func(tx usecase.Repositories) error {
			if err := writeAll(s.ctx, tx); err != nil {
				t.Error(err)
			}
			panic("out")
		})
	}()
	mustBeEmpty(t, s)
}

func hangingUpDoesNotEnd(t *testing.T, s storeCase) {
	ctx, hangUp := context.WithCancel(s.ctx)
	err := s.Atomic(ctx, func(tx usecase.Repositories) error {
		c, err := tx.Challenges.LockOrCreate(ctx, key("contact"))
		if err != nil {
			return err
		}
		hangUp()
		c.Fail(noon, 10)
		if err := tx.Challenges.Save(ctx, c); err != nil {
			return err
		}
		// One statement of each repository, the caller long gone.
		a := newAccount(1)
		if err := tx.Accounts.Create(ctx, &a); err != nil {
			return err
		}
		session := newSession("s", a)
		_, listed := tx.Keys.List(ctx)
		return errors.Join(
			tx.Sessions.Create(ctx, &session),
			tx.Outbox.Add(ctx, &usecase.OutboxMessage{ID: "m", NotBefore: noon, ExpiresAt: noon}),
			tx.Devices.Put(ctx, domain.Device{AccountID: a.ID, Platform: "fcm", Handle: "h"}),
			tx.Audit.Append(ctx, domain.Event{At: noon}),
			listed,
		)
	})
	if err != nil {
		t.Fatalf("the transaction of a caller who hung up: %v", err)
	}
	s.do(t, func(tx usecase.Repositories) error {
		c, err := tx.Challenges.Lock(s.ctx, key("contact"))
		if err == nil && c.Failures != 1 {
			t.Errorf("%d failures were counted, want 1: hanging up refunds a guess", c.Failures)
		}
		return err
	})
}

func passedOverError(t *testing.T, s storeCase) {
	s.do(t, func(tx usecase.Repositories) error {
		_, err := tx.Accounts.Find(s.ctx, byUUID(newAccount(1)))
		mustFail(t, "an account that is not there", err, usecase.ErrNotFound)
		_, err = tx.Sessions.Lock(s.ctx, "nobody's")
		mustFail(t, "a session that is not there", err, usecase.ErrNotFound)
		return writeAll(s.ctx, tx)
	})
	if _, _, err := s.Reader().Sessions.Load(s.ctx, "session"); err != nil {
		t.Errorf("what was written after an error: %v", err)
	}
}

func readerIsReadOnly(t *testing.T, s storeCase) {
	s.do(t, func(tx usecase.Repositories) error { return writeAll(s.ctx, tx) })
	reader, other := s.Reader(), newAccount(2)
	session := newSession("another", domain.Account{ID: 1})
	_, locked := reader.Challenges.LockOrCreate(s.ctx, key("contact"))
	_, lockedSession := reader.Sessions.Lock(s.ctx, "session")
	_, claimed := reader.Outbox.Claim(s.ctx, noon, noon, 1)
	for what, err := range map[string]error{
		"create account": reader.Accounts.Create(s.ctx, &other),
		"create session": reader.Sessions.Create(s.ctx, &session),
		"append event":   reader.Audit.Append(s.ctx, domain.Event{At: noon}),
		"add key":        reader.Keys.Add(s.ctx, &usecase.SigningKey{ID: "k", CreatedAt: noon}),
		"put device":     reader.Devices.Put(s.ctx, domain.Device{AccountID: 1, Platform: "fcm", Handle: "h"}),
		"lock challenge": locked, "lock session": lockedSession, "claim": claimed,
	} {
		if err == nil {
			t.Errorf("%s outside a transaction: no error", what)
		}
	}
}
