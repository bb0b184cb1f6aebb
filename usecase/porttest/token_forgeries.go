package porttest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash"
	"maps"
	"math/big"
	"slices"
	"strings"
)

var b64 = base64.RawURLEncoding

// Forgeries are tokens made from a genuine one by all the known tricks (K1, RFC 8725 2), by name. Each must be refused wherever the
// genuine one is taken. publicKeys is the JWK set that goes with it.
func Forgeries(genuine string, publicKeys []byte) map[string]string {
	all := make(map[string]string)
	for _, more := range []map[string]string{
		respelled(genuine), malformed(genuine), withoutSignature(genuine), byPublicKey(genuine, publicKeys), byOwnKey(genuine),
	} {
		maps.Copy(all, more)
	}
	return all
}

// forgedHeader is the genuine token's header with some members changed; nil removes one.
func forgedHeader(genuine string, changes map[string]any) string {
	raw, _ := b64.DecodeString(strings.Split(genuine, ".")[0])
	members := make(map[string]any)
	_ = json.Unmarshal(raw, &members)
	for name, value := range changes {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	text, _ := json.Marshal(members)
	return b64.EncodeToString(text)
}

// respelled are second spellings of the same token.
func respelled(genuine string) map[string]string {
	part := strings.Split(genuine, ".")
	forged := map[string]string{
		"space in front": " " + genuine, "space behind": genuine + " ", "line break behind": genuine + "\n", "CRLF behind": genuine + "\r\n",
		"dot behind": genuine + ".", "dot in front": "." + genuine, "dots doubled": strings.ReplaceAll(genuine, ".", ".."),
		"quoted": `"` + genuine + `"`, "NUL behind": genuine + "\x00", "with its scheme": "Bearer " + genuine,
		"percent-encoded dots": strings.ReplaceAll(genuine, ".", "%2E"), "full-width dots": strings.ReplaceAll(genuine, ".", "．"),
		"upper case": strings.ToUpper(genuine), "twice": genuine + genuine, "twice with a comma": genuine + "," + genuine,
	}
	for i, name := range []string{"header", "payload", "signature"} {
		with := func(text string) string {
			all := append([]string(nil), part...)
			all[i] = text
			return strings.Join(all, ".")
		}
		forged["padded "+name] = with(part[i] + "=")
		forged["twice padded "+name] = with(part[i] + "==")
		forged["line break in "+name] = with(part[i][:8] + "\n" + part[i][8:])
		forged["carriage return in "+name] = with(part[i][:8] + "\r" + part[i][8:])
		forged["line break behind "+name] = with(part[i] + "\n")
		forged["space in "+name] = with(part[i][:8] + " " + part[i][8:])
		forged["a letter more in "+name] = with(part[i] + "A")
		forged["four letters more in "+name] = with(part[i] + "AAAA")
		if standard := strings.NewReplacer("-", "+", "_", "/").Replace(part[i]); standard != part[i] {
			forged["standard base64 in "+name] = with(standard)
		}
		for n, other := range sameBytes(part[i]) {
			forged[fmt.Sprintf("spare bits %d in %s", n, name)] = with(other)
		}
		raw, _ := b64.DecodeString(part[i])
		forged["decoded "+name] = with(string(raw))
		forged["doubly encoded "+name] = with(b64.EncodeToString([]byte(part[i])))
	}
	raw, _ := b64.DecodeString(part[0])
	forged["spaces in the header's JSON"] = b64.EncodeToString([]byte(strings.ReplaceAll(string(raw), ",", ", "))) + "." + part[1] + "." + part[2]
	return forged
}

// sameBytes are the other spellings that a lenient decoder reads as the same bytes: base64 of lengths not divisible by three has
// spare bits at the end.
func sameBytes(text string) []string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var others []string
	want, _ := b64.DecodeString(text)
	for _, last := range alphabet {
		other := text[:len(text)-1] + string(last)
		if got, err := b64.DecodeString(other); err == nil && other != text && string(got) == string(want) {
			others = append(others, other)
		}
	}
	return others
}

