package main

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A recipe is what the README says of adding something, done: testdata/recipes/NAME has the new files, as they go into the tree, and
// the edits of old ones. Edits are a text of blocks:
//
//	@ FILE            the file that the next lines change
//	? LINE            the only line that is exactly this; what follows goes below it
//	+ LINE            a new line
//	~ OLD => NEW      a text that is in the file once, and what takes its place
//
// The tests of this file follow a recipe in a copy of the tree, and let the copy's own tests and its server judge it.

// stepLimit is how long one step, such as a build, may take.
const stepLimit = 5 * time.Minute

// copied is a copy of the tree in which a recipe was followed.
type copied struct {
	t    testing.TB
	root string
	cost cost
	// edited are the old files that the recipe changes.
	edited []string
}

// cost is how much a recipe touches. What make generate writes is not in it, nor is the API's text in openapi.yaml.
type cost struct{ newFiles, lines, files int }

// follow copies the tree and follows the recipe.
func follow(t testing.TB, recipe string) *copied {
	t.Helper()
	c := &copied{t: t, root: filepath.Join(t.TempDir(), "tree")}
	copyTree(t, filepath.Join("..", ".."), c.root)
	from := filepath.Join("testdata", "recipes", recipe)
	c.cost.newFiles = copyTree(t, filepath.Join(from, "files"), c.root)
	edits, err := os.ReadFile(filepath.Join(from, "edits"))
	if err != nil {
		t.Fatal(err)
	}
	c.edit(string(edits))
	return c
}

// copyTree copies files and tells how many. Hidden files, what was built and databases stay behind.
func copyTree(t testing.TB, from, to string) (count int) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		built := name == "node_modules" || filepath.Dir(path) == from && entry.IsDir() && (name == "bin" || name == "dist")
		if path != from && (name[0] == '.' || built) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if !entry.Type().IsRegular() || strings.Contains(name, ".db") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// edit makes the edits of a recipe.
func (c *copied) edit(edits string) {
	c.t.Helper()
	file, text := "", ""
	at, lines := -1, 0 // where in text the next new line goes; lines changed in this file
	finish := func() {
		c.t.Helper()
		if file == "" {
			return
		}
		if err := os.WriteFile(filepath.Join(c.root, file), []byte(text), 0o644); err != nil {
			c.t.Fatal(err)
		}
		c.edited = append(c.edited, file)
		if file != "openapi/openapi.yaml" {
			c.cost.files++
			c.cost.lines += lines
		}
	}
	for line := range strings.Lines(edits) {
		line = strings.TrimSuffix(line, "\n")
		kind, rest := line[:1], strings.TrimPrefix(line[1:], " ")
		switch kind {
		case "@":
			finish()
			data, err := os.ReadFile(filepath.Join(c.root, rest))
			if err != nil {
				c.t.Fatalf("the recipe edits a file that is gone: %v", err)
			}
			file, text, at, lines = rest, string(data), -1, 0
		case "?":
			found, offset := 0, 0
			for old := range strings.Lines(text) {
				offset += len(old)
				if strings.TrimSuffix(old, "\n") == rest {
					found, at = found+1, offset
				}
			}
			if found != 1 {
				c.t.Fatalf("%s has %d lines that are %q, and the recipe needs one: mend the recipe, or the README's words", file, found, rest)
			}
		case "+":
			text = text[:at] + rest + "\n" + text[at:]
			at += len(rest) + 1
			lines++
		case "~":
			before, after, _ := strings.Cut(rest, " => ")
			if found := strings.Count(text, before); found != 1 {
				c.t.Fatalf("%s has %d places that are %q, and the recipe needs one: mend the recipe, or the README's words", file, found, before)
			}
			text = strings.Replace(text, before, after, 1)
			lines++
		default:
			c.t.Fatalf("no edit: %s", line)
		}
	}
	finish()
}

// run runs a program in the copy. Its cache of built packages is that of make build: -trimpath keeps the place of the tree out of it.
func (c *copied) run(program string, args ...string) {
	c.t.Helper()
	command := exec.Command(program, args...)
	command.Dir, command.WaitDelay = c.root, time.Second // a test that was ended may leave children that hold the output open
	command.Env = environment("CGO_ENABLED=0", "GOFLAGS=-trimpath -tags=nomsgpack -buildvcs=false")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	tell("start", command)
	late := time.AfterFunc(stepLimit, func() { _ = command.Process.Kill() })
	err := command.Wait()
	tell("end", command)
	if !late.Stop() {
		c.t.Fatalf("%v did not end within %s", command.Args, stepLimit)
	}
	if err != nil {
		c.t.Fatalf("%v in the copy: %v\n%s", command.Args, err, &out)
	}
}

// judge lets the copy's tests judge these packages, those that a recipe touches besides, and the import rules.
func (c *copied) judge(packages ...string) {
	c.t.Helper()
	c.run("go", append([]string{"vet", "./infrastructure/config", "./cmd/latchkey"}, packages...)...)
	// The types of the npm package are what make typescript writes, and the linters have judged the document that was copied.
	c.run("go", append([]string{"test", "-skip", "^TestTypeScript|^TestLinters", "./infrastructure/config"}, packages...)...)
	c.run("go", "test", "-run", "^TestArchitecture", "./cmd/latchkey")
}

// site is an installation of the copy's server.
func (c *copied) site(settings ...string) *site {
	c.t.Helper()
	c.run("go", "build", "-o", "latchkey", "./cmd/latchkey")
	s := newSite(c.t, "", append([]string{"LATCHKEY_SECRET="}, settings...)...)
	s.program = filepath.Join(c.root, "latchkey")
	return s
}

// sums are the files of the copy and what is in them.
func (c *copied) sums() map[string][32]byte {
	c.t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(c.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		relative, _ := filepath.Rel(c.root, path)
		sums[filepath.ToSlash(relative)] = sha256.Sum256(data)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return sums
}

// generated runs make generate and tells which files it changed.
func (c *copied) generated() []string {
	c.t.Helper()
	before := c.sums()
	c.run("make", "generate")
	after := c.sums()
	maps.DeleteFunc(after, func(path string, sum [32]byte) bool { return before[path] == sum })
	return slices.Sorted(maps.Keys(after))
}

var countsInReadme = regexp.MustCompile(`(\d+) new files, (\d+) lines in (\d+) files`)

// promised checks that the README tells what the recipe costs, in the paragraph that begins with this.
func (c *copied) promised(paragraph string) {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		c.t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n**"+paragraph+"**")
	if !found {
		c.t.Fatalf("README.md does not tell how to %s", paragraph)
	}
	told, _, _ := strings.Cut(rest, "\n\n")
	numbers := countsInReadme.FindStringSubmatch(strings.Join(strings.Fields(told), " "))
	if numbers == nil {
		c.t.Fatalf("README.md, %s: no such words as \"N new files, N lines in N files\"", paragraph)
	}
	var got cost
	for i, field := range []*int{&got.newFiles, &got.lines, &got.files} {
		*field, _ = strconv.Atoi(numbers[i+1])
	}
	if got != c.cost {
		c.t.Errorf("README.md, %s: says %q, and it takes %d new files, %d lines in %d files",
			paragraph, numbers[0], c.cost.newFiles, c.cost.lines, c.cost.files)
	}
	for _, file := range c.edited {
		if !strings.Contains(told, filepath.Base(file)) {
			c.t.Errorf("README.md, %s: does not name %s", paragraph, file)
		}
	}
}
