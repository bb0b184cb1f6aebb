package usecase

import (
	"context"

	"latchkey/domain"
)

// ResetPasswordIn answers a challenge to set a new password.
type ResetPasswordIn struct {
	Caller
	Answer
	Rule     domain.PasswordRule
	Password string
}

// resetPassword sets the password of who answered rightly, ends all sessions and tells the owner (K4, K6). Dialects whose
// documents have a token between answer and password use LoginByCode with ScopeReset and SetPassword instead.
type resetPassword struct {
	store     Store
	clock     Clock
	passwords PasswordHasher
	verifier  *verifier
	courier   courier
	trail     trail
}

// Execute returns CodePasswordRule before it looks at the answer, which then is no guess, and CodeUnknown, CodeExpired,
// CodeExhausted, CodeMismatch or CodeGuessesLimited for a refused answer.
func (s *resetPassword) Execute(ctx context.Context, in ResetPasswordIn) (Done, error) {
	hash, err := hashNew(ctx, s.passwords, in.Rule, in.Password)
	if err != nil {
		return Done{}, err
	}
	var posted []domain.Message
	var verdict error
	err = s.store.Atomic(ctx, func(tx Repositories) error {
		posted = nil
		now := s.clock.Now()
		challenge, account, refused, err := s.verifier.judgeOwner(ctx, tx, in.Caller, in.Answer, now)
		if verdict = refused; err != nil || refused != nil {
			return err
		}
		account.MarkVerified(challenge.Channel)
		account.PasswordHash, account.UpdatedAt = hash, now
		if err := tx.Accounts.Update(ctx, account); err != nil {
			return err
		}
		if _, err := tx.Sessions.RevokeAll(ctx, account.ID, "", now); err != nil {
			return err
		}
		if posted, err = s.courier.passwordChanged(ctx, tx, in.Caller, *account); err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "set_password", purpose: in.Purpose, account: account.ID, ref: challenge.Handle})
	})
	if err == nil {
		err = verdict
	}
	if err != nil {
		return Done{}, err
	}
	s.courier.handOver(posted...)
	return Done{}, nil
}

// hashNew hashes a new password that keeps the rule, before anything is looked up: it takes as long for whom we do not know (E2),
// and no row is locked meanwhile.
func hashNew(ctx context.Context, passwords PasswordHasher, rule domain.PasswordRule, password string) (string, error) {
	if err := rule.Check(password); err != nil {
		return "", err
	}
	place, err := passwords.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer place.Release()
	return place.Hash(password), nil
}
