package domain

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Account is one subscriber, shared by all dialects. The empty string means that an account has no such thing.
type Account struct {
	ID         int64  // set by the store; GoodCity's user_id, Bridgekeeper's id
	UUID       string // RFC 9562; Arita's sub
	CustomerID string // BigCity's
	Phone      string // E.164
	Email      string // canonical, see ParseEmail
	Username   string // lower case

	Name          string // as Bridgekeeper has it; independent of first and last name
	FirstName     string
	LastName      string
	Locale        string // BCP 47, lower case: "en", "zh-tw"
	Address       Address
	Permissions   []string
	PointsEarned  int64
	PointsBalance int64

	PasswordHash  string // PHC string or bcrypt
	PhoneVerified bool
	EmailVerified bool
	Disabled      bool
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Address is where an account's owner lives, as far as GoodCity asks.
type Address struct {
	Street     string
	Flat       string
	Building   string
	DistrictID int64  // 0 when unknown
	Type       string // "Profile", "Collection"
}

// IsZero tells whether nothing is known of the address.
func (a Address) IsZero() bool { return a == Address{} }

// PhoneContact is the account's number, zero when it has none.
func (a Account) PhoneContact() Contact { return RestoreContact(SMS, a.Phone) }

// EmailContact is the account's mail address, zero when it has none.
func (a Account) EmailContact() Contact { return RestoreContact(Email, a.Email) }

// ContactBy is the account's contact on a channel, zero when it has none.
func (a Account) ContactBy(channel Channel) Contact {
	if channel == Email {
		return a.EmailContact()
	}
	return a.PhoneContact()
}

// MarkVerified records that the owner has answered a code sent over this channel. It tells whether that is news.
func (a *Account) MarkVerified(channel Channel) bool {
	verified := &a.PhoneVerified
	if channel == Email {
		verified = &a.EmailVerified
	}
	news := !*verified
	*verified = true
	return news
}

// Claim is MarkVerified for who has no other proof to be the owner than the answered code. A password that was set while no
// contact was proven may be that of a stranger who signed up with somebody else's address: it is dropped then, and the account's
// sessions must end.
func (a *Account) Claim(channel Channel) (news, dropped bool) {
	unproven := !a.PhoneVerified && !a.EmailVerified
	news = a.MarkVerified(channel)
	if dropped = unproven && a.PasswordHash != ""; dropped {
		a.PasswordHash = ""
	}
	return news, dropped
}

// SetContact gives the account a new, verified contact in place of the old one on that channel.
func (a *Account) SetContact(c Contact) {
	if c.Channel() == Email {
		a.Email, a.EmailVerified = c.Address(), true
		return
	}
	a.Phone, a.PhoneVerified = c.Address(), true
}

// May tells whether the account holds a permission.
func (a Account) May(permission string) bool { return slices.Contains(a.Permissions, permission) }

// Identifiers are what an account is found by, in the order in which operators think of them.
func (a Account) Identifiers() []Identifier {
	all := []Identifier{{ByCustomerID, a.CustomerID}, {ByPhone, a.Phone}, {ByEmail, a.Email}, {ByUsername, a.Username}}
	return slices.DeleteFunc(all, func(id Identifier) bool { return id.Value == "" })
}

// Validate checks what no store and no reply should ever hold: an account without any identifier, names over their length or
// with control characters (V5), negative points. Contacts must have come through ParsePhone and ParseEmail.
func (a Account) Validate() error {
	if len(a.Identifiers()) == 0 {
		return Malformed("customer_id, mobile, email or username")
	}
	for _, text := range []struct {
		field, value string
		most         int
	}{
		{"customer_id", a.CustomerID, 64}, {"username", a.Username, maxAddress}, {"name", a.Name, 200},
		{"first_name", a.FirstName, 100}, {"last_name", a.LastName, 100}, {"locale", a.Locale, 16},
		{"street", a.Address.Street, 200}, {"flat", a.Address.Flat, 100}, {"building", a.Address.Building, 100},
		{"address_type", a.Address.Type, 32}, {"permissions", strings.Join(a.Permissions, ","), 1000},
	} {
		if !IsLine(text.value, text.most) {
			return Malformed(text.field)
		}
	}
	if a.PointsEarned < 0 {
		return Malformed("points_earned")
	}
	if a.PointsBalance < 0 {
		return Malformed("balance_points")
	}
	return nil
}

// IsLine tells whether s is one line of valid text of at most this many characters, without control characters and without the
// invisible ones that reorder or hide text.
func IsLine(s string, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	}) < 0
}

// NormalizeUsername is the one spelling under which a username is stored and looked up.
func NormalizeUsername(raw string) string { return strings.ToLower(strings.TrimSpace(raw)) }

// IdentifierKind is one way to find an account.
type IdentifierKind uint8

// The ways to find an account; each value is unique among accounts.
const (
	ByID IdentifierKind = iota + 1
	ByUUID
	ByCustomerID
	ByPhone
	ByEmail
	ByUsername
)

// Identifier finds at most one account. ByID takes decimal digits, the rest the stored spelling.
type Identifier struct {
	Kind  IdentifierKind
	Value string
}

// ContactIdentifier finds the account that has this contact.
func ContactIdentifier(c Contact) Identifier {
	if c.Channel() == Email {
		return Identifier{ByEmail, c.Address()}
	}
	return Identifier{ByPhone, c.Address()}
}

// Device is where push messages for an account go.
type Device struct {
	AccountID int64
	Platform  string // "fcm", "aps", "gcm"
	Handle    string // the registration id
}
