package httpapitest

import (
	"context"
	"sync"

	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// issueOrder is a store that remembers in which order messages went into the outbox.
type issueOrder struct {
	*porttest.MemStore
	mutex sync.Mutex
	at    map[string]int
}

// Atomic hands fn an outbox that notes what is added.
func (s *issueOrder) Atomic(ctx context.Context, fn func(tx usecase.Repositories) error) error {
	return s.MemStore.Atomic(ctx, func(tx usecase.Repositories) error {
		tx.Outbox = notingOutbox{tx.Outbox, s}
		return fn(tx)
	})
}

// of is the place of a message in that order.
func (s *issueOrder) of(id string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at[id]
}

type notingOutbox struct {
	usecase.OutboxRepository
	order *issueOrder
}

// Add notes the message and adds it.
func (o notingOutbox) Add(ctx context.Context, m *usecase.OutboxMessage) error {
	o.order.mutex.Lock()
	o.order.at[m.ID] = len(o.order.at) + 1
	o.order.mutex.Unlock()
	return o.OutboxRepository.Add(ctx, m)
}
