package keys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"latchkey/infrastructure/keys"
)

func TestDeriveGivesEachLabelItsOwnKey(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{7}, 32)
	mac := keys.Derive(secret, "mac", 32)
	if again := keys.Derive(secret, "mac", 32); !bytes.Equal(mac, again) {
		t.Error("the same label gave two keys")
	}
	for name, other := range map[string][]byte{
		"another label":  keys.Derive(secret, "mac2", 32),
		"another secret": keys.Derive(bytes.Repeat([]byte{8}, 32), "mac", 32),
	} {
		if bytes.Equal(mac, other) {
			t.Errorf("%s gave the same key", name)
		}
	}
	if bytes.Contains(mac, secret[:8]) {
		t.Error("the key shows the secret")
	}
}

// TestDeriveIsStable pins the derivation: everything at rest was made with it.
func TestDeriveIsStable(t *testing.T) {
	t.Parallel()
	// Reckoned independently: HMAC-SHA-256 twice, as RFC 5869 2 says.
	got := hex.EncodeToString(keys.Derive([]byte("an example of a secret, 32 bytes"), "mac", 16))
	if want := "a46f9ebfc98e9a0b85459d0a1171f35c"; got != want {
		t.Errorf("derived %s, want %s", got, want)
	}
}

func TestDeriveRefusesMoreThanHKDFGives(t *testing.T) {
	t.Parallel()
	if n := len(keys.Derive([]byte("secret"), "mac", 8160)); n != 8160 {
		t.Errorf("%d bytes, want 8160", n)
	}
	defer func() {
		if recover() == nil {
			t.Error("8161 bytes came out")
		}
	}()
	keys.Derive([]byte("secret"), "mac", 8161)
}

func TestNewID(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z2-7]{13}$`)
	seen := make(map[string]bool)
	for range 1000 {
		id := keys.NewID()
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("id %q is malformed or came twice", id)
		}
		seen[id] = true
	}
}

func TestGenerateAndParse(t *testing.T) {
	t.Parallel()
	for algorithm, kty := range map[string]string{keys.ES256: "EC", keys.EdDSA: "OKP", keys.RS256: "RSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			key, err := keys.Generate(algorithm, "k1")
			if err != nil {
				t.Fatal(err)
			}
			raw, err := keys.Marshal(key)
			if err != nil {
				t.Fatal(err)
			}
			back, err := keys.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if back.KeyID() != "k1" || back.Algorithm().String() != algorithm || back.KeyType().String() != kty || !jwk.Equal(key, back) {
				t.Errorf("came back as %s %s %s", back.KeyID(), back.Algorithm(), back.KeyType())
			}
			other, err := keys.Generate(algorithm, "k1")
			if err != nil || jwk.Equal(key, other) {
				t.Errorf("two keys are the same, or %v", err)
			}
		})
	}
	for _, algorithm := range []string{keys.HS256, "none", "", "ES384"} {
		if _, err := keys.Generate(algorithm, "k1"); err == nil {
			t.Errorf("a key pair for %q", algorithm)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	es256, err := keys.Generate(keys.ES256, "k1")
	if err != nil {
		t.Fatal(err)
	}
	public, err := es256.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"nothing":          nil,
		"not JSON":         []byte("-----BEGIN EC PRIVATE KEY-----"),
		"a public key":     marshal(t, public),
		"no kid":           marshal(t, es256, jwk.KeyIDKey, ""),
		"no alg":           marshal(t, fromRaw(t, p384), jwk.KeyIDKey, "k1"),
		"a foreign alg":    marshal(t, es256, jwk.AlgorithmKey, keys.RS256),
		"alg none":         marshal(t, es256, jwk.AlgorithmKey, "none"),
		"another curve":    marshal(t, fromRaw(t, p384), jwk.KeyIDKey, "k1", jwk.AlgorithmKey, keys.ES256),
		"a small RSA key":  marshal(t, fromRaw(t, small), jwk.KeyIDKey, "k1", jwk.AlgorithmKey, keys.RS256),
		"a symmetric key":  marshal(t, fromRaw(t, []byte("secret")), jwk.KeyIDKey, "k1", jwk.AlgorithmKey, keys.HS256),
		"a set of one key": []byte(`{"keys":[` + string(marshal(t, es256)) + `]}`),
	} {
		key, err := keys.Parse(raw)
		if err == nil {
			t.Errorf("%s: read as %s", name, key.KeyType())
			continue
		}
		if len(raw) > 40 && strings.Contains(err.Error(), string(raw[len(raw)-40:])) {
			t.Errorf("%s: the error repeats the key", name)
		}
	}
}

func TestPublicSet(t *testing.T) {
	t.Parallel()
	var private []jwk.Key
	for _, algorithm := range []string{keys.ES256, keys.EdDSA, keys.RS256} {
		key, err := keys.Generate(algorithm, "id-"+algorithm)
		if err != nil {
			t.Fatal(err)
		}
		private = append(private, key)
	}
	set, err := keys.PublicSet(private)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Keys []map[string]any }
	if err := json.Unmarshal(set, &doc); err != nil || len(doc.Keys) != 3 {
		t.Fatalf("%d keys, %v", len(doc.Keys), err)
	}
	for i, key := range doc.Keys {
		algorithm := private[i].Algorithm().String()
		if key["alg"] != algorithm || key["kid"] != "id-"+algorithm || key["use"] != "sig" {
			t.Errorf("key %d is %v", i, key)
		}
		for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if _, there := key[secret]; there {
				t.Errorf("key %s shows %q", algorithm, secret)
			}
		}
	}
	if none, err := keys.PublicSet(nil); err != nil || string(none) != `{"keys":[]}` {
		t.Errorf("of no keys: %s, %v", none, err)
	}
}

func fromRaw(t *testing.T, material any) jwk.Key {
	t.Helper()
	key, err := jwk.FromRaw(material)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// marshal writes a copy of key with some fields changed; an empty value removes the field.
func marshal(t *testing.T, key jwk.Key, fields ...string) []byte {
	t.Helper()
	changed, err := key.Clone()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == "" {
			err = changed.Remove(fields[i])
		} else {
			err = changed.Set(fields[i], fields[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(changed)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
