package usecase

import (
	"context"
	"slices"

	"latchkey/domain"
)

// ListSessionsIn asks for the live sessions of an account.
type ListSessionsIn struct {
	Caller
	AccountID int64
}

type listSessions struct {
	store Store
	clock Clock
}

// Execute lists the caller's dialect's sessions only, the newest first, and never the one that sets a password.
func (s *listSessions) Execute(ctx context.Context, in ListSessionsIn) ([]domain.Session, error) {
	sessions, err := s.store.Reader().Sessions.ListByAccount(ctx, in.AccountID, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sessions, func(session domain.Session) bool {
		return session.Dialect != in.Dialect.Name || session.Scope != domain.ScopeFull
	}), nil
}

// CountSessionsIn asks how many sessions of an account live.
type CountSessionsIn struct {
	Caller
	AccountID int64
}

type countSessions struct{ list *listSessions }

// Execute counts what ListSessions lists.
func (s *countSessions) Execute(ctx context.Context, in CountSessionsIn) (int, error) {
	sessions, err := s.list.Execute(ctx, ListSessionsIn(in))
	return len(sessions), err
}