// malformed are no compact tokens at all.
func malformed(genuine string) map[string]string {
	part := strings.Split(genuine, ".")
	return map[string]string{
		"nothing": "", "a dot": ".", "two dots": "..", "three dots": "...", "text": "null", "undefined": "undefined",
		"two parts": part[0] + "." + part[1], "one part": part[0], "no header": "." + part[1] + "." + part[2], "no payload": part[0] + ".." + part[2],
		"four parts": genuine + "." + part[2], "five parts as of JWE": genuine + "." + part[1] + "." + part[2],
		"other order": part[1] + "." + part[0] + "." + part[2], "signature in front": part[2] + "." + part[0] + "." + part[1],
		"JSON serialization":           fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, part[0], part[1], part[2]),
		"JSON serialization, general":  fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, part[1], part[0], part[2]),
		"1 MB":                         strings.Repeat("A", 1<<20),
		"1 MB of payload":              part[0] + "." + strings.Repeat("A", 1<<20) + "." + part[2],
		"1 MB of signature":            part[0] + "." + part[1] + "." + strings.Repeat("A", 1<<20),
		"1 MB of dots":                 strings.Repeat(".", 1<<20),
		"not UTF-8":                    "\xff\xfe." + part[1] + "." + part[2],
		"an empty object for a header": b64.EncodeToString([]byte("{}")) + "." + part[1] + "." + part[2],
		"null for a header":            b64.EncodeToString([]byte("null")) + "." + part[1] + "." + part[2],
		"a list for a header":          b64.EncodeToString([]byte("[]")) + "." + part[1] + "." + part[2],
		"deep JSON for a header":       b64.EncodeToString([]byte(strings.Repeat("[", 2000))) + "." + part[1] + "." + part[2],
	}
}

// withoutSignature are tokens that say they need none.
func withoutSignature(genuine string) map[string]string {
	part := strings.Split(genuine, ".")
	forged := map[string]string{
		"no signature":       part[0] + "." + part[1] + ".",
		"a short signature":  part[0] + "." + part[1] + "." + part[2][:4],
		"a signature of NUL": part[0] + "." + part[1] + "." + strings.Repeat("A", len(part[2])),
	}
	for _, alg := range []any{"none", "None", "NONE", "nOnE", "", 0, false, []string{"none"}, nil} {
		head := forgedHeader(genuine, map[string]any{"alg": alg})
		forged[fmt.Sprintf("alg %v, no signature", alg)] = head + "." + part[1] + "."
		forged[fmt.Sprintf("alg %v, two parts", alg)] = head + "." + part[1]
		forged[fmt.Sprintf("alg %v, old signature", alg)] = head + "." + part[1] + "." + part[2]
	}
	return forged
}

// byPublicKey are tokens signed with HMAC under what everybody can read: the algorithm switch of RFC 8725 2.1.
func byPublicKey(genuine string, publicKeys []byte) map[string]string {
	part := strings.Split(genuine, ".")
	secrets := map[string][]byte{
		"nothing": nil, "NUL": {0}, "a word": []byte("secret"), "the key set": publicKeys, "the genuine header": []byte(part[0]),
	}
	var set struct{ Keys []json.RawMessage }
	_ = json.Unmarshal(publicKeys, &set)
	for i, raw := range set.Keys {
		secrets[fmt.Sprintf("public key %d as JWK", i)] = raw
		var members map[string]string
		_ = json.Unmarshal(raw, &members)
		for _, name := range []string{"kid", "n", "x", "y"} {
			secrets[fmt.Sprintf("%s of public key %d", name, i)] = []byte(members[name])
			secrets[fmt.Sprintf("decoded %s of public key %d", name, i)], _ = b64.DecodeString(members[name])
		}
		if der, err := x509.MarshalPKIXPublicKey(publicKey(members)); err == nil {
			secrets[fmt.Sprintf("public key %d as DER", i)] = der
			text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
			secrets[fmt.Sprintf("public key %d as PEM", i)] = text
			secrets[fmt.Sprintf("public key %d as PEM without its end", i)] = text[:len(text)-1]
		}
	}
	forged := make(map[string]string)
	for alg, digest := range map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New} {
		heads := map[string]string{"": forgedHeader(genuine, map[string]any{"alg": alg}), ", typ JWT": forgedHeader(genuine, map[string]any{"alg": alg, "typ": "JWT"})}
		for name, secret := range secrets {
			for typ, head := range heads {
				mac := hmac.New(digest, secret)
				mac.Write([]byte(head + "." + part[1]))
				forged[alg+" under "+name+typ] = head + "." + part[1] + "." + b64.EncodeToString(mac.Sum(nil))
			}
		}
	}
	return forged
}

