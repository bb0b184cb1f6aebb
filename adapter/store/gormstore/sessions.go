package gormstore

import (
	"context"
	"time"
	"unicode/utf8"

	"latchkey/domain"
	"latchkey/usecase"
)

var (
	sessionTable = tableOf[sessionRow]()

	createSession = same("create session", sessionTable.inserts(0, 1))
	loadSession   = selecting("load session", append(sessionTable.of("s"), accountTable.of("a")...),
		"FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.id = ?")
	lockSession    = locking(sessionTable.selects("lock session", "id = ?"))
	saveSession    = same("save session", sessionTable.updates(1))
	revokeSessions = same("revoke sessions", "UPDATE sessions SET revoked_at = ? WHERE account_id = ? AND expires_at > ?"+
		" AND idle_until > ? AND revoked_at = 0 AND id <> ?")
	sweepSessions = sweeping("sessions", "id", "expires_at")
)

type sessions struct{ *session }

func (r sessions) Create(ctx context.Context, s *domain.Session) error {
	row := rowOfSession(s)
	_, err := r.exec(ctx, createSession, sessionTable.inserted(&row, 0)...)
	return err
}

func (r sessions) Load(ctx context.Context, id string) (domain.Session, domain.Account, error) {
	if !utf8.ValidString(id) {
		return domain.Session{}, domain.Account{}, usecase.ErrNotFound
	}
	var s sessionRow
	var a accountRow
	if err := r.one(ctx, loadSession, append(sessionTable.into(&s), accountTable.into(&a)...), id); err != nil {
		return domain.Session{}, domain.Account{}, err
	}
	account, err := a.account()
	return s.session(), account, err
}

func (r sessions) Lock(ctx context.Context, id string) (*domain.Session, error) {
	if !utf8.ValidString(id) {
		return nil, usecase.ErrNotFound
	}
	var row sessionRow
	if err := r.one(ctx, lockSession, sessionTable.into(&row), id); err != nil {
		return nil, err
	}
	s := row.session()
	return &s, nil
}

func (r sessions) Save(ctx context.Context, s *domain.Session) error {
	row := rowOfSession(s)
	return r.update(ctx, saveSession, sessionTable.updated(&row, 1)...)
}

func (r sessions) ListByAccount(ctx context.Context, accountID int64, now time.Time) ([]domain.Session, error) {
	at := micros(now)
	query := r.orm(ctx).Where("account_id = ? AND expires_at > ? AND idle_until > ? AND revoked_at = 0", accountID, at, at).
		Order("created_at DESC, id")
	return list(r.session, "list sessions", query, (*sessionRow).session)
}

func (r sessions) Sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	return r.met(ctx, sweepSessions, micros(before)-1, limit)
}

func (r sessions) RevokeAll(ctx context.Context, accountID int64, except string, now time.Time) (int, error) {
	at := micros(now)
	return r.met(ctx, revokeSessions, at, accountID, at, at, except)
}
