package httpapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Play plays each transcript that matches the pattern, in a World of its own.
func Play(t *testing.T, pattern string, mount func(w *World)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcript matches %s (%v)", pattern, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".http"), func(t *testing.T) {
			t.Parallel()
			steps, err := parse(string(text))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			w := New(t, mount)
			captured := map[string]string{}
			for _, step := range steps {
				if err := w.play(step, captured); err != nil {
					t.Fatalf("%s:%d: %s: %v", file, step.line, step.name, err)
				}
			}
		})
	}
}

// step is one request and what it must be answered with.
type step struct {
	name    string
	line    int
	acts    []string
	method  string
	path    string
	headers []string
	body    string

	status      int
	wantHeaders []string
	wantBody    string
}

// parse reads a transcript.
func parse(text string) ([]step, error) {
	var steps []step
	var current *step
	// where the next line belongs: before the request, its headers, its body, the expected headers, the expected body.
	const (
		before = iota
		headers
		body
		wantHeaders
		wantBody
	)
	place := before
	for i, line := range strings.Split(text, "\n") {
		title, isTitle := strings.CutPrefix(line, "=== ")
		switch {
		case isTitle:
			steps = append(steps, step{name: title, line: i + 1})
			current, place = &steps[len(steps)-1], before
		case strings.HasPrefix(line, "#") && (place == before || place == wantBody):
		case current == nil:
			if strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("line %d: a transcript begins with === and a title", i+1)
			}
		case strings.HasPrefix(line, "--- "):
			status, err := strconv.Atoi(strings.TrimSpace(line[4:]))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			if current.status != 0 {
				return nil, fmt.Errorf("line %d: step %q expects a second reply", i+1, current.name)
			}
			current.status, place = status, wantHeaders
		case place == before && strings.HasPrefix(line, "> "):
			current.acts = append(current.acts, line[2:])
		case place == before && line != "":
			method, path, ok := strings.Cut(line, " ")
			if !ok {
				return nil, fmt.Errorf("line %d: want METHOD PATH", i+1)
			}
			current.method, current.path, place = method, path, headers
		case place == headers && line == "":
			place = body
		case place == headers:
			current.headers = append(current.headers, line)
		case place == body:
			current.body += line + "\n"
		case place == wantHeaders && line == "":
			place = wantBody
		case place == wantHeaders:
			current.wantHeaders = append(current.wantHeaders, line)
		case place == wantBody:
			current.wantBody += line + "\n"
		}
	}
	if len(steps) == 0 {
		return nil, errors.New("a transcript without steps")
	}
	for i := range steps {
		steps[i].body = strings.TrimSpace(steps[i].body)
		steps[i].wantBody = strings.TrimSpace(steps[i].wantBody)
		if err := steps[i].check(); err != nil {
			return nil, fmt.Errorf("line %d: step %q %w", steps[i].line, steps[i].name, err)
		}
	}
	return steps, nil
}

// check refuses steps that would pass whatever the server answers, or ask it something else than their writer meant.
func (s step) check() error {
	if s.method == "" {
		return errors.New("makes no request")
	}
	if s.status == 0 {
		return errors.New("expects nothing")
	}
	for _, header := range s.headers {
		if !strings.Contains(header, ":") {
			return fmt.Errorf("has a header without a colon: %s", header)
		}
	}
	for _, want := range s.wantHeaders {
		name, absent := strings.CutPrefix(want, "!")
		if absent == strings.Contains(want, ":") || absent && strings.ContainsAny(name, " \t") {
			return fmt.Errorf("expects neither Name: value nor !Name: %s", want)
		}
	}
	return nil
}

