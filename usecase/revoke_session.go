package usecase

import (
	"context"
	"errors"

	"latchkey/domain"
)

// RevokeSessionIn names a session by what its holder has: the id of an authenticated one, or a refresh token.
type RevokeSessionIn struct {
	Caller
	SessionID    string
	RefreshToken string
}

// revokeSession logs out.
type revokeSession struct {
	store  Store
	clock  Clock
	opener *opener
	trail  trail
}

// Execute succeeds also when there is nothing to end: whoever logs out is logged out.
func (s *revokeSession) Execute(ctx context.Context, in RevokeSessionIn) (Done, error) {
	id, generation, mac, byToken := readRefreshToken(in.RefreshToken)
	if in.SessionID == "" && !byToken {
		return Done{}, nil
	}
	return Done{}, s.store.Atomic(ctx, func(tx Repositories) error {
		var session *domain.Session
		var err error
		if in.SessionID != "" {
			session, err = tx.Sessions.Lock(ctx, in.SessionID)
		} else {
			session, err = lockOwned(ctx, tx, s.opener, in.Caller, id, generation, mac)
		}
		if errors.Is(err, ErrNotFound) || domain.AsFault(err).IsRefusal() {
			return nil
		}
		if err != nil {
			return err
		}
		if !session.RevokedAt.IsZero() {
			return nil
		}
		session.Revoke(s.clock.Now())
		if err := tx.Sessions.Save(ctx, session); err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "logout", account: session.AccountID, ref: session.ID})
	})
}
