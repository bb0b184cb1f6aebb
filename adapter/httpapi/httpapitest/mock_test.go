package httpapitest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
	"latchkey/openapi"
	"latchkey/openapi/contract"
)

// mockProgram makes a server of an OpenAPI document and nothing else.
const mockProgram = "@stoplight/prism-cli@5.14.2"

// mockLimit is how long it may take to start, or to answer.
const mockLimit = time.Minute

// mockClient does not wait for ever, and follows no redirect.
var mockClient = http.Client{
	Timeout:       mockLimit,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// leastCompared is how many replies of transcripts the mock has to stand for.
const leastCompared = 600

// TestMock plays the rooms' transcripts against a server that knows the document only. Each exchange is asked for by its status
// (Prefer: code=…, RFC 7240), and one of the document's examples for it has to have the shape that the transcript expects of the
// real server: content type, keys and their types, at any depth. So the document cannot tell another story than the transcripts.
//
// The mock refuses what the document does not allow, as it should. Where a transcript asks wrongly on purpose, or takes a liberty
// that the document gives in words only, the document's own example of a request is sent instead: what matters is the reply.
func TestMock(t *testing.T) {
	t.Parallel()
	var files []string
	for rooms, least := range map[string]int{"..": 30, "../../web": 1} {
		found, err := filepath.Glob(rooms + "/*/testdata/*.http")
		if err != nil || len(found) < least {
			t.Fatalf("%d transcripts (%v) in %s", len(found), err, rooms)
		}
		files = append(files, found...)
	}
	m := startMock(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, s := range steps {
			if err := m.replay(s); err != nil {
				t.Errorf("%s:%d: %s: %v", file, s.line, s.name, err)
			}
		}
	}
	t.Logf("%d exchanges compared, %d of them asked for by the transcript's own request; not compared: %v", m.compared, m.asIs, m.left)
	if m.compared < leastCompared || m.asIs < m.compared/2 {
		t.Errorf("only %d exchanges compared and %d sent as they are; left out: %v", m.compared, m.asIs, m.left)
	}
}

// mock is a running mock and what has been asked of it.
type mock struct {
	url            string
	contract       *contract.Contract
	compared, asIs int
	left           map[string]int // exchanges that cannot be compared, by the reason
}

// startMock starts the mock on a free port of this machine.
func startMock(t *testing.T) *mock {
	t.Helper()
	dir := testtool.NPM(t, mockProgram)
	held, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "openapi.yaml"), openapi.YAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "node_modules/@stoplight/prism-cli/dist/index.js",
		"mock", "--host", "127.0.0.1", "--port", "0", "openapi.yaml")
	command.Dir = dir
	printed, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address := make(chan string, 1)
	go func() {
		defer close(address)
		listening := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(printed); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
			}
		}
		_, _ = io.Copy(io.Discard, printed) // behind a line that is too long for the scanner: nothing may stop the mock's printing
	}()
	select {
	case url := <-address:
		if url == "" {
			t.Fatal("the mock ended")
		}
		return &mock{url: url, contract: held, left: map[string]int{}}
	case <-time.After(mockLimit):
		t.Fatal("the mock does not start")
	}
	return nil
}

// replay asks the mock for the exchange of a step and compares.
func (m *mock) replay(s step) error {
	want, readable := readShape(s.wantBody)
	request, body := own(s)
	example, exampleBody, err := m.contract.ExampleRequest(s.method, request.URL.Path)
	switch {
	case s.method == http.MethodOptions:
		m.left["a CORS preflight, which the document does not name"]++
		return nil
	case err != nil:
		m.left["a path and method that the document does not name"]++
		return nil
	case !readable:
		m.left["an expectation that leaves more than values and members open"]++
		return nil
	}
	if m.contract.CheckRequest(request, body) == nil {
		if err := m.find(s, request, body, want); !errors.Is(err, errRefused) {
			m.asIs++
			return err
		}
	}
	if accept := request.Header.Get("Accept"); accept != "" {
		example.Header.Set("Accept", accept)
	}
	return m.find(s, example, exampleBody, want)
}

// errRefused says that the mock found a fault in the request.
var errRefused = errors.New("the mock refuses the request")

// find looks for an example of the document that is as the step expects.
func (m *mock) find(s step, request *http.Request, body []byte, want any) error {
	media := expectedMedia(s)
	var misses []error
	for _, example := range append([]string{""}, m.contract.ExampleNames(s.method, request.URL.Path, s.status, media)...) {
		err := m.compare(s, request, body, example, media, want)
		if err == nil {
			m.compared++
			return nil
		}
		misses = append(misses, fmt.Errorf("example %q: %w", example, err))
	}
	return fmt.Errorf("no example of the document is like it: %w", errors.Join(misses...))
}

// own is a step's request; nothing was sent or captured, so that something of the right form stands for placeholders.
func own(s step) (*http.Request, []byte) {
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			if strings.HasPrefix(found, "{{code:") || strings.HasPrefix(found, "{{wrong:") {
				return "12345"
			}
			return "captured"
		})
	}
	body := fill(s.body)
	request := httptest.NewRequest(s.method, fill(s.path), nil)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range s.headers {
		name, value, _ := strings.Cut(fill(header), ":")
		if value = strings.TrimSpace(value); value == "-" {
			request.Header.Del(name)
		} else if name != "Host" {
			request.Header.Set(name, value)
		}
	}
	return request, []byte(body)
}

// expectedMedia is the content type that a step expects; a transcript names it where it is not JSON.
func expectedMedia(s step) string {
	for _, want := range s.wantHeaders {
		if name, value, _ := strings.Cut(want, ":"); strings.EqualFold(name, "Content-Type") {
			if media, _, err := mime.ParseMediaType(strings.TrimSpace(value)); err == nil {
				return media
			}
		}
	}
	return "application/json"
}

// compare asks for one example and holds it against the document and the step.
func (m *mock) compare(s step, like *http.Request, body []byte, example, media string, want any) error {
	request, err := http.NewRequest(s.method, m.url+like.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = like.Header.Clone()
	prefer := fmt.Sprintf("code=%d", s.status)
	if example != "" {
		prefer += ", example=" + example
	}
	request.Header.Set("Prefer", prefer)
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", media)
	}
	reply, err := mockClient.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	got, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	if faults := reply.Header.Get("Sl-Violations"); faults != "" {
		return fmt.Errorf("%w: %s", errRefused, faults)
	}
	if reply.StatusCode != s.status {
		return fmt.Errorf("status %d instead of %d: %s", reply.StatusCode, s.status, got)
	}
	keeps := func(body []byte) error { return m.contract.CheckReply(like, nil, reply.StatusCode, reply.Header, body) }
	if err := keeps(got); err != nil {
		return err
	}
	if given := reply.Header.Get("Content-Type"); s.wantBody != "" && !strings.HasPrefix(given, media) {
		return fmt.Errorf("content type %s instead of %s", given, media)
	}
	if media != "application/json" || s.wantBody == "" {
		if (len(got) == 0) != (s.wantBody == "") {
			return fmt.Errorf("a body of %d bytes", len(got))
		}
		return nil
	}
	return alike(want, got, keeps)
}
