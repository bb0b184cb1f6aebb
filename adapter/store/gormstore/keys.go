package gormstore

import (
	"context"
	"time"

	"latchkey/usecase"
)

var retireKey = same("retire signing key", "UPDATE signing_keys SET retired_at = ? WHERE id = ?")

type keys struct{ *session }

func (r keys) List(ctx context.Context) ([]usecase.SigningKey, error) {
	return list(r.session, "list signing keys", r.orm(ctx).Order("created_at, id"), (*keyRow).key)
}

func (r keys) Add(ctx context.Context, k *usecase.SigningKey) error {
	row := keyRow{
		ID: k.ID, Algorithm: k.Algorithm, Sealed: present(k.Sealed), CreatedAt: micros(k.CreatedAt), RetiredAt: micros(k.RetiredAt),
	}
	return r.failed("add signing key", r.write(ctx).Create(&row).Error)
}

func (r keys) Retire(ctx context.Context, id string, at time.Time) error {
	return r.update(ctx, retireKey, micros(at), id)
}
