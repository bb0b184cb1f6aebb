package usecase

import (
	"context"
	"errors"

	"latchkey/domain"
)

// ChangeContactIn answers the challenge that was sent to an authenticated account's new contact.
type ChangeContactIn struct {
	Caller
	Identity
	Answer // Contact is the new one, Purpose one of the changes
}

// changeContact gives the account its new contact and tells the old one (I2).
type changeContact struct {
	store    Store
	clock    Clock
	verifier *verifier
	courier  courier
	trail    trail
}

// Execute returns the account as changed. A code that somebody else asked for is CodeUnknown, as is one for a contact that
// another account has got meanwhile.
func (s *changeContact) Execute(ctx context.Context, in ChangeContactIn) (domain.Account, error) {
	var changed domain.Account
	var posted []domain.Message
	var verdict error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		posted = nil
		now, answer := s.clock.Now(), in.Answer
		answer.AccountID = in.Account.ID
		_, refused, err := s.verifier.judge(ctx, tx, in.Caller, answer, now)
		if verdict = refused; err != nil || refused != nil {
			return err
		}
		if changed, err = tx.Accounts.Find(ctx, accountIdentifier(in.Account.ID)); err != nil {
			return err
		}
		old := changed.ContactBy(in.Contact.Channel())
		changed.SetContact(in.Contact)
		changed.UpdatedAt = now
		if err := tx.Accounts.Update(ctx, &changed); err != nil {
			if errors.Is(err, ErrTaken) {
				verdict = domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
				return nil
			}
			return err
		}
		if !old.IsZero() && old != in.Contact {
			m, err := s.courier.notice(ctx, tx, in.Caller, domain.NoticeContactChanged, changed, old, "")
			if err != nil {
				return err
			}
			posted = []domain.Message{m}
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "change_contact", purpose: in.Purpose, account: changed.ID, contact: in.Contact})
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return domain.Account{}, err
	}
	s.courier.handOver(posted...)
	return changed, nil
}
