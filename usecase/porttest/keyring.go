package porttest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"testing"

	"latchkey/domain"
	"latchkey/usecase"
)

// Secrets for keyrings, of 32 bytes each.
var (
	newSecret = bytes.Repeat([]byte("new!"), 8)
	oldSecret = bytes.Repeat([]byte("old!"), 8)
)

// Keyring checks a usecase.Keyring. open makes one from the secrets in use, the current one first.
func Keyring(t *testing.T, open func(t *testing.T, secrets ...[]byte) usecase.Keyring) {
	for name, check := range map[string]func(*testing.T, func(*testing.T, ...[]byte) usecase.Keyring){
		"a MAC depends on every part":               macParts,
		"TestC4 parts have unambiguous borders":     macBorders,
		"keys of different uses differ":             macUses,
		"TestC4 codes verify while rotating":        rotateCodes,
		"refresh tokens verify while rotating":      rotateRefresh,
		"contacts keep their keys while rotating":   rotateContacts,
		"contact keys tell nothing":                 contactKeys,
		"TestC4 sealed values open again":           sealOpens,
		"TestC4 sealed values cannot be changed":    sealTampered,
		"sealed values open while rotating":         sealRotates,
		"goroutines get the same answers":           keyringParallel,
		"what was returned belongs to its receiver": keyringOwnership,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(t, open) })
	}
}

func macParts(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	want := ring.CodeMAC("handle", domain.PurposeLogin, "arita", "0042")
	if len(want) != sha256.Size {
		t.Fatalf("%d bytes, want %d", len(want), sha256.Size)
	}
	if again := open(t, newSecret).CodeMAC("handle", domain.PurposeLogin, "arita", "0042"); !bytes.Equal(want, again) {
		t.Error("the same code has two MACs")
	}
	for name, other := range map[string][]byte{
		"handle":  ring.CodeMAC("handlf", domain.PurposeLogin, "arita", "0042"),
		"purpose": ring.CodeMAC("handle", domain.PurposeResetPassword, "arita", "0042"),
		"dialect": ring.CodeMAC("handle", domain.PurposeLogin, "bigcity", "0042"),
		"code":    ring.CodeMAC("handle", domain.PurposeLogin, "arita", "42"),
		"secret":  open(t, oldSecret).CodeMAC("handle", domain.PurposeLogin, "arita", "0042"),
	} {
		if bytes.Equal(want, other) {
			t.Errorf("another %s has the same MAC", name)
		}
	}
	refresh := ring.RefreshMACs("session", 1, []byte("seed"))[0]
	for name, other := range map[string][]byte{
		"session":         ring.RefreshMACs("sessiom", 1, []byte("seed"))[0],
		"generation":      ring.RefreshMACs("session", 2, []byte("seed"))[0],
		"high generation": ring.RefreshMACs("session", 1<<24, []byte("seed"))[0],
		"seed":            ring.RefreshMACs("session", 1, []byte("seee"))[0],
	} {
		if bytes.Equal(refresh, other) {
			t.Errorf("another %s has the same MAC", name)
		}
	}
}

func macBorders(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	seen := make(map[string][]string)
	for _, parts := range [][]string{
		{"ab", "c", "d", "1234"}, {"a", "bc", "d", "1234"}, {"a", "b", "cd", "1234"}, {"a", "b", "c", "d1234"},
		{"abcd1234", "", "", ""}, {"", "", "", "abcd1234"}, {"", "abcd", "", "1234"}, {"ab\x00c", "", "d", "1234"},
		{"ab", "\x00c", "d", "1234"}, {"ab", "c", "d", "1234\x00"}, {"", "", "", ""},
	} {
		mac := string(ring.CodeMAC(parts[0], domain.Purpose(parts[1]), parts[2], parts[3]))
		if same, there := seen[mac]; there {
			t.Errorf("%q and %q have the same MAC", same, parts)
		}
		seen[mac] = parts
	}
	one := ring.RefreshMACs("s", 0, []byte("xseed"))[0]
	if two := ring.RefreshMACs("s\x00\x00\x00\x00x", 0, []byte("seed"))[0]; bytes.Equal(one, two) {
		t.Error("a session's id can take over the beginning of the rest")
	}
}

func macUses(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	contact, err := base64.RawURLEncoding.DecodeString(ring.ContactKey("x"))
	if err != nil {
		t.Fatalf("contact key: %v", err)
	}
	plain := hmac.New(sha256.New, newSecret)
	plain.Write([]byte("x"))
	all := [][]byte{
		contact, plain.Sum(nil), ring.CodeMAC("x", "", "", ""), ring.CodeMAC("", "", "", "x"),
		ring.RefreshMACs("x", 0, nil)[0], ring.RefreshMACs("", 0, []byte("x"))[0],
	}
	for i, one := range all {
		for j, other := range all[:i] {
			if bytes.Equal(one, other) {
				t.Errorf("uses %d and %d have the same MAC", i, j)
			}
		}
	}
}

func rotateCodes(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	before, after := open(t, oldSecret), open(t, newSecret, oldSecret)
	code := func(ring usecase.Keyring) []byte { return ring.CodeMAC("h", domain.PurposeLogin, "d", "123456") }
	codes := after.CodeMACs("h", domain.PurposeLogin, "d", "123456")
	checkRotated(t, codes, code(after), code(before))
	if !bytes.Equal(code(after), code(open(t, newSecret))) {
		t.Error("the previous secret changes what the current one makes")
	}
}

