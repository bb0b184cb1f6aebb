package porttest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

type memChallenges struct{ mem }

func keptChallenge(c domain.Challenge) domain.Challenge {
	c.MAC = keptList(c.MAC)
	c.IssuedAt, c.ExpiresAt, c.WaitUntil = kept(c.IssuedAt), kept(c.ExpiresAt), kept(c.WaitUntil)
	c.Sends = keptList(c.Sends)
	for i, at := range c.Sends {
		c.Sends[i] = kept(at)
	}
	return c
}

func (m memChallenges) LockOrCreate(_ context.Context, key domain.ChallengeKey) (*domain.Challenge, error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	if _, found := m.now().challenges[key]; !found {
		m.now().challenges[key] = domain.Challenge{Key: key}
	}
	c := keptChallenge(m.now().challenges[key])
	return &c, nil
}

func (m memChallenges) Lock(ctx context.Context, key domain.ChallengeKey) (*domain.Challenge, error) {
	if _, found := m.now().challenges[key]; !found {
		return nil, usecase.ErrNotFound
	}
	return m.LockOrCreate(ctx, key)
}

func (m memChallenges) LockByHandle(ctx context.Context, handle string) (*domain.Challenge, error) {
	for key, c := range m.now().challenges {
		if handle != "" && c.Handle == handle {
			return m.LockOrCreate(ctx, key)
		}
	}
	return nil, usecase.ErrNotFound
}

func (m memChallenges) Save(_ context.Context, c *domain.Challenge) error {
	if err := m.write(); err != nil {
		return err
	}
	if _, found := m.now().challenges[c.Key]; !found {
		return usecase.ErrNotFound
	}
	m.now().challenges[c.Key] = keptChallenge(*c)
	return nil
}

func (m memChallenges) Sweep(_ context.Context, now time.Time, limit int) (int, error) {
	return sweep(m.mem, m.now().challenges, limit, func(c domain.Challenge) bool { return c.Idle(now) })
}

func sweep[K comparable, V any](m mem, all map[K]V, limit int, over func(V) bool) (int, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	n := 0
	for key, value := range all {
		if n < limit && over(value) {
			delete(all, key)
			n++
		}
	}
	return n, nil
}

type memSessions struct{ mem }

func keptSession(s domain.Session) domain.Session {
	s.CreatedAt, s.IdleUntil, s.ExpiresAt = kept(s.CreatedAt), kept(s.IdleUntil), kept(s.ExpiresAt)
	s.RevokedAt, s.RotatedAt = kept(s.RevokedAt), kept(s.RotatedAt)
	s.Seed = keptList(s.Seed)
	return s
}

func (m memSessions) Create(_ context.Context, s *domain.Session) error {
	if err := m.write(); err != nil {
		return err
	}
	if _, taken := m.now().sessions[s.ID]; taken {
		return usecase.ErrTaken
	}
	m.now().sessions[s.ID] = keptSession(*s)
	return nil
}

func (m memSessions) Load(_ context.Context, id string) (domain.Session, domain.Account, error) {
	state := m.now()
	s, found := state.sessions[id]
	a, known := state.accounts[s.AccountID]
	if !found || !known {
		return domain.Session{}, domain.Account{}, usecase.ErrNotFound
	}
	return keptSession(s), keptAccount(a), nil
}

func (m memSessions) Lock(_ context.Context, id string) (*domain.Session, error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	s, found := m.now().sessions[id]
	if !found {
		return nil, usecase.ErrNotFound
	}
	s = keptSession(s)
	return &s, nil
}

func (m memSessions) Save(_ context.Context, s *domain.Session) error {
	if err := m.write(); err != nil {
		return err
	}
	if _, found := m.now().sessions[s.ID]; !found {
		return usecase.ErrNotFound
	}
	m.now().sessions[s.ID] = keptSession(*s)
	return nil
}

func (m memSessions) ListByAccount(_ context.Context, accountID int64, now time.Time) ([]domain.Session, error) {
	var all []domain.Session
	for _, s := range m.now().sessions {
		if s.AccountID == accountID && s.Live(now) {
			all = append(all, keptSession(s))
		}
	}
	slices.SortFunc(all, func(a, b domain.Session) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (m memSessions) Sweep(_ context.Context, before time.Time, limit int) (int, error) {
	return sweep(m.mem, m.now().sessions, limit, func(s domain.Session) bool { return s.ExpiresAt.Before(before) })
}

func (m memSessions) RevokeAll(_ context.Context, accountID int64, except string, now time.Time) (int, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	n := 0
	for id, s := range m.now().sessions {
		if s.AccountID == accountID && id != except && s.Live(now) {
			s.Revoke(kept(now))
			m.now().sessions[id] = s
			n++
		}
	}
	return n, nil
}
