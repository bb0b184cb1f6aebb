package usecase

import (
	"context"
	"errors"

	"latchkey/domain"
)

// AuthenticateIn shows an access token.
type AuthenticateIn struct {
	Caller
	Token string
	// Scope is what the session must be good for; empty means ScopeFull. It also tells the kind of the token.
	Scope domain.Scope
}

// Identity is who a token speaks for.
type Identity struct {
	Account domain.Account
	Session domain.Session
}

// authenticate checks a token and, with one read, that its session still lives. It is the hot path.
type authenticate struct {
	store  Store
	clock  Clock
	tokens TokenSigner
}

// Execute returns CodeTokenMissing, CodeTokenExpired, CodeTokenInvalid, or CodeAccountDisabled for a genuine token of an account
// that is locked out, whose sessions have ended with that.
func (s *authenticate) Execute(ctx context.Context, in AuthenticateIn) (Identity, error) {
	if in.Token == "" {
		return Identity{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenMissing)
	}
	kind, scope := in.Dialect.Access, domain.ScopeFull
	if in.Scope == domain.ScopeReset {
		kind, scope = in.Dialect.Reset, domain.ScopeReset
	}
	claims, err := s.tokens.Verify(ctx, kind, in.Token)
	if err != nil {
		return Identity{}, err
	}
	session, account, err := s.store.Reader().Sessions.Load(ctx, claims.SessionID)
	invalid := domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	switch {
	case errors.Is(err, ErrNotFound):
		return Identity{}, invalid
	case err != nil:
		return Identity{}, err
	case session.Dialect != in.Dialect.Name || session.Scope != scope:
		return Identity{}, invalid
	case account.Disabled:
		return Identity{}, domain.NewFault(domain.Forbidden, domain.CodeAccountDisabled)
	case !session.Live(s.clock.Now()):
		return Identity{}, invalid
	}
	return Identity{Account: account, Session: session}, nil
}