func rotateRefresh(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	macs := func(secrets ...[]byte) [][]byte { return open(t, secrets...).RefreshMACs("s", 7, []byte("seed")) }
	checkRotated(t, macs(newSecret, oldSecret), macs(newSecret)[0], macs(oldSecret)[0])
}

func checkRotated(t *testing.T, got [][]byte, current, previous []byte) {
	t.Helper()
	if len(got) != 2 {
		t.Fatalf("%d MACs under two secrets", len(got))
	}
	if !bytes.Equal(got[0], current) {
		t.Error("the first MAC is not the current secret's")
	}
	if !bytes.Equal(got[1], previous) {
		t.Error("what the previous secret made is not recognised")
	}
	if bytes.Equal(current, previous) {
		t.Error("the secrets make the same MAC")
	}
}

func rotateContacts(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	const subject = "sms +85251234567"
	before := open(t, oldSecret).ContactKey(subject)
	if both := open(t, newSecret, oldSecret).ContactKey(subject); both != before {
		t.Error("adding a secret forgets every wait and every live code")
	}
	if after := open(t, newSecret).ContactKey(subject); after == before {
		t.Error("the secret does not matter")
	}
}

func contactKeys(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	seen := make(map[string]bool)
	for _, subject := range []string{"", "a", "sms +85251234567", "sms +85251234568", "email a@example.com", string(make([]byte, 1000))} {
		key := ring.ContactKey(subject)
		raw, err := base64.RawURLEncoding.Strict().DecodeString(key)
		if err != nil || len(raw) != sha256.Size {
			t.Errorf("key %q is not 32 bytes of base64url: %v", key, err)
		}
		if seen[key] {
			t.Errorf("key %q came for two subjects", key)
		}
		seen[key] = true
	}
}

func sealOpens(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	for _, plaintext := range [][]byte{[]byte("your code is 123456"), {}, {0}, bytes.Repeat([]byte("long"), 10_000)} {
		sealed, twice := ring.Seal(plaintext, "message"), ring.Seal(plaintext, "message")
		if got, err := ring.Open(sealed, "message"); err != nil || !bytes.Equal(got, plaintext) {
			t.Errorf("%d bytes came back as %d: %v", len(plaintext), len(got), err)
		}
		if bytes.Equal(sealed, twice) {
			t.Error("the same plaintext was sealed twice alike")
		}
		if len(plaintext) > 4 && bytes.Contains(sealed, plaintext[:4]) {
			t.Error("the plaintext shows")
		}
	}
}

func sealTampered(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret)
	sealed := ring.Seal([]byte("your code is 123456"), "message")
	refuse := func(what string, sealed []byte, label string) {
		t.Helper()
		if plaintext, err := ring.Open(sealed, label); err == nil {
			t.Errorf("%s opened as %q", what, plaintext)
		} else if plaintext != nil {
			t.Errorf("%s gave %q beside an error", what, plaintext)
		}
	}
	refuse("another label", sealed, "signing key")
	refuse("no label", sealed, "")
	refuse("nothing", nil, "message")
	for i := range sealed {
		changed := slices.Clone(sealed)
		changed[i] ^= 1
		refuse("a changed byte", changed, "message")
		refuse("a part", sealed[:i], "message")
	}
	refuse("a longer one", append(slices.Clone(sealed), 0), "message")
	refuse("a foreign one", open(t, oldSecret).Seal([]byte("x"), "message"), "message")
}

func sealRotates(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	before, both, after := open(t, oldSecret), open(t, newSecret, oldSecret), open(t, newSecret)
	old := before.Seal([]byte("old"), "message")
	if plaintext, err := both.Open(old, "message"); err != nil || string(plaintext) != "old" {
		t.Errorf("sealed before the rotation: %q, %v", plaintext, err)
	}
	if _, err := after.Open(old, "message"); err == nil {
		t.Error("a dropped secret still opens")
	}
	if plaintext, err := after.Open(both.Seal([]byte("new"), "message"), "message"); err != nil || string(plaintext) != "new" {
		t.Errorf("the current secret does not seal: %q, %v", plaintext, err)
	}
}

func keyringParallel(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret, oldSecret)
	want := ring.CodeMACs("h", domain.PurposeLogin, "d", "123456")
	key := ring.ContactKey("x")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				got := ring.CodeMACs("h", domain.PurposeLogin, "d", "123456")
				if !bytes.Equal(got[0], want[0]) || !bytes.Equal(got[1], want[1]) || ring.ContactKey("x") != key {
					t.Error("goroutines disturb each other")
					return
				}
				if got, err := ring.Open(ring.Seal([]byte("x"), "l"), "l"); err != nil || string(got) != "x" {
					t.Errorf("sealing in parallel: %q, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func keyringOwnership(t *testing.T, open func(*testing.T, ...[]byte) usecase.Keyring) {
	ring := open(t, newSecret, oldSecret)
	macs := ring.CodeMACs("h", domain.PurposeLogin, "d", "123456")
	second := slices.Clone(macs[1])
	_ = append(macs[0], "more"...)
	clear(macs[0])
	if !bytes.Equal(macs[1], second) {
		t.Error("writing to one MAC changes the next")
	}
	if again := ring.CodeMACs("h", domain.PurposeLogin, "d", "123456"); bytes.Equal(again[0], macs[0]) {
		t.Error("writing to a MAC changes the keyring")
	}
}
