package secret_test

import (
	"context"
	"strings"
	"testing"

	"latchkey/adapter/secret"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

func TestPasswordHasher(t *testing.T) {
	t.Parallel()
	porttest.PasswordHasher(t, func(_ *testing.T, parallel, queue int) usecase.PasswordHasher {
		return secret.NewPasswordHasher(parallel, queue)
	})
}

func openPlace(t testing.TB) (*secret.PasswordHasher, usecase.HashingPlace) {
	t.Helper()
	hasher := secret.NewPasswordHasher(1, 0)
	place, err := hasher.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(place.Release)
	return hasher, place
}

func TestK7_HashesAreArgon2idOfOWASPsParameters(t *testing.T) {
	t.Parallel()
	_, place := openPlace(t)
	hash := place.Hash("secret")
	field := strings.Split(hash, "$")
	if len(field) != 6 || strings.Join(field[:4], "$") != "$argon2id$v=19$m=19456,t=2,p=1" {
		t.Fatalf("hash %q", hash)
	}
	if len(field[4]) != 22 || len(field[5]) != 43 {
		t.Errorf("salt of %d and tag of %d characters, want 22 (16 bytes) and 43 (32 bytes)", len(field[4]), len(field[5]))
	}
}

// TestK7_ImportedHashes has hashes made by other programs: the reference implementation's test vectors for argon2id, libxcrypt's
// bcrypt, Python's hashlib for PBKDF2.
func TestK7_ImportedHashes(t *testing.T) {
	t.Parallel()
	hasher, place := openPlace(t)
	const libxcrypt = "$05$abcdefghijklmnopqrstuu2c1e4vZoCxDVRU9N6VCSSmNg4cQa1Ve"
	for name, c := range map[string]struct{ hash, password string }{
		"argon2id":             {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
		"argon2id, two lanes":  {"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
		"Django argon2":        {"argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
		"bcrypt 2a":            {"$2a" + libxcrypt, "lètmein"},
		"bcrypt 2b":            {"$2b" + libxcrypt, "lètmein"},
		"bcrypt 2y":            {"$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		"Django bcrypt":        {"bcrypt$$2b" + libxcrypt, "lètmein"},
		"Django bcrypt_sha256": {"bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuaQz6CVhbgRiZmnmiNLc9bv5cauhFkti", "lètmein"},
		"Django pbkdf2_sha256": {"pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=", "lètmein"},
		"Django pbkdf2_sha1":   {"pbkdf2_sha1$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I=", "lètmein"},
	} {
		if !hasher.Recognizes(c.hash) {
			t.Errorf("%s is not recognized", name)
		}
		if match, outdated := place.Verify(c.hash, c.password); !match || !outdated {
			t.Errorf("%s: match %v, outdated %v, want both", name, match, outdated)
		}
		for _, wrong := range []string{"", c.password + "x", c.password[1:]} {
			if match, outdated := place.Verify(c.hash, wrong); match || outdated {
				t.Errorf("%s: the wrong password %q: match %v, outdated %v", name, wrong, match, outdated)
			}
		}
	}
}

// TestK7_LongPasswordsOfBcrypt shows that owners of passwords beyond bcrypt's 72 bytes get in, and that the hash made for them
// then covers all of it.
func TestK7_LongPasswordsOfBcrypt(t *testing.T) {
	t.Parallel()
	_, place := openPlace(t)
	long := strings.Repeat("0123456789", 8)
	const hash = "$2b$05$abcdefghijklmnopqrstuuLkMZtUsVwf9Ptg/wgiNv8ZhtnAHnix." // of long, by libxcrypt
	if match, outdated := place.Verify(hash, long); !match || !outdated {
		t.Fatalf("the owner of a long password: match %v, outdated %v", match, outdated)
	}
	if match, _ := place.Verify(hash, long[:71]); match {
		t.Error("71 of 72 bytes are enough")
	}
	upgraded := place.Hash(long)
	if match, _ := place.Verify(upgraded, long[:72]); match {
		t.Error("the new hash covers only 72 bytes")
	}
}

func TestK7_AbsurdAndUnknownHashesAreRefused(t *testing.T) {
	t.Parallel()
	hasher := secret.NewPasswordHasher(1, 0)
	const salt, tag = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	phc := func(cost string) string { return "$argon2id$v=19$" + cost + "$" + salt + "$" + tag }
	const bcrypt = "abcdefghijklmnopqrstuu2c1e4vZoCxDVRU9N6VCSSmNg4cQa1Ve"
	const pbkdf2 = "$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A="
	if !hasher.Recognizes(phc("m=102400,t=2,p=8")) || !hasher.Recognizes(phc("m=65536,t=4,p=1")) {
		t.Error("Django's or PHP's own parameters are refused")
	}
	for name, hash := range map[string]string{
		"4 GiB":               phc("m=4194304,t=1,p=1"),
		"over 128 MiB":        phc("m=131073,t=1,p=1"),
		"too many passes":     phc("m=65536,t=9,p=1"),
		"passes overflow":     phc("m=65536,t=4294967295,p=1"),
		"many lanes":          phc("m=65536,t=1,p=17"),
		"no memory":           phc("m=0,t=1,p=1"),
		"too little memory":   phc("m=7,t=1,p=1"),
		"no passes":           phc("m=19456,t=0,p=1"),
		"no lanes":            phc("m=19456,t=2,p=0"),
		"lanes wrap to zero":  phc("m=19456,t=2,p=256"),
		"a negative number":   phc("m=19456,t=-2,p=1"),
		"another order":       phc("t=2,m=19456,p=1"),
		"a fourth parameter":  phc("m=19456,t=2,p=1,keyid=x"),
		"argon2i":             strings.Replace(phc("m=19456,t=2,p=1"), "2id", "2i", 1),
		"argon2d":             strings.Replace(phc("m=19456,t=2,p=1"), "2id", "2d", 1),
		"version 16":          strings.Replace(phc("m=19456,t=2,p=1"), "v=19", "v=16", 1),
		"no version":          strings.Replace(phc("m=19456,t=2,p=1"), "$v=19", "", 1),
		"no tag":              "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"a short tag":         "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + tag[:20],
		"a short salt":        "$argon2id$v=19$m=19456,t=2,p=1$c29t$" + tag,
		"padded base64":       phc("m=19456,t=2,p=1") + "=",
		"base64url":           strings.Replace(phc("m=19456,t=2,p=1"), "W", "_", 1),
		"one part more":       phc("m=19456,t=2,p=1") + "$",
		"too long":            "$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("A", 240) + "$" + tag,
		"bcrypt cost 15":      "$2b$15$" + bcrypt,
		"bcrypt cost 31":      "$2b$31$" + bcrypt,
		"bcrypt cost 3":       "$2b$03$" + bcrypt,
		"bcrypt cost words":   "$2b$xx$" + bcrypt,
		"bcrypt 2x":           "$2x$05$" + bcrypt,
		"bcrypt 2":            "$2$05$" + bcrypt + "a",
		"bcrypt of 59":        "$2b$05$" + bcrypt[1:],
		"bcrypt of 61":        "$2b$05$" + bcrypt + "a",
		"bcrypt foreign sign": "$2b$05$" + bcrypt[:52] + "!",
		"bcrypt in bcrypt":    "bcrypt$bcrypt$$2b$05$" + bcrypt,
		"PBKDF2 iterations":   "pbkdf2_sha256$2000001" + pbkdf2,
		"PBKDF2 none":         "pbkdf2_sha256$0" + pbkdf2,
		"PBKDF2 no salt":      "pbkdf2_sha256$1000$$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
		"PBKDF2 short tag":    "pbkdf2_sha256$1000$seasalt$ljleU4wBmTtz/MoG5YTwxpM0d7I=",
		"PBKDF2 sha512":       "pbkdf2_sha512$1000" + pbkdf2,
		"Django md5":          "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69",
		"Django unusable":     "!KdI6EvsExvJFdTaGmbOkvTLMLmCqkGRV4bbDJqKi",
		"Django argon2i":      "argon2$argon2i$v=19$m=512,t=2,p=2$" + salt + "$" + tag,
		"crypt SHA-512":       "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1",
	} {
		if hasher.Recognizes(hash) {
			t.Errorf("%s: %q is recognized", name, hash)
		}
	}
}

func TestWeakerArgon2idIsOutdated(t *testing.T) {
	t.Parallel()
	_, place := openPlace(t)
	// OWASP's parameters with a salt of eight bytes, from the library itself.
	const shortSalt = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$PL01amPyeUuxG7H0vIr5X+qHkZvWnHmGBGXFYvh8z2E"
	if match, outdated := place.Verify(shortSalt, "password"); !match || !outdated {
		t.Errorf("match %v, outdated %v", match, outdated)
	}
}

func TestHashingWithoutAPlacePanics(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(usecase.HashingPlace){
		"Hash":   func(p usecase.HashingPlace) { p.Hash("secret") },
		"Verify": func(p usecase.HashingPlace) { p.Verify("", "secret") },
	} {
		_, place := openPlace(t)
		place.Release()
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s went on after Release", name)
				}
			}()
			work(place)
		}()
	}
}

func BenchmarkHash(b *testing.B) {
	_, place := openPlace(b)
	b.ReportAllocs()
	for b.Loop() {
		place.Hash("correct horse")
	}
}
