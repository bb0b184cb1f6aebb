package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's piece of Go is the example of this package to the letter, so that it compiles and does what it says.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_bigcity_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```go\n")
	block, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("the README has no block of Go")
	}
	if !strings.Contains(string(example), block) {
		t.Errorf("example_bigcity_test.go has no such function:\n%s", block)
	}
}
