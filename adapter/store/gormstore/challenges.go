package gormstore

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"latchkey/domain"
	"latchkey/infrastructure/database"
	"latchkey/usecase"
)

var (
	challengeTable = tableOf[challengeRow]()

	lockChallenge         = locking(challengeTable.selects("lock challenge", "contact_key = ? AND purpose = ?"))
	lockChallengeByHandle = locking(challengeTable.selects("lock challenge by handle", "handle = ?"))
	// On MySQL this waits for another who inserts the same row and then holds an exclusive lock. INSERT IGNORE would take a
	// shared one, and two who hold that deadlock as soon as both want more.
	createChallenge = &statement{
		doing:  "create challenge",
		sqlite: challengeTable.inserts(0, 1),
		mysql:  challengeTable.inserts(0, 1) + " ON DUPLICATE KEY UPDATE contact_key = contact_key",
	}
	saveChallenge   = same("save challenge", challengeTable.updates(2))
	sweepChallenges = sweeping("challenges", "contact_key, purpose", "idle_from")
)

type challenges struct{ *session }

func (r challenges) Lock(ctx context.Context, key domain.ChallengeKey) (*domain.Challenge, error) {
	return r.lock(ctx, lockChallenge, key.Contact, string(key.Purpose))
}

func (r challenges) LockByHandle(ctx context.Context, handle string) (*domain.Challenge, error) {
	if handle == "" || !utf8.ValidString(handle) {
		return nil, usecase.ErrNotFound
	}
	return r.lock(ctx, lockChallengeByHandle, handle)
}

func (r challenges) lock(ctx context.Context, st *statement, args ...any) (*domain.Challenge, error) {
	var row challengeRow
	if err := r.one(ctx, st, challengeTable.into(&row), args...); err != nil {
		return nil, err
	}
	return row.challenge(), nil
}

// LockOrCreate is one statement for a row that exists. Under READ COMMITTED a search that finds nothing locks nothing, so that
// those who then insert neighbouring rows do not wait for each other.
func (r challenges) LockOrCreate(ctx context.Context, key domain.ChallengeKey) (*domain.Challenge, error) {
	c, err := r.Lock(ctx, key)
	if !errors.Is(err, usecase.ErrNotFound) {
		return c, err
	}
	empty := &domain.Challenge{Key: key}
	row := rowOfChallenge(empty)
	if _, err := r.exec(ctx, createChallenge, challengeTable.inserted(&row, 0)...); err != nil {
		return nil, err
	}
	if r.dialect == database.SQLite {
		return empty, nil
	}
	return r.Lock(ctx, key)
}

func (r challenges) Save(ctx context.Context, c *domain.Challenge) error {
	row := rowOfChallenge(c)
	return r.update(ctx, saveChallenge, challengeTable.updated(&row, 2)...)
}

func (r challenges) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return r.met(ctx, sweepChallenges, micros(now), limit)
}
