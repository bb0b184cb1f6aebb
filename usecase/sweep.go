package usecase

import (
	"context"
	"time"
)

// SweepIn asks to delete what says nothing any more.
type SweepIn struct{ Caller }

// SweepOut counts what was deleted.
type SweepOut struct{ Challenges, Sessions int }

const (
	sweepBatch = 500
	// sessionMemory is how long an ended session stays listed, so that an audit finds it.
	sessionMemory = 7 * 24 * time.Hour
)

type sweep struct {
	store Store
	clock Clock
}

// Execute deletes idle challenges and long expired sessions, in batches that hold no lock for long.
func (s *sweep) Execute(ctx context.Context, _ SweepIn) (SweepOut, error) {
	var out SweepOut
	for more := true; more && ctx.Err() == nil; {
		var challenges, sessions int
		err := s.store.Atomic(ctx, func(tx Repositories) (err error) {
			if challenges, err = tx.Challenges.Sweep(ctx, s.clock.Now(), sweepBatch); err != nil {
				return err
			}
			sessions, err = tx.Sessions.Sweep(ctx, s.clock.Now().Add(-sessionMemory), sweepBatch)
			return err
		})
		if err != nil {
			return out, err
		}
		out.Challenges += challenges
		out.Sessions += sessions
		more = challenges == sweepBatch || sessions == sweepBatch
	}
	return out, nil
}
