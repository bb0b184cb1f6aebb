package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/infrastructure/testtool"
)

// readmeAddress is where the README says that the server is.
const readmeAddress = "http://127.0.0.1:8080"

// TestReadme_Examples pastes every block of the README that is fenced as "sh test" into one shell, as a reader does, beside a
// server with --dev, with the OpenAPI document watching. Each block has to succeed, and what it prints has to contain the text behind each #=>.
func TestReadme_Examples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := fenced(string(text))
	if len(blocks) == 0 {
		t.Fatal("README.md has no block that is fenced as \"sh test\"")
	}
	for _, tool := range []string{"bash", "curl"} {
		testtool.Program(t, "install Debian's "+tool, tool)
	}
	// The commands of the README find the database where the server does: in the directory in which both were started.
	s := newSite(t, "", "LATCHKEY_SECRET=", "LATCHKEY_BIGCITY_CLIENTS=")
	watched := s.serveWatched("--dev")
	const separator = "\n=== end of a block ===\n"
	var script strings.Builder
	for _, b := range blocks {
		script.WriteString(strings.ReplaceAll(b.text, readmeAddress, watched.url) + "printf '%s' '" + separator + "'\n")
	}
	shell := exec.Command("bash", "-e", "-c", script.String())
	shell.Dir = s.dir
	shell.Env = environment("PATH=" + programDir(t) + string(os.PathListSeparator) + os.Getenv("PATH"))
	ended := runChild(t, shell, strings.NewReader(""))
	if calls := watched.seen.Load(); calls < 15 {
		t.Errorf("only %d calls", calls)
	}
	printed := strings.Split(ended.stdout, separator)
	for i, b := range blocks {
		if i >= len(printed)-1 {
			t.Fatalf("README.md line %d (%s): exit status %d\n%s\n%s%s", b.line, b.name, ended.status, b.text, printed[len(printed)-1], ended.stderr)
		}
		for _, want := range b.wants {
			if !strings.Contains(printed[i], want) {
				t.Errorf("README.md line %d (%s) prints no %q:\n%s", b.line, b.name, want, printed[i])
			}
		}
	}
}

// block is an example in the README.
type block struct {
	name  string // the heading above it
	line  int
	text  string
	wants []string
}

// fenced finds the blocks whose fence says "sh test".
func fenced(markdown string) []block {
	var blocks []block
	var open *block
	heading, other := "beginning", false
	for i, line := range strings.Split(markdown, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open != nil:
			blocks, open = append(blocks, *open), nil
		case isFence && other:
			other = false
		case isFence && strings.Join(strings.Fields(fence), " ") == "sh test":
			open = &block{name: heading, line: i + 1}
		case isFence:
			other = true
		case open != nil:
			open.text += line + "\n"
			if _, want, ok := strings.Cut(line, "#=>"); ok {
				open.wants = append(open.wants, strings.TrimSpace(want))
			}
		case !other && strings.HasPrefix(line, "#"):
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
		}
	}
	return blocks
}

func TestReadme_Fenced(t *testing.T) {
	t.Parallel()
	got := fenced("# Top\n```sh test\ncurl x #=> 200\n```\n```sh\nrm -rf /\n# no heading\n```\n## Next\n```sh  test\ntrue\n```\n")
	if len(got) != 2 || got[0].name != "Top" || got[0].text != "curl x #=> 200\n" || got[0].wants[0] != "200" || got[0].line != 2 ||
		got[1].name != "Next" || got[1].text != "true\n" || len(got[1].wants) != 0 {
		t.Errorf("blocks are %+v", got)
	}
}
