package usecase

import (
	"context"
	"errors"
	"time"

	"latchkey/domain"
)

// LoginByCodeIn answers a challenge to open a session.
type LoginByCodeIn struct {
	Caller
	Answer
	// CustomerID, when set, must be the owner's.
	CustomerID string
	// Scope is the session's; empty means ScopeFull.
	Scope domain.Scope
	// Permit is as in IssueChallengeIn.
	Permit func(domain.Account) bool
	// Enroll, when set, is the account to create when the proven contact has none.
	Enroll *domain.Account
}

// loginByCode judges the answer and opens the session in one transaction.
type loginByCode struct {
	store    Store
	clock    Clock
	random   Random
	verifier *verifier
	opener   *opener
}

// Execute returns a fault with CodeMismatch, CodeExpired, CodeExhausted, CodeUnknown or CodeGuessesLimited for a refused answer,
// and CodeAccountUnknown for an unknown or disabled CustomerID, or a proven contact that has no account.
func (s *loginByCode) Execute(ctx context.Context, in LoginByCodeIn) (Grant, error) {
	var opened opened
	var verdict error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		verdict = nil
		now, answer := s.clock.Now(), in.Answer
		if in.CustomerID != "" {
			named, err := customer(ctx, tx, in.CustomerID)
			if domain.AsFault(err).IsRefusal() {
				verdict = err
				return s.verifier.trail.add(ctx, tx, in.Caller, entry{action: "verify", purpose: in.Purpose, err: verdict})
			}
			if err != nil {
				return err
			}
			answer.AccountID = named.ID
		}
		challenge, refused, err := s.verifier.judge(ctx, tx, in.Caller, answer, now)
		if verdict = refused; err != nil || refused != nil {
			return err
		}
		account, err := s.account(ctx, tx, in, challenge)
		if domain.AsFault(err).IsRefusal() {
			verdict = err // the guess counts all the same
			return nil
		}
		if err != nil {
			return err
		}
		if err := claim(ctx, tx, account, challenge.Channel, now); err != nil {
			return err
		}
		opened, err = s.opener.open(ctx, tx, in.Caller, *account, in.Scope, now)
		return err
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return Grant{}, err
	}
	return s.opener.grant(ctx, in.Caller, opened)
}

// account is whom the right code lets in. For a contact that had no account when the code was sent, that is the account that
// it has by now, or a new one where the caller wants that. A code that a logged-in user asked for, to have the contact too, makes
// a new account as well, as long as nobody has the contact: it is sent to who can read it there, whoever asked (C7).
func (s *loginByCode) account(ctx context.Context, tx Repositories, in LoginByCodeIn, c *domain.Challenge) (*domain.Account, error) {
	unknown := domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	if c.AccountID != 0 {
		account, err := s.verifier.owner(ctx, tx, c, in.Permit)
		if err != nil || account != nil {
			return account, err
		}
		if in.Enroll == nil || in.Contact.IsZero() {
			return nil, unknown
		}
	}
	account, err := tx.Accounts.Find(ctx, domain.ContactIdentifier(in.Contact))
	switch {
	case err == nil && (account.Disabled || c.AccountID != 0):
		return nil, unknown
	case !errors.Is(err, ErrNotFound):
		return &account, err
	case in.Enroll == nil:
		return nil, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown)
	}
	enrolled := *in.Enroll
	return &enrolled, enroll(ctx, tx, s.clock, s.random, &enrolled, in.Contact)
}

// claim records that whoever answered the code has the contact, and takes away what a stranger may have left before
// (domain.Account.Claim).
func claim(ctx context.Context, tx Repositories, account *domain.Account, channel domain.Channel, now time.Time) error {
	news, dropped := account.Claim(channel)
	if !news {
		return nil
	}
	account.UpdatedAt = now
	if err := tx.Accounts.Update(ctx, account); err != nil || !dropped {
		return err
	}
	_, err := tx.Sessions.RevokeAll(ctx, account.ID, "", now)
	return err
}
