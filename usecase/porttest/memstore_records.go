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

type memOutbox struct{ mem }

func keptMessage(o usecase.OutboxMessage) usecase.OutboxMessage {
	o.Sealed = keptList(o.Sealed)
	o.ExpiresAt, o.NotBefore = kept(o.ExpiresAt), kept(o.NotBefore)
	return o
}

func (m *memState) waiting() []usecase.OutboxMessage {
	all := make([]usecase.OutboxMessage, 0, len(m.outbox))
	for _, o := range m.outbox {
		all = append(all, keptMessage(o))
	}
	slices.SortFunc(all, func(a, b usecase.OutboxMessage) int {
		return cmp.Or(a.NotBefore.Compare(b.NotBefore), strings.Compare(a.ID, b.ID))
	})
	return all
}

func (m memOutbox) Add(_ context.Context, o *usecase.OutboxMessage) error {
	if err := m.write(); err != nil {
		return err
	}
	if _, taken := m.now().outbox[o.ID]; taken {
		return usecase.ErrTaken
	}
	m.now().outbox[o.ID] = keptMessage(*o)
	return nil
}

func (m memOutbox) Claim(_ context.Context, now, until time.Time, limit int) ([]usecase.OutboxMessage, error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	var claimed []usecase.OutboxMessage
	for _, o := range m.now().waiting() {
		if len(claimed) < limit && !o.NotBefore.After(now) {
			o.NotBefore = kept(until)
			m.now().outbox[o.ID] = o
			claimed = append(claimed, keptMessage(o))
		}
	}
	return claimed, nil
}

func (m memOutbox) Postpone(_ context.Context, o *usecase.OutboxMessage) error {
	if err := m.write(); err != nil {
		return err
	}
	changed, found := m.now().outbox[o.ID]
	if !found {
		return usecase.ErrNotFound
	}
	changed.Attempts, changed.NotBefore, changed.LastFailed = o.Attempts, kept(o.NotBefore), o.LastFailed
	m.now().outbox[o.ID] = changed
	return nil
}

func (m memOutbox) Remove(_ context.Context, ids ...string) error {
	if err := m.write(); err != nil {
		return err
	}
	for _, id := range ids {
		delete(m.now().outbox, id)
	}
	return nil
}

func (m memOutbox) Stats(context.Context) (int, time.Time, error) {
	all := m.now().waiting()
	if len(all) == 0 {
		return 0, time.Time{}, nil
	}
	return len(all), all[0].NotBefore, nil
}

type memDevices struct{ mem }

func (m memDevices) Put(_ context.Context, d domain.Device) error {
	if err := m.write(); err != nil {
		return err
	}
	m.now().devices[deviceKey{d.Platform, d.Handle}] = d
	return nil
}

func (m memDevices) List(_ context.Context, accountID int64) ([]domain.Device, error) {
	var all []domain.Device
	for _, d := range m.now().devices {
		if d.AccountID == accountID {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b domain.Device) int {
		return cmp.Or(strings.Compare(a.Platform, b.Platform), strings.Compare(a.Handle, b.Handle))
	})
	return all, nil
}

type memKeys struct{ mem }

func keptKey(k usecase.SigningKey) usecase.SigningKey {
	k.Sealed = keptList(k.Sealed)
	k.CreatedAt, k.RetiredAt = kept(k.CreatedAt), kept(k.RetiredAt)
	return k
}

func (m memKeys) List(context.Context) ([]usecase.SigningKey, error) {
	all := make([]usecase.SigningKey, 0, len(m.now().keys))
	for _, k := range m.now().keys {
		all = append(all, keptKey(k))
	}
	slices.SortFunc(all, func(a, b usecase.SigningKey) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (m memKeys) Add(_ context.Context, k *usecase.SigningKey) error {
	if err := m.write(); err != nil {
		return err
	}
	if _, taken := m.now().keys[k.ID]; taken {
		return usecase.ErrTaken
	}
	m.now().keys[k.ID] = keptKey(*k)
	return nil
}

func (m memKeys) Retire(_ context.Context, id string, at time.Time) error {
	if err := m.write(); err != nil {
		return err
	}
	k, found := m.now().keys[id]
	if !found {
		return usecase.ErrNotFound
	}
	k.RetiredAt = kept(at)
	m.now().keys[id] = k
	return nil
}

type memAudit struct{ mem }

func (m memAudit) Append(_ context.Context, events ...domain.Event) error {
	if err := m.write(); err != nil {
		return err
	}
	for _, e := range events {
		e.At = kept(e.At)
		m.now().events = append(m.now().events, e)
	}
	return nil
}

func (m memAudit) ListByAccount(_ context.Context, accountID int64, limit int) ([]domain.Event, error) {
	var newest []domain.Event
	for _, e := range slices.Backward(m.now().events) {
		if e.AccountID == accountID && len(newest) < limit {
			newest = append(newest, e)
		}
	}
	return newest, nil
}
