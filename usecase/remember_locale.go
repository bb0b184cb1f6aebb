package usecase

import (
	"context"

	"latchkey/domain"
)

// RememberLocaleIn says in which language an authenticated account was last spoken to: the caller's.
type RememberLocaleIn struct {
	Caller
	Identity
}

type rememberLocale struct {
	store Store
	clock Clock
}

// Execute writes only when the caller names another language than the one that is known.
func (s *rememberLocale) Execute(ctx context.Context, in RememberLocaleIn) (domain.Account, error) {
	account := in.Account
	if in.Locale == "" || in.Locale == account.Locale {
		return account, nil
	}
	return account, s.store.Atomic(ctx, func(tx Repositories) (err error) {
		if account, err = tx.Accounts.Find(ctx, accountIdentifier(in.Account.ID)); err != nil {
			return err
		}
		account.Locale, account.UpdatedAt = in.Locale, s.clock.Now()
		return tx.Accounts.Update(ctx, &account)
	})
}
