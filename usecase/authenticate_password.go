package usecase

import (
	"context"
	"errors"
	"strconv"
	"time"

	"latchkey/domain"
)

// AuthenticatePasswordIn shows a name and a password.
type AuthenticatePasswordIn struct {
	Caller
	Login    domain.Identifier
	Password string
}

// authenticatePassword checks a password and opens a session.
type authenticatePassword struct {
	store  Store
	clock  Clock
	gate   *passwordGate
	opener *opener
}

// Execute returns CodeBadCredentials alike for an unknown login, a disabled account and a wrong password, CodeGuessesLimited
// while the growing wait lasts, and CodeBusy when too many passwords wait to be hashed.
func (s *authenticatePassword) Execute(ctx context.Context, in AuthenticatePasswordIn) (Grant, error) {
	place, err := s.gate.hasher.Acquire(ctx)
	if err != nil {
		return Grant{}, err
	}
	defer place.Release()
	account, err := s.store.Reader().Accounts.Find(ctx, in.Login)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Grant{}, err
	}
	if account.Disabled {
		account = domain.Account{}
	}
	renewed, err := s.gate.pass(ctx, place, in.Caller, account, in.Login, in.Password)
	place.Release()
	if err != nil {
		return Grant{}, err
	}
	var out opened
	err = s.store.Atomic(ctx, func(tx Repositories) error {
		now := s.clock.Now()
		current, err := s.gate.succeed(ctx, tx, account, renewed, now)
		if err != nil {
			return err
		}
		out, err = s.opener.open(ctx, tx, in.Caller, current, domain.ScopeFull, now)
		if err != nil {
			return err
		}
		return s.gate.trail.add(ctx, tx, in.Caller, entry{action: "password", account: account.ID, ref: out.session.ID})
	})
	if err != nil {
		return Grant{}, err
	}
	return s.opener.grant(ctx, in.Caller, out)
}

// passwordGate is the one place where a password is compared (T4).
type passwordGate struct {
	store   Store
	clock   Clock
	keyring Keyring
	hasher  PasswordHasher
	trail   trail
}

// pass compares a password with an account's, the zero account's never matching in the same time. The guess is counted and
// committed before it is looked at, so that a crash or a cut connection refunds nothing (T1); succeed takes it back.
// The caller holds a hashing place, so no more guesses are under way at once than there are places. renewed is the hash to
// store when the old one was of an outdated sort.
func (g *passwordGate) pass(ctx context.Context, place HashingPlace, caller Caller, account domain.Account, login domain.Identifier, password string) (renewed string, err error) {
	var refusal error
	err = g.store.Atomic(ctx, func(tx Repositories) error {
		memory, err := tx.Challenges.LockOrCreate(ctx, g.key(account, login))
		if err != nil {
			return err
		}
		now := g.clock.Now()
		if wait := memory.Wait(now); wait > 0 {
			refusal = domain.LimitedFor(domain.CodeGuessesLimited, wait)
			return g.trail.add(ctx, tx, caller, entry{action: "password", account: account.ID, err: refusal})
		}
		refusal = nil
		memory.IssuedAt = now
		memory.Fail(now, domain.PasswordGuesses)
		return tx.Challenges.Save(ctx, memory)
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return "", err
	}
	match, outdated := place.Verify(account.PasswordHash, password)
	if !match || account.ID == 0 {
		wrong := domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials)
		err := g.store.Atomic(ctx, func(tx Repositories) error {
			return g.trail.add(ctx, tx, caller, entry{action: "password", account: account.ID, err: wrong})
		})
		if err != nil {
			return "", err
		}
		return "", wrong
	}
	if outdated {
		renewed = place.Hash(password)
	}
	return renewed, nil
}

// succeed forgets the failures, stores a renewed hash and returns the account as it is now. It refuses when the password was
// changed or the account disabled since pass compared it.
func (g *passwordGate) succeed(ctx context.Context, tx Repositories, compared domain.Account, renewed string, now time.Time) (domain.Account, error) {
	memory, err := tx.Challenges.LockOrCreate(ctx, g.key(compared, domain.Identifier{}))
	if err != nil {
		return domain.Account{}, err
	}
	memory.Succeed()
	if err := tx.Challenges.Save(ctx, memory); err != nil {
		return domain.Account{}, err
	}
	account, err := tx.Accounts.Find(ctx, accountIdentifier(compared.ID))
	if errors.Is(err, ErrNotFound) || (err == nil && (account.Disabled || account.PasswordHash != compared.PasswordHash)) {
		return domain.Account{}, domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials)
	}
	if err != nil || renewed == "" {
		return account, err
	}
	account.PasswordHash, account.UpdatedAt = renewed, now
	return account, tx.Accounts.Update(ctx, &account)
}

// key names the row that remembers wrong passwords: one per account, however it is addressed, and one per unknown login, so that
// both are refused alike (E3).
func (g *passwordGate) key(account domain.Account, login domain.Identifier) domain.ChallengeKey {
	subject := "account:" + strconv.FormatInt(account.ID, 10)
	if account.ID == 0 {
		subject = "login:" + strconv.Itoa(int(login.Kind)) + ":" + login.Value
	}
	return domain.ChallengeKey{Contact: g.keyring.ContactKey(subject), Purpose: domain.PurposePassword}
}

func accountIdentifier(id int64) domain.Identifier {
	return domain.Identifier{Kind: domain.ByID, Value: strconv.FormatInt(id, 10)}
}
