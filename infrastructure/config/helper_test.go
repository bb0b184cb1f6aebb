package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"
)

// secretText is long enough to be a secret and is looked for in what is shown.
const secretText = "hunter2-hunter2-hunter2-hunter2-hunter2"

// source is what the operator said, in the three places.
type source struct {
	args  []string
	env   map[string]string
	yaml  string
	needs []Need
}

// tryLoad loads the settings as a command would.
func tryLoad(t *testing.T, s source) (*Config, error) {
	t.Helper()
	args := append([]string{"latchkey"}, s.args...)
	if s.yaml != "" {
		args = append(args, "--config", writeFile(t, "latchkey.yaml", s.yaml))
	}
	env := func(name string) (string, bool) {
		value, ok := s.env[name]
		return value, ok
	}
	var (
		config *Config
		err    error
	)
	command := &cli.Command{
		Name:  "latchkey",
		Flags: Flags(),
		Action: func(_ context.Context, cmd *cli.Command) error {
			config, err = load(cmd, env, s.needs)
			return nil
		},
	}
	if runErr := command.Run(t.Context(), args); runErr != nil {
		t.Fatalf("the command line was refused: %v", runErr)
	}
	return config, err
}

func mustLoad(t *testing.T, s source) *Config {
	t.Helper()
	config, err := tryLoad(t, s)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return config
}

// mistakes loads what must be refused and returns the lines of the error, with
// the directory of the YAML file left out.
func mistakes(t *testing.T, s source) []string {
	t.Helper()
	config, err := tryLoad(t, s)
	var invalid *Invalid
	if !errors.As(err, &invalid) || config != nil {
		t.Fatalf("%+v: config %v, error %v; want mistakes", s, config, err)
	}
	lines := make([]string, len(invalid.Mistakes))
	for i, line := range invalid.Mistakes {
		if strings.Contains(line, "hunter2") {
			t.Errorf("a secret is shown: %s", line)
		}
		lines[i] = withoutDirectory(line)
	}
	return lines
}

func withoutDirectory(line string) string {
	words := strings.Split(line, " ")
	for i, word := range words {
		if at := strings.LastIndex(word, "/latchkey.yaml"); at >= 0 {
			words[i] = strings.Repeat("(", strings.Count(word[:1], "(")) + word[at+1:]
		}
	}
	return strings.Join(words, " ")
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// describe returns how a setting is shown.
func describe(t *testing.T, c *Config, name string) Setting {
	t.Helper()
	for _, s := range c.Describe() {
		if s.Name == name {
			s.Origin = withoutDirectory(s.Origin)
			return s
		}
	}
	t.Fatalf("%s is not described", name)
	return Setting{}
}