// play makes one step and tells what was not as expected.
func (w *World) play(s step, captured map[string]string) error {
	for _, act := range s.acts {
		verb, argument, _ := strings.Cut(act, " ")
		if verb != "advance" {
			w.Act(verb, argument)
			continue
		}
		by, err := time.ParseDuration(argument)
		if err != nil {
			return err
		}
		w.Settle() // a message must not outlive itself because the clock jumped
		w.Clock.Advance(by)
	}
	var failed error
	fill := func(text string) string {
		filled, err := w.fill(text, captured)
		if err != nil {
			failed = err
		}
		return filled
	}
	headers := make([]string, 0, len(s.headers))
	for _, header := range s.headers {
		headers = append(headers, fill(header))
	}
	path, body := fill(s.path), fill(s.body)
	if failed != nil {
		return failed
	}
	reply := w.Do(s.method, path, body, headers...)
	if reply.Status != s.status {
		return fmt.Errorf("status %d instead of %d: %s", reply.Status, s.status, reply.Body)
	}
	for _, want := range s.wantHeaders {
		if err := matchHeader(want, reply.Header, captured); err != nil {
			return err
		}
	}
	return match("body", compact(s.wantBody), compact(reply.Body), captured)
}

var placeholder = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// fill replaces the placeholders of a request.
func (w *World) fill(text string, captured map[string]string) (string, error) {
	var failed error
	filled := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-2]
		if kind, to, ok := strings.Cut(name, ":"); ok && (kind == "code" || kind == "wrong") {
			code := w.Code(to)
			switch {
			case code == "":
				failed = fmt.Errorf("no code was sent to %s", to)
			case kind == "wrong":
				code = string('0'+(code[0]-'0'+1)%10) + code[1:]
			}
			return code
		}
		if to, ok := strings.CutPrefix(name, "token:"); ok {
			token := w.Token(to)
			if token == "" {
				failed = fmt.Errorf("no link was sent to %s", to)
			}
			return token
		}
		value, ok := captured[name]
		if !ok {
			failed = fmt.Errorf("nothing was captured as %s", name)
		}
		return value
	})
	return filled, failed
}

func matchHeader(want string, header http.Header, captured map[string]string) error {
	if name, absent := strings.CutPrefix(want, "!"); absent {
		if values := header.Values(name); len(values) > 0 {
			return fmt.Errorf("header %s is there: %q", name, values)
		}
		return nil
	}
	name, value, _ := strings.Cut(want, ":")
	values := header.Values(strings.TrimSpace(name))
	if len(values) == 0 {
		return fmt.Errorf("header %s is not there", name)
	}
	return match("header "+name, strings.TrimSpace(value), strings.Join(values, ", "), captured)
}

// match compares a text with an expectation and captures what its placeholders stand for, which is never nothing.
func match(what, want, got string, captured map[string]string) error {
	pattern, names, rest := strings.Builder{}, []string{}, want
	pattern.WriteString(`\A`)
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		pattern.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		switch name := rest[at[2]:at[3]]; {
		case name == "*":
			pattern.WriteString(`(?s:.*?)`)
		case name[0] == '=':
			value, ok := captured[name[1:]]
			if !ok {
				return fmt.Errorf("%s: nothing was captured as %s", what, name[1:])
			}
			pattern.WriteString(regexp.QuoteMeta(value))
		default:
			pattern.WriteString(`([^"\\;\n]+)`)
			names = append(names, name)
		}
		rest = rest[at[1]:]
	}
	pattern.WriteString(regexp.QuoteMeta(rest) + `\z`)
	found := regexp.MustCompile(pattern.String()).FindStringSubmatch(got)
	if found == nil {
		return fmt.Errorf("%s is\n\t%s\ninstead of\n\t%s", what, got, want)
	}
	for i, name := range names {
		captured[name] = found[i+1]
	}
	return nil
}

// compact takes insignificant white space out of JSON; anything else stays as it is, but for white space around it. A bare
// placeholder outside of a string makes an expectation invalid JSON, so those are set between quotes for a moment.
func compact(text string) string {
	text = strings.TrimSpace(text)
	guarded := placeholder.ReplaceAllString(text, "\x00$1\x00")
	bare := regexp.MustCompile(`([:\[,]\s*)(\x00[^\x00]+\x00)`).ReplaceAllString(guarded, "${1}\"\x01${2}\x01\"")
	bare = strings.ReplaceAll(strings.ReplaceAll(bare, "\x00", "@@"), "\x01", "~~")
	var out bytes.Buffer
	if json.Compact(&out, []byte(bare)) != nil {
		return text
	}
	result := strings.ReplaceAll(strings.ReplaceAll(out.String(), `"~~`, ""), `~~"`, "")
	return regexp.MustCompile(`@@([^@]+)@@`).ReplaceAllString(result, "{{$1}}")
}
