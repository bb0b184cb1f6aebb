package usecase

import (
	"context"
	"errors"

	"latchkey/domain"
)

// RefreshSessionIn shows a refresh token.
type RefreshSessionIn struct {
	Caller
	Token string
}

// refreshSession rotates the refresh token and makes a new access token (K3).
type refreshSession struct {
	store  Store
	clock  Clock
	opener *opener
	trail  trail
}

// Execute returns CodeTokenMissing, CodeTokenInvalid, or CodeTokenReused when an old token came again and ended the session.
func (s *refreshSession) Execute(ctx context.Context, in RefreshSessionIn) (Grant, error) {
	if in.Token == "" {
		return Grant{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenMissing)
	}
	id, generation, mac, ok := readRefreshToken(in.Token)
	if !ok {
		return Grant{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	}
	var out opened
	var verdict error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		now := s.clock.Now()
		session, account, err := s.owned(ctx, tx, in, id, generation, mac)
		if verdict = err; err != nil {
			if domain.AsFault(err).IsRefusal() {
				return nil
			}
			return err
		}
		before := *session
		verdict = session.Rotate(now, generation, in.Dialect.Lifetimes)
		if before.Generation != session.Generation || before.RevokedAt != session.RevokedAt {
			if err := tx.Sessions.Save(ctx, session); err != nil {
				return err
			}
		}
		out = opened{account, *session, now}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "refresh", account: account.ID, ref: session.ID, err: verdict})
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return Grant{}, err
	}
	return s.opener.grant(ctx, in.Caller, out)
}

// owned finds the session of an authentic refresh token and its account.
func (s *refreshSession) owned(ctx context.Context, tx Repositories, in RefreshSessionIn, id string, generation uint32, mac []byte) (*domain.Session, domain.Account, error) {
	session, err := lockOwned(ctx, tx, s.opener, in.Caller, id, generation, mac)
	if err != nil {
		return nil, domain.Account{}, err
	}
	account, err := tx.Accounts.Find(ctx, accountIdentifier(session.AccountID))
	if errors.Is(err, ErrNotFound) || (err == nil && account.Disabled) {
		return nil, domain.Account{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	}
	return session, account, err
}

// lockOwned locks the session that an authentic refresh token of the caller's dialect belongs to.
func lockOwned(ctx context.Context, tx Repositories, o *opener, caller Caller, id string, generation uint32, mac []byte) (*domain.Session, error) {
	session, err := tx.Sessions.Lock(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	case err != nil:
		return nil, err
	case session.Dialect != caller.Dialect.Name || !o.owns(session, generation, mac):
		return nil, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	}
	return session, nil
}
