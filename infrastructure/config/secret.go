package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"latchkey/infrastructure/database"
	"latchkey/infrastructure/random"
)

// devSecretBytes is the entropy of a secret that --dev makes by itself.
const devSecretBytes = 32

// DevSecretPath is where --dev keeps the secret that it makes: beside the SQLite
// file, or in the working directory when the database is a server.
func (c *Config) DevSecretPath() string {
	target, err := database.ParseURL(c.DatabaseURL)
	if err != nil || target.Dialect != database.SQLite {
		return "latchkey.secret"
	}
	return target.Path + ".secret"
}

// LoadSecrets sees to it that there is a secret. With Dev and none given it reads
// the one kept at DevSecretPath, or makes it. It does nothing when secrets were
// given, and fails when they were not and Dev is off.
func (c *Config) LoadSecrets() error {
	if len(c.Secrets) > 0 {
		return nil
	}
	if !c.Dev {
		return errors.New("no secret: set LATCHKEY_SECRET or --secret-file")
	}
	secret, err := KeptSecret(c.DevSecretPath())
	if err != nil {
		return err
	}
	c.Secrets = [][]byte{secret}
	return nil
}

// KeptSecret returns the secret in the file at path, and makes one that only the
// owner can read when there is no such file. Of several processes that start at
// once one makes it and all return the same.
func KeptSecret(path string) ([]byte, error) {
	secret, err := readKept(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := makeKept(path); err != nil {
		return nil, fmt.Errorf("make the secret in %s: %w", path, err)
	}
	return readKept(path)
}

func readKept(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	secret := strings.TrimSpace(string(data))
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the secret in %s has %d bytes, fewer than %d: delete the file for a new one", path, len(secret), minSecret)
	}
	return []byte(secret), nil
}

// makeKept writes a new secret beside path and links it there whole: another
// process never sees half a secret, and the one that links first wins.
func makeKept(path string) error {
	secret := base64.RawURLEncoding.EncodeToString(random.System{}.Bytes(devSecretBytes))
	file, err := os.CreateTemp(filepath.Dir(path), ".latchkey-secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = fmt.Fprintln(file, secret)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
