package usecase

import (
	"context"

	"latchkey/domain"
)

// EditProfileIn gives an authenticated account new names; nil leaves a name as it is, the empty text takes it away.
type EditProfileIn struct {
	Caller
	Identity
	Name      *string
	FirstName *string
	LastName  *string
}

// editProfile changes what proves nothing and needs no proof.
type editProfile struct {
	store Store
	clock Clock
	trail trail
}

// Execute returns the account as changed, and Malformed("name"), ("first_name") or ("last_name") for what no account may hold.
func (s *editProfile) Execute(ctx context.Context, in EditProfileIn) (domain.Account, error) {
	var account domain.Account
	err := s.store.Atomic(ctx, func(tx Repositories) (err error) {
		if account, err = tx.Accounts.Find(ctx, accountIdentifier(in.Account.ID)); err != nil {
			return err
		}
		set(&account.Name, in.Name)
		set(&account.FirstName, in.FirstName)
		set(&account.LastName, in.LastName)
		account.UpdatedAt = s.clock.Now()
		if err := account.Validate(); err != nil {
			return err
		}
		if err := tx.Accounts.Update(ctx, &account); err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "edit_profile", account: account.ID, ref: in.Session.ID})
	})
	return account, err
}