// publicKey reads the members of a public JWK; nil when it is none that we know.
func publicKey(members map[string]string) any {
	member := func(name string) []byte {
		raw, _ := b64.DecodeString(members[name])
		return raw
	}
	switch members["kty"] {
	case "RSA":
		e := new(big.Int).SetBytes(member("e"))
		return &rsa.PublicKey{N: new(big.Int).SetBytes(member("n")), E: int(e.Int64())}
	case "EC":
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, member("x"), member("y")))
		if err == nil {
			return key
		}
	case "OKP":
		return ed25519.PublicKey(member("x"))
	}
	return nil
}

// byOwnKey are tokens that a stranger signed, whose headers tell where to find the stranger's key, or name another one of ours.
func byOwnKey(genuine string) map[string]string {
	private, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	point, _ := private.PublicKey.Bytes()
	der, _ := x509.MarshalPKIXPublicKey(&private.PublicKey)
	jwk := map[string]string{"kty": "EC", "crv": "P-256", "x": b64.EncodeToString(point[1:33]), "y": b64.EncodeToString(point[33:])}
	payload := strings.Split(genuine, ".")[1]
	forged := make(map[string]string)
	for name, changes := range map[string]map[string]any{
		"ES256": {}, "jwk": {"jwk": jwk}, "jku": {"jku": "https://attacker.example/jwks.json"}, "x5u": {"x5u": "https://attacker.example/cert.pem"},
		"x5c": {"x5c": []string{base64.StdEncoding.EncodeToString(der)}}, "x5t": {"x5t": "AAAA"}, "crit": {"crit": []string{"exp"}},
		"b64": {"b64": false, "crit": []string{"b64"}}, "zip": {"zip": "DEF"}, "cty": {"cty": "JWT"}, "no typ": {"typ": nil}, "no kid": {"kid": nil},
		"foreign kid": {"kid": "foreign"}, "empty kid": {"kid": ""}, "path as kid": {"kid": "../../../../dev/null"}, "SQL as kid": {"kid": "x' UNION SELECT 'a"},
		"number as kid": {"kid": 1}, "list of kids": {"kid": []string{"a"}}, "long kid": {"kid": strings.Repeat("k", 2000)},
		"typ at+jwt": {"typ": "at+jwt"}, "typ JWS": {"typ": "JOSE"}, "typ in lower case": {"typ": "jwt"}, "iss in header": {"iss": "x"},
	} {
		for _, alg := range []string{"ES256", "", "EdDSA", "RS256", "PS256", "ES256K"} {
			all := map[string]any{"alg": alg}
			if alg == "" {
				all = map[string]any{}
			}
			maps.Copy(all, changes)
			input := forgedHeader(genuine, all) + "." + payload
			digest := sha256.Sum256([]byte(input))
			r, s, _ := ecdsa.Sign(rand.Reader, private, digest[:])
			signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
			forged[fmt.Sprintf("a stranger's key, alg %q, %s", alg, name)] = input + "." + b64.EncodeToString(signature)
		}
	}
	return forged
}
