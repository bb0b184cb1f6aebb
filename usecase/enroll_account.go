package usecase

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"latchkey/domain"
)

// enroll creates an account for a contact that has none. Should another of the account's identifiers belong to somebody, the
// account is made without it: the caller has proven nothing yet, and must not learn from the answer who is here (E4).
func enroll(ctx context.Context, tx Repositories, clock Clock, random Random, account *domain.Account, contact domain.Contact) error {
	found(account, clock, random)
	account.PhoneVerified, account.EmailVerified = false, false
	if contact.Channel() == domain.Email {
		account.Email = contact.Address()
	} else {
		account.Phone = contact.Address()
	}
	if err := account.Validate(); err != nil {
		return err
	}
	err := tx.Accounts.Create(ctx, account)
	if !errors.Is(err, ErrTaken) {
		return err
	}
	bare := domain.RestoreContact(contact.Channel(), contact.Address())
	account.CustomerID, account.Username, account.Phone, account.Email = "", "", "", ""
	if bare.Channel() == domain.Email {
		account.Email = bare.Address()
	} else {
		account.Phone = bare.Address()
	}
	return tx.Accounts.Create(ctx, account)
}

// found gives a new account its UUID and times.
func found(account *domain.Account, clock Clock, random Random) {
	id, err := uuid.FromBytes(random.Bytes(16))
	if err != nil {
		panic(err) // sixteen bytes always make one
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // RFC 9562 5.4, version 4
	account.UUID = id.String()
	account.CreatedAt = clock.Now()
	account.UpdatedAt = account.CreatedAt
}
