package gormstore

import (
	"context"

	"latchkey/domain"
)

var (
	eventTable  = tableOf[eventRow]()
	appendEvent = same("append to audit trail", eventTable.inserts(1, 1))
)

type audit struct{ *session }

func (r audit) Append(ctx context.Context, events ...domain.Event) error {
	for i := range events {
		row := rowOfEvent(&events[i])
		if _, err := r.exec(ctx, appendEvent, eventTable.inserted(&row, 1)...); err != nil {
			return err
		}
	}
	return nil
}

func (r audit) ListByAccount(ctx context.Context, accountID int64, limit int) ([]domain.Event, error) {
	query := r.orm(ctx).Where("account_id = ?", accountID).Order("id DESC").Limit(limit)
	return list(r.session, "list audit trail", query, (*eventRow).event)
}
