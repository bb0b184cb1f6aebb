package usecase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"latchkey/domain"
)

// AccountChange is what an operator says of an account; nil leaves a thing as it is. Its JSON is the account import line.
type AccountChange struct {
	CustomerID    *string   `json:"customer_id"`
	Mobile        *string   `json:"mobile"` // international spelling
	Email         *string   `json:"email"`
	Username      *string   `json:"username"`
	Name          *string   `json:"name"`
	FirstName     *string   `json:"first_name"`
	LastName      *string   `json:"last_name"`
	Password      *string   `json:"password"`
	PasswordHash  *string   `json:"password_hash"` // a spelling that PasswordHasher recognizes
	PointsEarned  *int64    `json:"points_earned"`
	BalancePoints *int64    `json:"balance_points"`
	Permissions   *[]string `json:"permissions"`
	Locale        *string   `json:"locale"`
	Disabled      *bool     `json:"disabled"`
}

// parse puts contacts and names into their stored spelling. An empty contact or name takes the old one away.
func (c AccountChange) parse() (AccountChange, error) {
	if c.Mobile != nil && *c.Mobile != "" {
		phone, err := domain.ParsePhone(*c.Mobile, "")
		if err != nil {
			return c, domain.Malformed("mobile")
		}
		c.Mobile = new(phone.Address())
	}
	if c.Email != nil && *c.Email != "" {
		email, err := domain.ParseEmail(*c.Email)
		if err != nil {
			return c, domain.Malformed("email")
		}
		c.Email = new(email.Address())
	}
	if c.Username != nil {
		c.Username = new(domain.NormalizeUsername(*c.Username))
	}
	if c.Locale != nil {
		c.Locale = new(strings.ToLower(*c.Locale))
	}
	if c.Password != nil && c.PasswordHash != nil {
		return c, domain.Malformed("password and password_hash")
	}
	if c.Password != nil && (len([]rune(*c.Password)) < 6 || !domain.IsLine(*c.Password, 128)) {
		return c, domain.Malformed("password")
	}
	return c, nil
}

// identifiers are what the account is matched by.
func (c AccountChange) identifiers() []domain.Identifier {
	var ids []domain.Identifier
	for _, part := range []struct {
		kind  domain.IdentifierKind
		value *string
	}{{domain.ByCustomerID, c.CustomerID}, {domain.ByPhone, c.Mobile}, {domain.ByEmail, c.Email}, {domain.ByUsername, c.Username}} {
		if part.value != nil && *part.value != "" {
			ids = append(ids, domain.Identifier{Kind: part.kind, Value: *part.value})
		}
	}
	return ids
}

// apply changes the account. A contact that an operator sets counts as verified: it comes from the books.
func (c AccountChange) apply(a *domain.Account) error {
	set(&a.CustomerID, c.CustomerID)
	set(&a.Username, c.Username)
	set(&a.Name, c.Name)
	set(&a.FirstName, c.FirstName)
	set(&a.LastName, c.LastName)
	set(&a.Locale, c.Locale)
	set(&a.PasswordHash, c.PasswordHash)
	set(&a.PointsEarned, c.PointsEarned)
	set(&a.PointsBalance, c.BalancePoints)
	set(&a.Permissions, c.Permissions)
	set(&a.Disabled, c.Disabled)
	if c.Mobile != nil {
		a.Phone, a.PhoneVerified = *c.Mobile, *c.Mobile != ""
	}
	if c.Email != nil {
		a.Email, a.EmailVerified = *c.Email, *c.Email != ""
	}
	return a.Validate()
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// hashed replaces a plain password by its hash, and refuses hashes that could never be verified.
func (c AccountChange) hashed(ctx context.Context, passwords PasswordHasher) (AccountChange, error) {
	if c.PasswordHash != nil && *c.PasswordHash != "" && !passwords.Recognizes(*c.PasswordHash) {
		return c, domain.Malformed("password_hash")
	}
	if c.Password == nil {
		return c, nil
	}
	place, err := passwords.Acquire(ctx)
	if err != nil {
		return c, err
	}
	defer place.Release()
	c.PasswordHash, c.Password = new(place.Hash(*c.Password)), nil
	return c, nil
}

// EditAccountIn changes the account WHO (see FindAccountIn), or makes a new one when Who is empty.
type EditAccountIn struct {
	Caller
	Who    string
	Change AccountChange
}

type editAccount struct {
	store     Store
	clock     Clock
	random    Random
	passwords PasswordHasher
	trail     trail
}

// Execute ends the account's sessions when it is disabled or gets a new password (K4). CodeContactTaken when another account
// has one of the identifiers.
func (s *editAccount) Execute(ctx context.Context, in EditAccountIn) (domain.Account, error) {
	change, err := in.Change.parse()
	if err == nil {
		change, err = change.hashed(ctx, s.passwords)
	}
	if err != nil {
		return domain.Account{}, err
	}
	var account domain.Account
	err = s.store.Atomic(ctx, func(tx Repositories) error {
		account, err = s.write(ctx, tx, in.Who, change)
		if errors.Is(err, ErrTaken) {
			return domain.NewFault(domain.Conflict, domain.CodeContactTaken)
		}
		if err != nil {
			return err
		}
		if account.Disabled || change.PasswordHash != nil {
			if _, err := tx.Sessions.RevokeAll(ctx, account.ID, "", s.clock.Now()); err != nil {
				return err
			}
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "account.edit", account: account.ID})
	})
	return account, err
}

