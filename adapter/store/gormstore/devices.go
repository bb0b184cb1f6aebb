package gormstore

import (
	"context"

	"gorm.io/gorm/clause"

	"latchkey/domain"
)

type devices struct{ *session }

func (r devices) Put(ctx context.Context, d domain.Device) error {
	row := deviceRow{Platform: d.Platform, Handle: d.Handle, AccountID: d.AccountID}
	over := clause.OnConflict{
		Columns:   []clause.Column{{Name: "platform"}, {Name: "handle"}},
		DoUpdates: clause.AssignmentColumns([]string{"account_id"}),
	}
	return r.failed("put device", r.write(ctx).Clauses(over).Create(&row).Error)
}

func (r devices) List(ctx context.Context, accountID int64) ([]domain.Device, error) {
	query := r.orm(ctx).Where("account_id = ?", accountID).Order("platform, handle")
	return list(r.session, "list devices", query, (*deviceRow).device)
}
