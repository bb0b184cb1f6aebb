package gormstore

import (
	"context"
	"time"

	"latchkey/usecase"
)

var (
	outboxTable = tableOf[outboxRow]()

	addMessage = same("add to outbox", outboxTable.inserts(0, 1))
	// Rows that another node is claiming are passed over, so that nodes neither wait for each other nor get the same message.
	claimMessages   = skippingLocked(outboxTable.selects("claim from outbox", "not_before <= ? ORDER BY not_before LIMIT ?"))
	postponeMessage = same("postpone message", "UPDATE outbox SET attempts = ?, not_before = ?, last_failed = ? WHERE id = ?")
	removeMessage   = same("remove from outbox", "DELETE FROM outbox WHERE id = ?")
	outboxStats     = same("count outbox", "SELECT COUNT(*), COALESCE(MIN(not_before), 0) FROM outbox")
)

type outbox struct{ *session }

func (r outbox) Add(ctx context.Context, m *usecase.OutboxMessage) error {
	row := rowOfMessage(m)
	_, err := r.exec(ctx, addMessage, outboxTable.inserted(&row, 0)...)
	return err
}

func (r outbox) Claim(ctx context.Context, now, until time.Time, limit int) ([]usecase.OutboxMessage, error) {
	rows, err := r.query(ctx, claimMessages, micros(now), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var claimed []usecase.OutboxMessage
	var ids []string
	for rows.Next() {
		var row outboxRow
		if err := rows.Scan(outboxTable.into(&row)...); err != nil {
			return nil, r.failed(claimMessages.doing, err)
		}
		row.NotBefore = micros(until)
		claimed = append(claimed, row.message())
		ids = append(ids, row.ID)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return nil, r.failed(claimMessages.doing, err)
	}
	err = r.write(ctx).Model(&outboxRow{}).Where("id IN ?", ids).Update("not_before", micros(until)).Error
	return claimed, r.failed("lease messages", err)
}

func (r outbox) Postpone(ctx context.Context, m *usecase.OutboxMessage) error {
	return r.update(ctx, postponeMessage, m.Attempts, micros(m.NotBefore), readable(m.LastFailed), m.ID)
}

func (r outbox) Remove(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		if _, err := r.exec(ctx, removeMessage, id); err != nil {
			return err
		}
	}
	return nil
}

func (r outbox) Stats(ctx context.Context) (waiting int, oldest time.Time, err error) {
	var first int64
	if err := r.one(ctx, outboxStats, []any{&waiting, &first}); err != nil {
		return 0, time.Time{}, err
	}
	return waiting, moment(first), nil
}
