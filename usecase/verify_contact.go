package usecase

import (
	"context"

	"latchkey/domain"
)

// VerifyContactIn answers the challenge that was mailed to an account's own contact.
type VerifyContactIn struct {
	Caller
	Answer
}

// verifyContact records that an account's contact is its owner's. It opens no session, and leaves the password as it is: the
// answer comes from who asked to be verified.
type verifyContact struct {
	store    Store
	clock    Clock
	verifier *verifier
}

// Execute returns CodeUnknown, CodeExpired, CodeExhausted, CodeMismatch or CodeGuessesLimited for a refused answer; CodeUnknown
// also when the account has another contact by now.
func (s *verifyContact) Execute(ctx context.Context, in VerifyContactIn) (domain.Account, error) {
	var account domain.Account
	var verdict error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		now := s.clock.Now()
		challenge, owner, refused, err := s.verifier.judgeOwner(ctx, tx, in.Caller, in.Answer, now)
		if verdict = refused; err != nil || refused != nil {
			return err
		}
		account = *owner
		if !account.MarkVerified(challenge.Channel) {
			return nil
		}
		account.UpdatedAt = now
		return tx.Accounts.Update(ctx, &account)
	})
	if err == nil {
		err = verdict
	}
	return account, err
}
