package gormstore

import (
	"context"
	"time"

	"latchkey/usecase"
)

type keys struct{ *session }

func (r keys) List(ctx context.Context) ([]usecase.SigningKey, error) {
	var rows []keyRow
	if err := r.orm(ctx).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, r.failed("list signing keys", err)
	}
	all := make([]usecase.SigningKey, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].key())
	}
	return all, nil
}

func (r keys) Add(ctx context.Context, k *usecase.SigningKey) error {
	row := keyRow{
		ID: k.ID, Algorithm: k.Algorithm, Sealed: present(k.Sealed), CreatedAt: micros(k.CreatedAt), RetiredAt: micros(k.RetiredAt),
	}
	return r.failed("add signing key", r.write(ctx).Create(&row).Error)
}

func (r keys) Retire(ctx context.Context, id string, at time.Time) error {
	done := r.write(ctx).Model(&keyRow{}).Where("id = ?", id).Update("retired_at", micros(at))
	if done.Error == nil && done.RowsAffected == 0 {
		return usecase.ErrNotFound
	}
	return r.failed("retire signing key", done.Error)
}
