package usecase

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"latchkey/domain"
)

// Story is one use case.
type Story[In, Out any] interface {
	Execute(ctx context.Context, in In) (Out, error)
}

// Ports are what the core needs from outside.
type Ports struct {
	Store     Store
	Clock     Clock
	Random    Random
	Keyring   Keyring
	Passwords PasswordHasher
	Tokens    TokenSigner
	Limiter   Limiter
	Limits    Limits
	Senders   map[domain.Channel]Sender // a channel that is missing cannot be sent over
	Observer  Observer
	Logger    *slog.Logger
	// Countries are the ISO 3166 regions that text messages may go to; empty allows all (S4).
	Countries []string
}

// Core is every story of the server.
type Core struct {
	IssueChallenge       Story[IssueChallengeIn, IssueChallengeOut]
	LoginByCode          Story[LoginByCodeIn, Grant]
	AuthenticatePassword Story[AuthenticatePasswordIn, Grant]
	Authenticate         Story[AuthenticateIn, Identity]
	RefreshSession       Story[RefreshSessionIn, Grant]
	RevokeSession        Story[RevokeSessionIn, Done]
	SetPassword          Story[SetPasswordIn, Done]
	ChangeContact        Story[ChangeContactIn, domain.Account]
	RegisterDevice       Story[RegisterDeviceIn, Done]
	SignUp               Story[SignUpIn, Grant]
	ResetPassword        Story[ResetPasswordIn, Done]
	VerifyContact        Story[VerifyContactIn, domain.Account]
	EditProfile          Story[EditProfileIn, domain.Account]
	ListSessions         Story[ListSessionsIn, []domain.Session]
	CountSessions        Story[CountSessionsIn, int]
	RememberLocale       Story[RememberLocaleIn, domain.Account]

	ImportAccounts Story[ImportAccountsIn, ImportAccountsOut]
	FindAccount    Story[FindAccountIn, AccountReport]
	ListAccounts   Story[ListAccountsIn, []domain.Account]
	EditAccount    Story[EditAccountIn, domain.Account]
	RevokeSessions Story[RevokeSessionsIn, int]
	Unlock         Story[UnlockIn, Done]
	Sweep          Story[SweepIn, SweepOut]

	Dispatcher *Dispatcher
	Tokens     TokenSigner
	Store      Store
}

// Done is the answer of stories that have nothing to tell.
type Done struct{}

// New puts the stories together and their decorators on.
func New(p Ports) *Core {
	dispatcher := newDispatcher(p)
	trail := trail{clock: p.Clock}
	courier := courier{p.Clock, p.Random, p.Keyring, dispatcher}
	verifier := &verifier{p.Keyring, trail}
	opener := &opener{p.Random, p.Keyring, p.Tokens}
	sessions := &listSessions{p.Store, p.Clock}
	passwords := &passwordGate{p.Store, p.Clock, p.Keyring, p.Passwords, trail}

	return &Core{
		IssueChallenge:       guard(p, "send", p.Limits.Sends, &issueChallenge{p.Store, p.Clock, p.Random, p.Keyring, courier, trail, p.Countries}),
		LoginByCode:          guard(p, "verify", p.Limits.Answers, &loginByCode{p.Store, p.Clock, p.Random, verifier, opener}),
		AuthenticatePassword: guard(p, "password", p.Limits.Answers, &authenticatePassword{p.Store, p.Clock, passwords, opener}),
		Authenticate:         watch(p, "authenticate", &authenticate{p.Store, p.Clock, p.Tokens}),
		RefreshSession:       guard(p, "refresh", p.Limits.Answers, &refreshSession{p.Store, p.Clock, opener, trail}),
		RevokeSession:        watch(p, "logout", &revokeSession{p.Store, p.Clock, opener, trail}),
		SetPassword:          guard(p, "set_password", p.Limits.Answers, &setPassword{p.Store, p.Clock, p.Random, passwords, courier, trail}),
		ChangeContact:        guard(p, "change_contact", p.Limits.Answers, &changeContact{p.Store, p.Clock, verifier, courier, trail}),
		RegisterDevice:       watch(p, "register_device", &registerDevice{p.Store, trail}),
		// An account is dearer than a code: signing up counts as a send.
		SignUp:         guard(p, "sign_up", p.Limits.Sends, &signUp{p.Store, p.Clock, p.Random, p.Passwords, verifier, opener, trail}),
		ResetPassword:  guard(p, "reset_password", p.Limits.Answers, &resetPassword{p.Store, p.Clock, p.Passwords, verifier, courier, trail}),
		VerifyContact:  guard(p, "verify_contact", p.Limits.Answers, &verifyContact{p.Store, p.Clock, verifier}),
		EditProfile:    watch(p, "edit_profile", &editProfile{p.Store, p.Clock, trail}),
		ListSessions:   sessions,
		CountSessions:  &countSessions{sessions},
		RememberLocale: watch(p, "remember_locale", &rememberLocale{p.Store, p.Clock}),

		ImportAccounts: &importAccounts{p.Store, p.Clock, p.Random, p.Passwords, trail},
		FindAccount:    &findAccount{p.Store, p.Clock},
		ListAccounts:   &listAccounts{p.Store},
		EditAccount:    &editAccount{p.Store, p.Clock, p.Random, p.Passwords, trail},
		RevokeSessions: &revokeSessions{p.Store, p.Clock, trail},
		Unlock:         &unlock{p.Store, p.Keyring, trail},
		Sweep:          &sweep{p.Store, p.Clock},

		Dispatcher: dispatcher,
		Tokens:     p.Tokens,
		Store:      p.Store,
	}
}

// Dialect is what a room tells the core about itself. The core never looks at Name but to keep dialects apart.
type Dialect struct {
	Name      string
	Codes     domain.CodePolicy
	Templates domain.Templates
	Lifetimes domain.Lifetimes
	Access    TokenKind // of the tokens that requests carry
	Reset     TokenKind // of the token that sets a password once; zero when the dialect has none
	Refreshes bool      // whether sessions have refresh tokens
	// Handle spells 16 random bytes as the dialect's clients know handles; nil spells them in base64url.
	Handle func(raw []byte) string
	// Claims are the claims of an access token, but iss. They hold the session's id as "sid", or as "jti" when there is no "sid".
	Claims func(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any
	// WebOTPHost, when set, ends text messages with the line that lets a browser on that host fill in the code.
	WebOTPHost string
}

// Caller is who asks, as far as the HTTP side knows. Every In embeds one.
type Caller struct {
	Dialect   *Dialect
	IP        netip.Addr // invalid when unknown
	Client    string     // name of a server that authenticated itself, empty for people
	UserAgent string
	Locale    string // lower-case BCP 47, empty when the request names none
}

func (c Caller) caller() Caller { return c }

// locale is the language to write in: the request's, else the account's, else English.
func (c Caller) locale(a domain.Account) string {
	switch {
	case c.Locale != "":
		return c.Locale
	case a.Locale != "":
		return a.Locale
	default:
		return "en"
	}
}

// request is any In.
type request interface{ caller() Caller }
