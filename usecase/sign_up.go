package usecase

import (
	"context"
	"errors"
	"time"

	"latchkey/domain"
)

// SignUpIn wants a new account. With an Answer the account gets the contact that the answer proves, and no other; without one it
// gets Account's contacts, unproven.
type SignUpIn struct {
	Caller
	Account        domain.Account // the names, and without an Answer the contacts
	Answer         *Answer
	Password       string // required without an Answer
	Rule           domain.PasswordRule
	WithoutSession bool
}

// signUp makes accounts. It is not LoginByCode with Enroll, which lets in who has an account already.
type signUp struct {
	store     Store
	clock     Clock
	random    Random
	passwords PasswordHasher
	verifier  *verifier
	opener    *opener
	trail     trail
}

// Execute returns a Grant without tokens when no session is wanted. It returns CodePasswordRule, Malformed for names that no
// account may hold, the codes of LoginByCode for a refused answer, and CodeContactTaken: to who has proven the contact, or, without an
// Answer, to everybody, as the dialect's clients demand.
func (s *signUp) Execute(ctx context.Context, in SignUpIn) (Grant, error) {
	wanted := in.Account
	if in.Password != "" || in.Answer == nil {
		hash, err := hashNew(ctx, s.passwords, in.Rule, in.Password)
		if err != nil {
			return Grant{}, err
		}
		wanted.PasswordHash = hash
	}
	var out opened
	var verdict error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		now, account := s.clock.Now(), wanted
		refused, err := s.create(ctx, tx, in, &account, now)
		if verdict = refused; err != nil || refused != nil {
			return err
		}
		if in.WithoutSession {
			out = opened{account: account}
			return nil
		}
		out, err = s.opener.open(ctx, tx, in.Caller, account, domain.ScopeFull, now)
		return err
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return Grant{}, err
	}
	if in.WithoutSession {
		return Grant{Account: out.account}, nil
	}
	return s.opener.grant(ctx, in.Caller, out)
}

// create makes the account, or tells in verdict why there is none; whatever the verdict, the transaction must be committed.
func (s *signUp) create(ctx context.Context, tx Repositories, in SignUpIn, account *domain.Account, now time.Time) (verdict, err error) {
	contact := account.EmailContact()
	if in.Answer != nil {
		contact = in.Answer.Contact
		if verdict, err = s.proven(ctx, tx, in, now); err == nil && verdict == nil {
			err = s.enroll(ctx, tx, account, contact)
		}
	} else {
		verdict, err = s.unproven(ctx, tx, account)
	}
	if domain.AsFault(err).IsRefusal() {
		verdict, err = err, nil
	}
	if err != nil {
		return nil, err
	}
	return verdict, s.trail.add(ctx, tx, in.Caller, entry{action: "sign_up", account: account.ID, contact: contact, err: verdict})
}

// proven judges the answer, and whether its contact is free. Whoever asked for the code, it is sent to who can read it there (C7).
func (s *signUp) proven(ctx context.Context, tx Repositories, in SignUpIn, now time.Time) (verdict, err error) {
	_, verdict, err = s.verifier.judge(ctx, tx, in.Caller, *in.Answer, now)
	if err != nil || verdict != nil {
		return verdict, err
	}
	unknown := domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	taken := domain.NewFault(domain.Conflict, domain.CodeContactTaken)
	holder, err := tx.Accounts.Find(ctx, domain.ContactIdentifier(in.Answer.Contact))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case holder.Disabled:
		return unknown, nil
	default:
		return taken, nil
	}
}

// enroll makes the account of a proven contact.
func (s *signUp) enroll(ctx context.Context, tx Repositories, account *domain.Account, contact domain.Contact) error {
	if err := enroll(ctx, tx, s.clock, s.random, account, contact); err != nil {
		return err
	}
	account.MarkVerified(contact.Channel())
	return tx.Accounts.Update(ctx, account)
}

// unproven makes the account as wanted, or tells that one of its identifiers is somebody's.
func (s *signUp) unproven(ctx context.Context, tx Repositories, account *domain.Account) (verdict, err error) {
	found(account, s.clock, s.random)
	account.PhoneVerified, account.EmailVerified = false, false
	if err := account.Validate(); err != nil {
		return err, nil
	}
	if err := tx.Accounts.Create(ctx, account); !errors.Is(err, ErrTaken) {
		return nil, err
	}
	return domain.NewFault(domain.Conflict, domain.CodeContactTaken), nil
}
