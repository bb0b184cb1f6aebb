package usecase

import (
	"context"
	"errors"

	"latchkey/domain"
)

// SetPasswordIn gives an authenticated account a new password.
type SetPasswordIn struct {
	Caller
	Identity
	Rule     domain.PasswordRule
	Old      string // required with a session of ScopeFull
	Password string // empty: one is made up and mailed to the verified address
}

// setPassword changes a password, ends the other sessions and tells the owner (K4, K6).
type setPassword struct {
	store   Store
	clock   Clock
	random  Random
	gate    *passwordGate
	courier courier
	trail   trail
}

// generatedPassword is how many characters a made-up password has: 119 bits.
const generatedPassword = 20

// Execute returns CodePasswordRule, CodeBadCredentials for a wrong old password, CodeTokenInvalid when a reset was used up
// meanwhile, and Malformed("password") when one should be made up but there is no verified address to mail it to.
func (s *setPassword) Execute(ctx context.Context, in SetPasswordIn) (Done, error) {
	password, err := s.choose(in)
	if err != nil {
		return Done{}, err
	}
	place, err := s.gate.hasher.Acquire(ctx)
	if err != nil {
		return Done{}, err
	}
	defer place.Release()
	reset := in.Session.Scope == domain.ScopeReset
	if !reset {
		if _, err := s.gate.pass(ctx, place, in.Caller, in.Account, domain.Identifier{}, in.Old); err != nil {
			return Done{}, err
		}
	}
	hash := place.Hash(password)
	place.Release()

	var posted []domain.Message
	err = s.store.Atomic(ctx, func(tx Repositories) error {
		var account domain.Account
		account, err := s.current(ctx, tx, in)
		if err != nil {
			return err
		}
		account.PasswordHash, account.UpdatedAt = hash, s.clock.Now()
		if err := tx.Accounts.Update(ctx, &account); err != nil {
			return err
		}
		keep := in.Session.ID
		if reset {
			keep = ""
		}
		if _, err := tx.Sessions.RevokeAll(ctx, account.ID, keep, s.clock.Now()); err != nil {
			return err
		}
		posted, err = s.tell(ctx, tx, in, account, password)
		if err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "set_password", account: account.ID, ref: in.Session.ID})
	})
	if err != nil {
		return Done{}, err
	}
	s.courier.handOver(posted...)
	return Done{}, nil
}

// choose is the given password if it keeps the rule, else a made-up one.
func (s *setPassword) choose(in SetPasswordIn) (string, error) {
	if in.Password != "" {
		return in.Password, in.Rule.Check(in.Password)
	}
	if in.Account.Email == "" || !in.Account.EmailVerified {
		return "", domain.Malformed("password")
	}
	for {
		password := makePassword(s.random)
		if in.Rule.Check(password) == nil {
			return password, nil
		}
	}
}

// makePassword draws letters and digits, uniformly over 62 of them.
func makePassword(random Random) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	password := make([]byte, 0, generatedPassword)
	for len(password) < generatedPassword {
		for _, b := range random.Bytes(2 * generatedPassword) {
			if b &= 63; int(b) < len(alphabet) && len(password) < generatedPassword {
				password = append(password, alphabet[b])
			}
		}
	}
	return string(password)
}

// current is the account as it is inside the transaction. A reset is used up here; with a full session the old password must
// still be the one that was compared.
func (s *setPassword) current(ctx context.Context, tx Repositories, in SetPasswordIn) (domain.Account, error) {
	session, err := tx.Sessions.Lock(ctx, in.Session.ID)
	if errors.Is(err, ErrNotFound) || (err == nil && !session.Live(s.clock.Now())) {
		return domain.Account{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid)
	}
	if err != nil {
		return domain.Account{}, err
	}
	if session.Scope == domain.ScopeReset {
		return tx.Accounts.Find(ctx, accountIdentifier(in.Account.ID))
	}
	return s.gate.succeed(ctx, tx, in.Account, "", s.clock.Now())
}

// tell mails the made-up password, or tells the owner that the password was changed.
func (s *setPassword) tell(ctx context.Context, tx Repositories, in SetPasswordIn, a domain.Account, password string) ([]domain.Message, error) {
	if in.Password == "" {
		m, err := s.courier.notice(ctx, tx, in.Caller, domain.NoticePasswordGenerated, a, a.EmailContact(), password)
		return []domain.Message{m}, err
	}
	return s.courier.passwordChanged(ctx, tx, in.Caller, a)
}

// passwordChanged tells an owner that the password was changed; nobody when the account has no contact.
func (c courier) passwordChanged(ctx context.Context, tx Repositories, caller Caller, a domain.Account) ([]domain.Message, error) {
	to := a.EmailContact()
	if to.IsZero() {
		to = a.PhoneContact()
	}
	if to.IsZero() {
		return nil, nil
	}
	m, err := c.notice(ctx, tx, caller, domain.NoticePasswordChanged, a, to, "")
	return []domain.Message{m}, err
}
