package usecase

import (
	"context"

	"latchkey/domain"
)

// RegisterDeviceIn says where push messages for an authenticated account go.
type RegisterDeviceIn struct {
	Caller
	Device domain.Device
}

type registerDevice struct {
	store Store
	trail trail
}

// Execute stores the device; the room has checked platform and handle.
func (s *registerDevice) Execute(ctx context.Context, in RegisterDeviceIn) (Done, error) {
	return Done{}, s.store.Atomic(ctx, func(tx Repositories) error {
		if err := tx.Devices.Put(ctx, in.Device); err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "register_device", account: in.Device.AccountID})
	})
}
