package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestKeptSecretIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "latchkey.db.secret")
	const starts = 16
	secrets := make([][]byte, starts)
	var wg sync.WaitGroup
	for i := range starts {
		wg.Go(func() {
			secret, err := KeptSecret(path)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = secret
		})
	}
	wg.Wait()
	for _, secret := range secrets {
		if len(secret) < minSecret || !bytes.Equal(secret, secrets[0]) {
			t.Fatalf("starts at once disagree: %d and %d bytes", len(secret), len(secrets[0]))
		}
	}
	again, err := KeptSecret(path)
	if err != nil || !bytes.Equal(again, secrets[0]) {
		t.Errorf("the next start has another secret: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files %v, %v; want the secret alone", entries, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 600", info.Mode(), err)
	}
	other, err := KeptSecret(filepath.Join(t.TempDir(), "secret"))
	if err != nil || bytes.Equal(other, secrets[0]) {
		t.Errorf("two secrets are alike: %v", err)
	}
}

func TestKeptSecretRefusesAShortOne(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "secret", "hunter2\n")
	_, err := KeptSecret(path)
	if err == nil || !strings.Contains(err.Error(), "has 7 bytes, fewer than 32") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestKeptSecretSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "no", "secret")
	if _, err := KeptSecret(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

func TestLoadSecrets(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "users.db")
	c := mustLoad(t, source{args: []string{"--dev", "--database-url", "sqlite://" + db}, needs: []Need{NeedSecret}})
	if err := c.LoadSecrets(); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(db + ".secret")
	if err != nil || len(c.Secrets) != 1 || strings.TrimSpace(string(kept)) != string(c.Secrets[0]) {
		t.Errorf("the secret is not beside the database: %v", err)
	}

	given := mustLoad(t, source{args: []string{"--dev", "--secret", secretText, "--database-url", "sqlite:///nowhere/users.db"}})
	if err := given.LoadSecrets(); err != nil || string(given.Secrets[0]) != secretText {
		t.Errorf("a given secret was not kept: %v", err)
	}

	none := mustLoad(t, source{})
	if err := none.LoadSecrets(); err == nil {
		t.Error("a secret was made without --dev")
	}
}

func TestDevSecretPath(t *testing.T) {
	t.Parallel()
	for database, want := range map[string]string{
		"sqlite://latchkey.db":     "latchkey.db.secret",
		"sqlite:///var/lib/a.db":   "/var/lib/a.db.secret",
		"mysql://root@localhost/l": "latchkey.secret",
	} {
		c := mustLoad(t, source{args: []string{"--database-url", database}})
		if got := c.DevSecretPath(); got != want {
			t.Errorf("%s: %s, want %s", database, got, want)
		}
	}
}

func TestMaskURL(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"mysql://app:hunter2@a:1,b:2/n":                 "mysql://app:***@a:1,b:2/n",
		"mysql://app:hun/ter2@a/n":                      "mysql://app:***@a/n",
		"mysql://app:hun?ter2@a/n":                      "mysql://app:***@a/n",
		"mysql://app:hun@ter2@a/n":                      "mysql://app:***@a/n",
		"mysql://app@a/n":                               "mysql://app@a/n",
		"redis://:hunter2@h/1":                          "redis://:***@h/1",
		"smtp://mail:25?from=a@b.example":               "smtp://mail:25?from=a@b.example",
		"webhook+https://h/p?a=1&Api_Key=hunter2&b=2":   "webhook+https://h/p?a=1&Api_Key=***&b=2",
		"webhook+https://h/p?access_token=hunter2#frag": "webhook+https://h/p?access_token=***#frag",
		"sqlite://latchkey.db":                          "sqlite://latchkey.db",
		"log:":                                          "log:",
		"app:hunter2@h":                                 "***@h",
		"redis:hunter2":                                 "redis:***",
		"latchkey.db":                                   "latchkey.db",
	} {
		if got := maskURL(value); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}
