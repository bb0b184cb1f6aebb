package domain

import (
	"strings"
	"testing"
)

func TestI1_ParsePhone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, raw, region, want string }{
		{"as the documents write it", "+85261677528", "", "+85261677528"},
		{"spaces and dashes", "+852 6167-7528", "", "+85261677528"},
		{"international prefix", "0085261677528", "FR", "+85261677528"},
		{"national with a region", "68098227", "HK", "+85268098227"},
		{"india", "+91 98888 88888", "", "+919888888888"},
		{"brackets", "+91 (98888) 88888", "", "+919888888888"},
		{"national without a region", "68098227", "", ""},
		{"unassigned", "+85212345678", "", ""},
		{"premium rate", "+442 0", "", ""},
		{"premium rate, UK 09", "+449098790000", "", ""},
		{"shared cost, UK 0843", "+448431234567", "", ""},
		{"toll free", "+18002345678", "", ""},
		{"too short", "+8525234567", "", ""},
		{"too long", "+852523456789", "", ""},
		{"extension", "+85261677528;ext=12", "", ""},
		{"letters", "+1800FLOWERS", "", ""},
		{"arabic digits", "+٨٥٢٦١٦٧٧٥٢٨", "", ""},
		{"full-width digits", "+８５２６１６７７５２８", "", ""},
		{"line break", "+85261677528\n", "", ""},
		{"nothing", "", "", ""},
		{"endless", "+852" + strings.Repeat("6", 1000), "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParsePhone(test.raw, test.region)
			checkContact(t, got, err, SMS, test.want)
		})
	}
}

func TestI1_ParseEmail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, raw, want string }{
		{"plain", "johndoe@example.com", "johndoe@example.com"},
		{"letter case", "JohnDoe@Example.COM", "johndoe@example.com"},
		{"white space around", "  johndoe@example.com ", "johndoe@example.com"},
		{"international domain", "post@bücher.example", "post@xn--bcher-kva.example"},
		{"international local part", "Jörg@example.com", "jörg@example.com"},
		{"plus", "john+doe@example.com", "john+doe@example.com"},
		{"display name", "John <johndoe@example.com>", ""},
		{"two addresses", "a@example.com,b@example.com", ""},
		{"header injection", "a@example.com\r\nBcc: b@example.com", ""},
		{"quoted", `"a b"@example.com`, ""},
		{"no dot", "root@localhost", ""},
		{"address literal", "a@[127.0.0.1]", ""},
		{"no local part", "@example.com", ""},
		{"no domain", "a@", ""},
		{"local part over 64", strings.Repeat("a", 65) + "@example.com", ""},
		{"over 254", "a@" + strings.Repeat("b.", 130) + "com", ""},
		{"broken UTF-8", "a\xff@example.com", ""},
		{"markup", "<script>@example.com", ""},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseEmail(test.raw)
			checkContact(t, got, err, Email, test.want)
		})
	}
}

func checkContact(t *testing.T, got Contact, err error, channel Channel, want string) {
	t.Helper()
	if want == "" {
		if !HasCode(err, CodeContactInvalid) || !got.IsZero() {
			t.Errorf("got %q, %v; want a refusal", got.Address(), err)
		}
		return
	}
	if err != nil || got.Address() != want || got.Channel() != channel {
		t.Errorf("got %q over %s, %v; want %q", got.Address(), got.Channel(), err, want)
	}
}

func TestParseContact(t *testing.T) {
	t.Parallel()
	mail, err := ParseContact("a@example.com", "HK")
	checkContact(t, mail, err, Email, "a@example.com")
	phone, err := ParseContact("61677528", "HK")
	checkContact(t, phone, err, SMS, "+85261677528")
	name, err := ParseContact("johndoe", "HK")
	checkContact(t, name, err, SMS, "")
}

func TestC5_ContactsPrintMasked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		contact Contact
		want    string
	}{
		{RestoreContact(SMS, "+919800000045"), "***45"},
		{RestoreContact(Email, "johndoe@example.com"), "j***@example.com"},
		{RestoreContact(Email, "éa@example.com"), "é***@example.com"},
		{Contact{}, ""},
	} {
		if got := test.contact.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestContactRegionAndNational(t *testing.T) {
	t.Parallel()
	phone := RestoreContact(SMS, "+919800000045")
	if phone.Region() != "IN" || phone.National() != "9800000045" {
		t.Errorf("got %s, %s", phone.Region(), phone.National())
	}
	mail := RestoreContact(Email, "a@example.com")
	if mail.Region() != "" || mail.National() != "a@example.com" {
		t.Errorf("got %s, %s", mail.Region(), mail.National())
	}
}

func FuzzParseContact(f *testing.F) {
	for _, seed := range []string{"+85261677528", "johndoe@example.com", "68098227", "a@b", "+", "@", "\x00"} {
		f.Add(seed, "HK")
	}
	f.Fuzz(func(t *testing.T, raw, region string) {
		contact, err := ParseContact(raw, region)
		if err != nil {
			return
		}
		again, err := ParseContact(contact.Address(), "")
		if err != nil || again != contact {
			t.Errorf("%q parses to %q, and that to %q, %v", raw, contact.Address(), again.Address(), err)
		}
		if strings.ContainsAny(contact.Address(), "\r\n\t ") {
			t.Errorf("white space in %q", contact.Address())
		}
	})
}
