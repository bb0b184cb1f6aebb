package usecase

import (
	"context"
	"errors"
	"time"

	"latchkey/domain"
)

// Answer is a code that somebody typed, and what it answers. Handle or Contact, or both, name the challenge.
type Answer struct {
	Purpose domain.Purpose
	Handle  string
	Contact domain.Contact
	Code    string
	// AccountID, when not 0, must be the owner's: a code that is right but somebody else's is unknown.
	AccountID int64
}

// verifier judges answers. Every story that takes a code goes through it (T4).
type verifier struct {
	keyring Keyring
	trail   trail
}

// judge locks the challenge, counts the guess and writes the audit row, all in the caller's transaction, which must be committed
// whatever the verdict. The verdict is nil for the right code; err is for what kept it from judging.
func (v *verifier) judge(ctx context.Context, tx Repositories, caller Caller, a Answer, now time.Time) (challenge *domain.Challenge, verdict, err error) {
	challenge, err = v.lock(ctx, tx, a)
	switch {
	case errors.Is(err, ErrNotFound):
		challenge, verdict = &domain.Challenge{}, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	case err != nil:
		return nil, nil, err
	case challenge.Key.Purpose != a.Purpose, a.AccountID != 0 && a.AccountID != challenge.AccountID:
		verdict = domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	default:
		verdict = challenge.Guess(now, domain.Answer{
			Handle: a.Handle, Dialect: caller.Dialect.Name, Policy: caller.Dialect.Codes,
			MACs: v.keyring.CodeMACs(challenge.Handle, challenge.Key.Purpose, challenge.Dialect, a.Code),
		})
		if verdict == nil || domain.HasCode(verdict, domain.CodeMismatch) {
			if err := tx.Challenges.Save(ctx, challenge); err != nil {
				return nil, nil, err
			}
		}
	}
	return challenge, verdict, v.trail.add(ctx, tx, caller, entry{
		action: "verify", purpose: a.Purpose, account: challenge.AccountID, contact: a.Contact, ref: challenge.Handle, err: verdict,
	})
}

func (v *verifier) lock(ctx context.Context, tx Repositories, a Answer) (*domain.Challenge, error) {
	if a.Contact.IsZero() {
		return tx.Challenges.LockByHandle(ctx, a.Handle)
	}
	return tx.Challenges.Lock(ctx, domain.ChallengeKey{Contact: v.keyring.ContactKey(contactSubject(a.Contact)), Purpose: a.Purpose})
}

// owner is the account of a rightly answered challenge: it must still have the contact that the code went to, and be allowed
// in. nil means that nobody is to be let in.
func (v *verifier) owner(ctx context.Context, tx Repositories, c *domain.Challenge, permit func(domain.Account) bool) (*domain.Account, error) {
	if c.AccountID == 0 {
		return nil, nil
	}
	account, err := tx.Accounts.Find(ctx, accountIdentifier(c.AccountID))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	contact := account.ContactBy(c.Channel)
	if account.Disabled || contact.IsZero() || v.keyring.ContactKey(contactSubject(contact)) != c.Key.Contact || (permit != nil && !permit(account)) {
		return nil, nil
	}
	return &account, nil
}

// judgeOwner is judge and owner in one: it refuses with CodeUnknown a right answer that lets nobody in.
func (v *verifier) judgeOwner(ctx context.Context, tx Repositories, caller Caller, a Answer, now time.Time) (c *domain.Challenge, owner *domain.Account, verdict, err error) {
	c, verdict, err = v.judge(ctx, tx, caller, a, now)
	if err != nil || verdict != nil {
		return nil, nil, verdict, err
	}
	owner, err = v.owner(ctx, tx, c, nil)
	if err == nil && owner == nil {
		verdict = domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	return c, owner, verdict, err
}