func (s *editAccount) write(ctx context.Context, tx Repositories, who string, change AccountChange) (domain.Account, error) {
	if who == "" {
		var account domain.Account
		found(&account, s.clock, s.random)
		if err := change.apply(&account); err != nil {
			return account, err
		}
		return account, tx.Accounts.Create(ctx, &account)
	}
	account, err := findWho(ctx, tx, who)
	if err != nil {
		return account, err
	}
	if err := change.apply(&account); err != nil {
		return account, err
	}
	account.UpdatedAt = s.clock.Now()
	return account, tx.Accounts.Update(ctx, &account)
}

// findWho finds the account that an operator means by an id, UUID, customer ID, phone, mail or username.
func findWho(ctx context.Context, r Repositories, who string) (domain.Account, error) {
	ids := []domain.Identifier{{Kind: domain.ByCustomerID, Value: who}, {Kind: domain.ByUsername, Value: domain.NormalizeUsername(who)}}
	if _, err := strconv.ParseInt(who, 10, 64); err == nil {
		ids = append(ids, domain.Identifier{Kind: domain.ByID, Value: who})
	}
	if id, err := uuid.Parse(who); err == nil {
		ids = append(ids, domain.Identifier{Kind: domain.ByUUID, Value: id.String()})
	}
	if contact, err := domain.ParseContact(who, ""); err == nil {
		ids = append(ids, domain.ContactIdentifier(contact))
	}
	accounts, err := r.Accounts.FindAll(ctx, ids)
	switch {
	case err != nil:
		return domain.Account{}, err
	case len(accounts) == 0:
		return domain.Account{}, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown)
	case len(accounts) > 1:
		return domain.Account{}, fmt.Errorf("%w: several accounts answer to this; name one by its UUID", domain.NewFault(domain.Conflict, domain.CodeAccountUnknown))
	}
	return accounts[0], nil
}

// FindAccountIn names an account by its id, UUID, customer ID, phone, mail or username.
type FindAccountIn struct {
	Caller
	Who string
}

// AccountReport is what an operator sees of an account.
type AccountReport struct {
	Account  domain.Account
	Sessions []domain.Session
	Devices  []domain.Device
	Events   []domain.Event // newest first, at most 20
}

type findAccount struct {
	store Store
	clock Clock
}

// Execute returns CodeAccountUnknown when there is no such account.
func (s *findAccount) Execute(ctx context.Context, in FindAccountIn) (AccountReport, error) {
	r := s.store.Reader()
	account, err := findWho(ctx, r, in.Who)
	if err != nil {
		return AccountReport{}, err
	}
	report := AccountReport{Account: account}
	if report.Sessions, err = r.Sessions.ListByAccount(ctx, account.ID, s.clock.Now()); err != nil {
		return AccountReport{}, err
	}
	if report.Devices, err = r.Devices.List(ctx, account.ID); err != nil {
		return AccountReport{}, err
	}
	report.Events, err = r.Audit.ListByAccount(ctx, account.ID, 20)
	return report, err
}

