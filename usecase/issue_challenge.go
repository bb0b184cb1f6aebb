package usecase

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"latchkey/domain"
)

// IssueChallengeIn asks for a code. Exactly one of Contact and CustomerID names where it goes; Owner goes with Contact.
type IssueChallengeIn struct {
	Caller
	Purpose domain.Purpose
	// Contact gets the message if an account has it.
	Contact domain.Contact
	// CustomerID names the account whose phone, or mail when it has no phone, gets the message.
	CustomerID string
	// Owner is who wants to have Contact from now on, and must have logged in of late (I2): the message goes there unless another
	// account has it.
	Owner *Identity
	// Strangers says that a contact without an account gets the message too.
	Strangers bool
	// Enroll, when set, is the account to create for a contact that has none.
	Enroll *domain.Account
	// Permit tells whether an account may use codes here; nil permits all. One that may not is answered like an unknown one.
	Permit func(domain.Account) bool
	// Link, when set, sends a link instead of digits that somebody types.
	Link *Link
}

// Link is how a secret of 256 bits travels by mail. A token, which holds handle and secret, answers once like a code; see
// AnswerLink.
type Link struct {
	Lifetime time.Duration
	Address  func(token string) string // of the page that the link opens; from settings, never from a request (V2)
}

// AnswerLink is the answer that a link's token gives. Whatever is no token answers no challenge.
func AnswerLink(purpose domain.Purpose, token string) Answer {
	handle, secret, _ := strings.Cut(token, ".")
	return Answer{Purpose: purpose, Handle: handle, Code: secret}
}

// IssueChallengeOut is the same for contacts with and without an account (E1).
type IssueChallengeOut struct {
	Handle    string
	ExpiresAt time.Time
}

// issueChallenge replaces the live code of a contact and purpose, and queues the message in the same transaction.
type issueChallenge struct {
	store     Store
	clock     Clock
	random    Random
	keyring   Keyring
	courier   courier
	trail     trail
	countries []string
}

// Execute returns CodeAccountUnknown for an unknown or disabled CustomerID, CodeContactInvalid for a country that is not
// allowed, CodeSendsLimited with the wait, and CodeSessionStale for an Owner who logged in too long ago.
func (s *issueChallenge) Execute(ctx context.Context, in IssueChallengeIn) (IssueChallengeOut, error) {
	if err := s.allowed(in.Contact); err != nil {
		return IssueChallengeOut{}, err
	}
	if in.Owner != nil && !in.Owner.Session.Fresh(s.clock.Now()) {
		return IssueChallengeOut{}, domain.NewFault(domain.Forbidden, domain.CodeSessionStale)
	}
	var out IssueChallengeOut
	var posted domain.Message
	var refusal error
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		out, posted, refusal = IssueChallengeOut{}, domain.Message{}, nil
		owner, to, err := s.recipient(ctx, tx, in)
		if domain.AsFault(err).IsRefusal() {
			refusal = err
			return s.trail.add(ctx, tx, in.Caller, entry{action: "send", purpose: in.Purpose, err: refusal})
		}
		if err != nil {
			return err
		}
		challenge, err := tx.Challenges.LockOrCreate(ctx, domain.ChallengeKey{
			Contact: s.keyring.ContactKey(contactSubject(to)), Purpose: in.Purpose,
		})
		if err != nil {
			return err
		}
		issue, fill := s.draw(in, to)
		refusal = challenge.Issue(s.clock.Now(), issue)
		if refusal == nil {
			out = IssueChallengeOut{Handle: challenge.Handle, ExpiresAt: challenge.ExpiresAt}
			posted, err = s.send(ctx, tx, in, owner, to, challenge, fill)
			if err != nil {
				return err
			}
		}
		return s.trail.add(ctx, tx, in.Caller, entry{
			action: "send", purpose: in.Purpose, account: challenge.AccountID, contact: to, ref: out.Handle, err: refusal,
		})
	})
	if err != nil {
		return IssueChallengeOut{}, err
	}
	if refusal != nil {
		return IssueChallengeOut{}, refusal
	}
	s.courier.handOver(posted)
	return out, nil
}

// allowed tells whether messages may go to the contact's country (S4).
func (s *issueChallenge) allowed(c domain.Contact) error {
	if c.Channel() != domain.SMS || len(s.countries) == 0 || slices.Contains(s.countries, c.Region()) {
		return nil
	}
	return domain.NewFault(domain.Invalid, domain.CodeContactInvalid)
}

