package porttest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var _ usecase.Store = (*MemStore)(nil)

// errOutside is a mistake of the caller: what locks or writes needs a transaction.
var errOutside = errors.New("locking and writing need a transaction")

// MemStore is a usecase.Store in memory: one transaction at a time, on a copy that takes the place of the original when it is
// committed. It passes Store.
type MemStore struct {
	turn      chan struct{}
	committed atomic.Pointer[memState]
}

// NewMemStore makes an empty store.
func NewMemStore() *MemStore {
	s := &MemStore{turn: make(chan struct{}, 1)}
	s.committed.Store(newMemState())
	return s
}

// Atomic runs fn alone. It waits for its turn as long as ctx lets it.
func (s *MemStore) Atomic(ctx context.Context, fn func(tx usecase.Repositories) error) error {
	if err := ctx.Err(); err != nil {
		return domain.UnavailableBecause(err)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return domain.UnavailableBecause(ctx.Err())
	}
	state := s.committed.Load().clone()
	if err := fn(s.repositories(state)); err != nil {
		return err
	}
	s.committed.Store(state)
	return nil
}

// Reader sees what is committed, also while a transaction runs.
func (s *MemStore) Reader() usecase.Repositories { return s.repositories(nil) }

// Ping always succeeds.
func (s *MemStore) Ping(context.Context) error { return nil }

// Waiting returns the messages in the outbox, in order of NotBefore, without claiming them.
func (s *MemStore) Waiting() []usecase.OutboxMessage { return s.committed.Load().waiting() }

// Events returns the whole audit trail, oldest first.
func (s *MemStore) Events() []domain.Event { return slices.Clone(s.committed.Load().events) }

// memState is everything that a store keeps. One that is committed never changes again.
type memState struct {
	accounts    map[int64]domain.Account
	owners      map[domain.Identifier]int64
	lastAccount int64
	challenges  map[domain.ChallengeKey]domain.Challenge
	sessions    map[string]domain.Session
	outbox      map[string]usecase.OutboxMessage
	devices     map[deviceKey]domain.Device
	keys        map[string]usecase.SigningKey
	events      []domain.Event
}

type deviceKey struct{ platform, handle string }

func newMemState() *memState {
	return &memState{
		accounts:   map[int64]domain.Account{},
		owners:     map[domain.Identifier]int64{},
		challenges: map[domain.ChallengeKey]domain.Challenge{},
		sessions:   map[string]domain.Session{},
		outbox:     map[string]usecase.OutboxMessage{},
		devices:    map[deviceKey]domain.Device{},
		keys:       map[string]usecase.SigningKey{},
	}
}

func (m *memState) clone() *memState {
	return &memState{
		accounts:    maps.Clone(m.accounts),
		owners:      maps.Clone(m.owners),
		lastAccount: m.lastAccount,
		challenges:  maps.Clone(m.challenges),
		sessions:    maps.Clone(m.sessions),
		outbox:      maps.Clone(m.outbox),
		devices:     maps.Clone(m.devices),
		keys:        maps.Clone(m.keys),
		events:      slices.Clone(m.events),
	}
}

// mem is what the repositories share: a transaction, or nil and with it whatever is committed.
type mem struct {
	store *MemStore
	tx    *memState
}

func (m mem) now() *memState {
	if m.tx != nil {
		return m.tx
	}
	return m.store.committed.Load()
}

func (m mem) write() error {
	if m.tx == nil {
		return errOutside
	}
	return nil
}

func (s *MemStore) repositories(tx *memState) usecase.Repositories {
	shared := mem{s, tx}
	return usecase.Repositories{
		Accounts:   memAccounts{shared},
		Challenges: memChallenges{shared},
		Sessions:   memSessions{shared},
		Outbox:     memOutbox{shared},
		Devices:    memDevices{shared},
		Keys:       memKeys{shared},
		Audit:      memAudit{shared},
	}
}

// kept is a time as databases keep it.
func kept(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// keptList is a copy, which is nil when there is nothing in it.
func keptList[E any](list []E) []E {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}
