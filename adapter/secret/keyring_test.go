package secret_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"latchkey/adapter/secret"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

func openKeyring(t testing.TB, secrets ...[]byte) *secret.Keyring {
	t.Helper()
	ring, err := secret.NewKeyring(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	porttest.Keyring(t, func(t *testing.T, secrets ...[]byte) usecase.Keyring { return openKeyring(t, secrets...) })
}

func TestNewKeyringRefuses(t *testing.T) {
	t.Parallel()
	good := []byte(strings.Repeat("good", 8))
	for name, secrets := range map[string][][]byte{
		"none":         nil,
		"an empty one": {good, nil},
		"a short one":  {good, good[:31]},
		"a twin":       {good, []byte(strings.Repeat("else", 8)), bytes.Clone(good)},
	} {
		_, err := secret.NewKeyring(secrets)
		if err == nil {
			t.Errorf("%s was taken", name)
		} else if strings.Contains(err.Error(), "good") {
			t.Errorf("%s: the error shows the secret: %v", name, err)
		}
	}
}

// TestKeyringIsStable pins what is at rest in every database. A change here forgets all waits, all codes and all sessions and
// loses the messages and keys that lie encrypted. The MACs were reckoned independently from RFC 5869 and RFC 2104.
func TestKeyringIsStable(t *testing.T) {
	t.Parallel()
	ring := openKeyring(t, bytes.Repeat([]byte("new!"), 8))
	for name, pair := range map[string][2]string{
		"code":    {hex.EncodeToString(ring.CodeMAC("h", domain.PurposeLogin, "arita", "0042")), "6cc2a3bd5850c1faa73f37f9f5c998ddf6c305e8e42de026725629f95206ab9b"},
		"refresh": {hex.EncodeToString(ring.RefreshMACs("s", 7, []byte("seed"))[0]), "369029f10598a2cb6b012ff7832f21a5fdf099ed4c31eadf0e5b2e7101125782"},
		"contact": {ring.ContactKey("sms +85251234567"), "5WEeixB9er981l-zCCAUpV2TAvPf6NvCPqEV6s-0UQ0"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", name, pair[0], pair[1])
		}
	}
	sealed, err := hex.DecodeString("01b3c3deb3000102030405060708090a0ba415d9d59fbe363551847484015e66582736f337d2a79c299ad7ff74e94106d87e")
	if err != nil {
		t.Fatal(err)
	}
	if plaintext, err := ring.Open(sealed, "message"); err != nil || string(plaintext) != "your code is 0042" {
		t.Errorf("an older server's sealed value: %q, %v", plaintext, err)
	}
}

func BenchmarkKeyring(b *testing.B) {
	ring := openKeyring(b, bytes.Repeat([]byte("new!"), 8))
	message := bytes.Repeat([]byte("x"), 300)
	sealed := ring.Seal(message, "message")
	for name, work := range map[string]func(){
		"ContactKey":  func() { ring.ContactKey("sms +85251234567") },
		"CodeMAC":     func() { ring.CodeMAC("AAAAAAAAAAAAAAAAAAAAAA", domain.PurposeLogin, "bridgekeeper", "12345") },
		"RefreshMACs": func() { ring.RefreshMACs("AAAAAAAAAAAAAAAAAAAAAA", 7, message[:32]) },
		"Seal":        func() { ring.Seal(message, "message") },
		"Open":        func() { _, _ = ring.Open(sealed, "message") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				work()
			}
		})
	}
}