// ListAccountsIn asks for a page of at most Limit accounts with an ID above After.
type ListAccountsIn struct {
	Caller
	After int64
	Limit int
}

type listAccounts struct{ store Store }

// Execute returns accounts in order of ID.
func (s *listAccounts) Execute(ctx context.Context, in ListAccountsIn) ([]domain.Account, error) {
	return s.store.Reader().Accounts.List(ctx, in.After, in.Limit)
}

// RevokeSessionsIn ends one session of an account, or all of them when ID is empty.
type RevokeSessionsIn struct {
	Caller
	Who string
	ID  string
}

type revokeSessions struct {
	store Store
	clock Clock
	trail trail
}

// Execute returns how many sessions it ended; they are over on every node with the next request (K4).
func (s *revokeSessions) Execute(ctx context.Context, in RevokeSessionsIn) (int, error) {
	ended := 0
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		ended = 0
		account, err := findWho(ctx, tx, in.Who)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if in.ID == "" {
			ended, err = tx.Sessions.RevokeAll(ctx, account.ID, "", now)
		} else {
			ended, err = s.revokeOne(ctx, tx, account.ID, in.ID)
		}
		if err != nil {
			return err
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "session.revoke", account: account.ID, ref: in.ID})
	})
	return ended, err
}

func (s *revokeSessions) revokeOne(ctx context.Context, tx Repositories, accountID int64, id string) (int, error) {
	session, err := tx.Sessions.Lock(ctx, id)
	if errors.Is(err, ErrNotFound) || (err == nil && session.AccountID != accountID) {
		return 0, domain.NewFault(domain.NotFound, domain.CodeSessionUnknown)
	}
	if err != nil || !session.Live(s.clock.Now()) {
		return 0, err
	}
	session.Revoke(s.clock.Now())
	return 1, tx.Sessions.Save(ctx, session)
}

// UnlockIn names an account, or a contact that has none.
type UnlockIn struct {
	Caller
	Who string
}

type unlock struct {
	store   Store
	keyring Keyring
	trail   trail
}

// Execute forgets the failures, waits and sends of all contacts and of the password.
func (s *unlock) Execute(ctx context.Context, in UnlockIn) (Done, error) {
	return Done{}, s.store.Atomic(ctx, func(tx Repositories) error {
		account, err := findWho(ctx, tx, in.Who)
		contacts := []domain.Contact{account.PhoneContact(), account.EmailContact()}
		if domain.HasCode(err, domain.CodeAccountUnknown) {
			stranger, parseErr := domain.ParseContact(in.Who, "")
			if parseErr != nil {
				return err
			}
			contacts, err = []domain.Contact{stranger}, nil
		}
		if err != nil {
			return err
		}
		keys := []domain.ChallengeKey{(&passwordGate{keyring: s.keyring}).key(account, domain.Identifier{Kind: domain.ByEmail, Value: in.Who})}
		for _, contact := range slices.DeleteFunc(contacts, domain.Contact.IsZero) {
			for _, purpose := range []domain.Purpose{domain.PurposeLogin, domain.PurposeResetPassword, domain.PurposeChangeEmail, domain.PurposeChangePhone, domain.PurposeVerifyEmail} {
				keys = append(keys, domain.ChallengeKey{Contact: s.keyring.ContactKey(contactSubject(contact)), Purpose: purpose})
			}
		}
		for _, key := range keys {
			if err := forget(ctx, tx, key); err != nil {
				return err
			}
		}
		return s.trail.add(ctx, tx, in.Caller, entry{action: "unlock", account: account.ID})
	})
}

func forget(ctx context.Context, tx Repositories, key domain.ChallengeKey) error {
	challenge, err := tx.Challenges.Lock(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	challenge.Forget()
	return tx.Challenges.Save(ctx, challenge)
}