// recipient finds whose code it is and where it goes. The account is nil when nobody is to get the message.
func (s *issueChallenge) recipient(ctx context.Context, tx Repositories, in IssueChallengeIn) (*domain.Account, domain.Contact, error) {
	if in.CustomerID != "" {
		account, err := customer(ctx, tx, in.CustomerID)
		if err != nil {
			return nil, domain.Contact{}, err
		}
		to := account.PhoneContact()
		if to.IsZero() {
			to = account.EmailContact()
		}
		if to.IsZero() || s.allowed(to) != nil {
			return nil, domain.Contact{}, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown)
		}
		return &account, to, nil
	}
	account, err := tx.Accounts.Find(ctx, domain.ContactIdentifier(in.Contact))
	known := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, domain.Contact{}, err
	}
	switch {
	case in.Owner != nil:
		if known && account.ID != in.Owner.Account.ID {
			return nil, in.Contact, nil
		}
		return &in.Owner.Account, in.Contact, nil
	case known && !account.Disabled && (in.Permit == nil || in.Permit(account)):
		return &account, in.Contact, nil
	case !known && in.Enroll != nil:
		return in.Enroll, in.Contact, nil
	case !known && in.Strangers:
		return &domain.Account{}, in.Contact, nil
	default:
		return nil, in.Contact, nil
	}
}

// linkSecret is how many random bytes stand in for the code of a link.
const linkSecret = 32

// draw makes handle, code and MAC, and what the message tells of them.
func (s *issueChallenge) draw(in IssueChallengeIn, to domain.Contact) (domain.Issue, domain.Fill) {
	policy := in.Dialect.Codes
	handle := in.Dialect.handle(s.random.Bytes(16))
	var code string
	var fill domain.Fill
	if in.Link == nil {
		code = s.random.Code(policy.Length)
		fill = domain.Fill{Code: code, Lifetime: policy.Lifetime}
	} else {
		policy.Lifetime = in.Link.Lifetime
		code = base64.RawURLEncoding.EncodeToString(s.random.Bytes(linkSecret))
		fill = domain.Fill{Link: in.Link.Address(handle + "." + code), Lifetime: policy.Lifetime}
	}
	return domain.Issue{
		Handle: handle, Dialect: in.Dialect.Name, Channel: to.Channel(), Policy: policy,
		MAC: s.keyring.CodeMAC(handle, in.Purpose, in.Dialect.Name, code),
	}, fill
}

func (d *Dialect) handle(raw []byte) string {
	if d.Handle == nil {
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return d.Handle(raw)
}

// send completes the issued row and queues its message. Without an owner the row gets a MAC that no code has and the
// message goes nowhere; the work is the same (E1, E2).
func (s *issueChallenge) send(ctx context.Context, tx Repositories, in IssueChallengeIn, owner *domain.Account, to domain.Contact,
	challenge *domain.Challenge, fill domain.Fill) (domain.Message, error) {
	channel := to.Channel()
	if owner == nil {
		owner, channel = &domain.Account{}, domain.Nowhere
		challenge.MAC = s.random.Bytes(len(challenge.MAC))
	} else if owner == in.Enroll {
		if err := enroll(ctx, tx, s.clock, s.random, owner, to); err != nil {
			return domain.Message{}, err
		}
	}
	challenge.AccountID = owner.ID
	if err := tx.Challenges.Save(ctx, challenge); err != nil {
		return domain.Message{}, err
	}
	template, locale := in.Dialect.Templates.Pick(in.Purpose, in.locale(*owner))
	subject, body := template.Render(to.Channel(), fill)
	if host := in.Dialect.WebOTPHost; host != "" && to.Channel() == domain.SMS && fill.Code != "" {
		body += "\n\n@" + host + " #" + fill.Code
	}
	return s.courier.post(ctx, tx, domain.Message{
		Channel: channel, To: to.Address(), Subject: subject, Body: body, Code: fill.Code,
		Purpose: in.Purpose, Dialect: in.Dialect.Name, Locale: locale, ExpiresAt: challenge.ExpiresAt,
	})
}

// contactSubject is what ContactKey hashes for a contact.
func contactSubject(c domain.Contact) string { return string(c.Channel()) + ":" + c.Address() }

// customer finds an account that may log in by customer ID.
func customer(ctx context.Context, tx Repositories, id string) (domain.Account, error) {
	account, err := tx.Accounts.Find(ctx, domain.Identifier{Kind: domain.ByCustomerID, Value: id})
	if errors.Is(err, ErrNotFound) || (err == nil && account.Disabled) {
		return domain.Account{}, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown)
	}
	return account, err
}
