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
	var rows []deviceRow
	err := r.orm(ctx).Where("account_id = ?", accountID).Order("platform, handle").Find(&rows).Error
	if err != nil {
		return nil, r.failed("list devices", err)
	}
	all := make([]domain.Device, 0, len(rows))
	for _, row := range rows {
		all = append(all, domain.Device{AccountID: row.AccountID, Platform: row.Platform, Handle: row.Handle})
	}
	return all, nil
}
