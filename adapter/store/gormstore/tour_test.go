package gormstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// fill makes n accounts with a session, a challenge, a message, a device and an event each.
func fill(t testing.TB, s usecase.Store, n int) {
	t.Helper()
	ctx := t.Context()
	for first := 0; first < n; first += 100 {
		err := s.Atomic(ctx, func(tx usecase.Repositories) error {
			for i := first; i < first+100; i++ {
				a, at := account(i), stamp.Add(time.Duration(i)*time.Second)
				if err := tx.Accounts.Create(ctx, a); err != nil {
					return err
				}
				session := sessionOf(sessionID(i), a)
				session.ExpiresAt = at
				m := usecase.OutboxMessage{ID: sessionID(i), NotBefore: at, ExpiresAt: at}
				err := errors.Join(tx.Sessions.Create(ctx, session), issue(ctx, tx, i, "first"), tx.Outbox.Add(ctx, &m),
					tx.Devices.Put(ctx, domain.Device{AccountID: a.ID, Platform: "fcm", Handle: sessionID(i)}),
					tx.Audit.Append(ctx, domain.Event{At: at, AccountID: a.ID}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tour calls everything that a store can do, with values that are there after fill.
func tour(ctx context.Context, s usecase.Store) error {
	return s.Atomic(ctx, func(tx usecase.Repositories) error {
		return errors.Join(tourAccounts(ctx, tx), tourLogins(ctx, tx), tourOutbox(ctx, tx), tourRecords(ctx, tx))
	})
}

// only is what went wrong, without what came of it.
func only[T any](_ T, err error) error { return err }

func tourAccounts(ctx context.Context, tx usecase.Repositories) error {
	first := account(1)
	ids := append(first.Identifiers(), domain.Identifier{Kind: domain.ByUUID, Value: first.UUID}, domain.Identifier{Kind: domain.ByID, Value: "2"})
	one, more := account(90_001), []*domain.Account{account(90_002), account(90_003)}
	errs := []error{
		only(tx.Accounts.List(ctx, 1000, 50)),
		only(tx.Accounts.FindAll(ctx, ids)),
		tx.Accounts.Create(ctx, one), tx.Accounts.Create(ctx, more...),
		tx.Accounts.Update(ctx, one), tx.Accounts.Update(ctx, more...),
	}
	for _, id := range ids {
		errs = append(errs, only(tx.Accounts.Find(ctx, id)))
	}
	if taken := tx.Accounts.Create(ctx, account(90_004), one); !errors.Is(taken, usecase.ErrTaken) {
		errs = append(errs, fmt.Errorf("an account twice: %w", taken))
	}
	return errors.Join(errs...)
}

func tourLogins(ctx context.Context, tx usecase.Repositories) error {
	session := sessionOf(sessionID(90_001), &domain.Account{ID: 2})
	_, _, loaded := tx.Sessions.Load(ctx, sessionID(1))
	return errors.Join(
		issue(ctx, tx, 1, "again"), issue(ctx, tx, 90_001, "new"),
		only(tx.Challenges.LockByHandle(ctx, fmt.Sprintf("first-%026d", 7))),
		only(tx.Challenges.Sweep(ctx, stamp.Add(-time.Hour), 5)),
		loaded, tx.Sessions.Create(ctx, session), only(tx.Sessions.Lock(ctx, session.ID)), tx.Sessions.Save(ctx, session),
		only(tx.Sessions.ListByAccount(ctx, 2, stamp)),
		only(tx.Sessions.RevokeAll(ctx, 2, session.ID, stamp)),
		only(tx.Sessions.Sweep(ctx, stamp.Add(5*time.Second), 5)),
	)
}

func tourOutbox(ctx context.Context, tx usecase.Repositories) error {
	m := usecase.OutboxMessage{ID: sessionID(90_001), NotBefore: stamp, ExpiresAt: stamp}
	_, _, counted := tx.Outbox.Stats(ctx)
	added := tx.Outbox.Add(ctx, &m)
	claimed, err := tx.Outbox.Claim(ctx, stamp.Add(time.Minute), stamp.Add(time.Hour), 5)
	if len(claimed) != 5 {
		return fmt.Errorf("claimed %d messages of 5: %w", len(claimed), err)
	}
	return errors.Join(counted, added, tx.Outbox.Postpone(ctx, &claimed[0]), tx.Outbox.Remove(ctx, claimed[1].ID))
}

func tourRecords(ctx context.Context, tx usecase.Repositories) error {
	return errors.Join(
		tx.Devices.Put(ctx, domain.Device{AccountID: 2, Platform: "fcm", Handle: "h"}), only(tx.Devices.List(ctx, 2)),
		tx.Keys.Add(ctx, &usecase.SigningKey{ID: "tour", CreatedAt: stamp}), tx.Keys.Retire(ctx, "tour", stamp), only(tx.Keys.List(ctx)),
		tx.Audit.Append(ctx, domain.Event{At: stamp, AccountID: 2}), only(tx.Audit.ListByAccount(ctx, 2, 20)),
	)
}
