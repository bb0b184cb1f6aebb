package domain

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
)

// Channel is the way a message takes.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
	// Nowhere is the channel of messages that nobody gets. Asking a code for a contact without an account makes one, so that it
	// costs what a real one costs (E2).
	Nowhere Channel = "nowhere"
)

// maxAddress is the longest mail address that SMTP can carry (RFC 5321 4.5.3.1.3, less the angle brackets).
const maxAddress = 254

// Contact is a phone number in E.164 or a mail address in its one canonical spelling. The zero Contact is no contact.
// Only ParsePhone, ParseEmail and RestoreContact make others, so two equal contacts are one contact (I1).
type Contact struct {
	channel Channel
	address string
}

// ParsePhone reads a number in international spelling, or in the national one when region (ISO 3166, such as "HK") is given.
// Only numbers that the numbering plans have assigned to people are contacts: premium-rate, shared-cost, paging and unassigned
// ones give CodeContactInvalid (S4), as does anything that is not a number.
func ParsePhone(raw, region string) (Contact, error) {
	invalid := NewFault(Invalid, CodeContactInvalid)
	if len(raw) > 32 || !isASCII(raw) {
		return Contact{}, invalid
	}
	number, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsValidNumber(number) || number.GetExtension() != "" {
		return Contact{}, invalid
	}
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.FIXED_LINE, phonenumbers.PERSONAL_NUMBER, phonenumbers.VOIP:
		return Contact{SMS, phonenumbers.Format(number, phonenumbers.E164)}, nil
	}
	return Contact{}, invalid
}

// ParseEmail reads a bare mail address. The domain becomes a lower-case IDNA A-label; the local part is lower-cased too, as
// every provider in use compares it without regard to case (I1). Display names, comments, quotes and lists are refused.
func ParseEmail(raw string) (Contact, error) {
	invalid := NewFault(Invalid, CodeContactInvalid)
	raw = strings.TrimSpace(raw)
	if len(raw) > maxAddress || !utf8.ValidString(raw) || strings.ContainsAny(raw, "\r\n\t <>\"(),;:\\") {
		return Contact{}, invalid
	}
	if parsed, err := mail.ParseAddress(raw); err != nil || parsed.Address != raw {
		return Contact{}, invalid
	}
	at := strings.LastIndexByte(raw, '@')
	host, err := idna.Lookup.ToASCII(raw[at+1:])
	if err != nil || !strings.Contains(host, ".") || strings.ContainsAny(host, "[]") {
		return Contact{}, invalid
	}
	address := strings.ToLower(raw[:at]) + "@" + host
	if at > 64 || len(address) > maxAddress {
		return Contact{}, invalid
	}
	return Contact{Email, address}, nil
}

// ParseContact reads a mail address when raw has an @, else a phone number (see ParsePhone for region).
func ParseContact(raw, region string) (Contact, error) {
	if strings.Contains(raw, "@") {
		return ParseEmail(raw)
	}
	return ParsePhone(raw, region)
}

// RestoreContact rebuilds a contact from storage, where only parsed ones are kept. An empty address is no contact.
func RestoreContact(channel Channel, address string) Contact {
	if address == "" {
		return Contact{}
	}
	return Contact{channel, address}
}

// Channel tells how a message reaches the contact.
func (c Contact) Channel() Channel { return c.channel }

// Address is the E.164 number or the canonical mail address.
func (c Contact) Address() string { return c.address }

// IsZero tells whether this is no contact at all.
func (c Contact) IsZero() bool { return c.address == "" }

// Region is the ISO 3166 region of a phone number, empty for mail and for numbers of no one region.
func (c Contact) Region() string {
	if c.channel != SMS {
		return ""
	}
	number, err := phonenumbers.Parse(c.address, "")
	if err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(number); region != "001" {
		return region
	}
	return ""
}

// National is a phone number's national significant part (digits only), and a mail address unchanged.
func (c Contact) National() string {
	if c.channel != SMS {
		return c.address
	}
	number, err := phonenumbers.Parse(c.address, "")
	if err != nil {
		return c.address
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}

// Masked is what logs, audit rows and operators may see: the last two digits of a number, the first letter of a mail address
// and its domain.
func (c Contact) Masked() string {
	switch {
	case c.IsZero():
		return ""
	case c.channel == Email:
		at := strings.LastIndexByte(c.address, '@')
		_, size := utf8.DecodeRuneInString(c.address)
		return c.address[:min(size, at)] + "***" + c.address[at:]
	default:
		return "***" + c.address[max(0, len(c.address)-2):]
	}
}

// String is Masked, so that a contact printed by accident tells nothing (C5).
func (c Contact) String() string { return c.Masked() }

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e || r < 0x20 }) < 0
}
