package httpapitest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

// echo answers GET /healthz as documented, with what the test looks for in headers.
func echo(c *gin.Context) {
	c.Header("Retry-After", "30")
	c.Header("Etag", c.GetHeader("X-Say"))
	healthyJSON(c)
}

// A step passes only if everything in it is as the server has it.
func TestStepsFail(t *testing.T) {
	t.Parallel()
	w := answering(&complaints{TB: t}, echo) // Etag is not documented; that is not what is tested here
	send(t, w, "+919800000045")
	code := w.Code("+919800000045")
	for name, c := range map[string]struct{ text, fails string }{
		"as it is":              {"GET /healthz\n--- 200\nRetry-After: 30\n!Vary\n\n{ \"status\": \"{{said}}\" }", ""},
		"the status":            {"GET /healthz\n--- 201\n\n{\"status\":\"ok\"}", "status 200 instead of 201"},
		"a header's value":      {"GET /healthz\n--- 200\nRetry-After: 29\n\n{\"status\":\"ok\"}", "header Retry-After"},
		"a header is missing":   {"GET /healthz\n--- 200\nVary: {{*}}\n\n{\"status\":\"ok\"}", "header Vary"},
		"a header is there":     {"GET /healthz\n--- 200\n!Retry-After\n\n{\"status\":\"ok\"}", "header Retry-After"},
		"the body":              {"GET /healthz\n--- 200\n\n{\"status\":\"OK\"}", "body is"},
		"no body":               {"GET /healthz\n--- 200", "body is"},
		"nothing captured":      {"GET /healthz\nX-Say: {{nothing}}\n--- 200\n\n{\"status\":\"ok\"}", "nothing was captured as nothing"},
		"nothing to compare":    {"GET /healthz\n--- 200\n\n{\"status\":\"{{=nothing}}\"}", "nothing was captured as nothing"},
		"captured":              {"GET /healthz\nX-Say: {{old}}\n--- 200\nEtag: value\n\n{\"status\":\"ok\"}", ""},
		"the code":              {"GET /healthz\nX-Say: {{code:+919800000045}}\n--- 200\nEtag: " + code + "\n\n{\"status\":\"ok\"}", ""},
		"another code":          {"GET /healthz\nX-Say: {{wrong:+919800000045}}\n--- 200\nEtag: " + code + "\n\n{\"status\":\"ok\"}", "header Etag"},
		"no code":               {"GET /healthz\nX-Say: {{code:+919800000000}}\n--- 200\n\n{\"status\":\"ok\"}", "no code was sent to +919800000000"},
		"no other than no code": {"GET /healthz\nX-Say: {{wrong:+919800000000}}\n--- 200\n\n{\"status\":\"ok\"}", "no code was sent to +919800000000"},
		"no link":               {"GET /healthz\nX-Say: {{token:+919800000045}}\n--- 200\n\n{\"status\":\"ok\"}", "no link was sent to +919800000045"},
		"an advance of nothing": {"> advance soon\nGET /healthz\n--- 200\n\n{\"status\":\"ok\"}", "soon"},
	} {
		steps, err := parse("=== " + name + "\n" + c.text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = w.play(steps[0], map[string]string{"old": "value"})
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong, err := w.fill("{{wrong:+919800000045}}", nil)
	if err != nil || len(wrong) != len(code) || wrong == code || strings.Trim(wrong, "0123456789") != "" {
		t.Errorf("instead of %s it sends %s, %v", code, wrong, err)
	}
}

func TestActsOfSteps(t *testing.T) {
	t.Parallel()
	w := answering(t, healthyJSON)
	send(t, w, "+919800000045")
	steps, err := parse("=== later\n> advance 10m\n> disable CUST12345\nGET /healthz\n--- 200\n\n{\"status\":\"ok\"}")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.play(steps[0], map[string]string{}); err != nil {
		t.Fatal(err)
	}
	if passed := w.Clock.Now().Sub(Start).Minutes(); passed != 10 {
		t.Errorf("%v minutes passed", passed)
	}
	if w.Code("+919800000045") == "" {
		t.Error("the message was lost on the way through time")
	}
}

// transcriptEnv names the transcripts that TestPlayed plays; it is set by TestPlay only.
const transcriptEnv = "LATCHKEY_TEST_TRANSCRIPTS"

// TestPlayed is what TestPlay runs in a process of its own, to see how it ends. By itself it plays one that passes.
func TestPlayed(t *testing.T) {
	pattern := os.Getenv(transcriptEnv)
	if pattern == "" {
		pattern = transcript(t, passing)
	}
	Play(t, pattern, func(w *World) { w.Server.Handle(http.MethodGet, "/healthz", healthyJSON) })
}

const passing = "=== health\nGET /healthz\n--- 200\n\n{\"status\":\"{{word}}\"}\n=== again\nGET /healthz\n--- 200\n\n{\"status\":\"{{=word}}\"}\n"

func transcript(t *testing.T, text string) (pattern string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "one.http"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "*.http")
}

// A wrong transcript makes its test fail, and tells where.
func TestPlay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, says string }{
		"one that passes":      {passing, ""},
		"a wrong second step":  {passing + "=== third\nGET /healthz\n--- 404\n", "one.http:11: third: status 200 instead of 404"},
		"one that is no step":  {"GET /healthz\n", "line 1"},
		"against the document": {"=== undocumented\nDELETE /healthz\n--- 200\n", "status 405 instead of 200"},
	} {
		output, err := played(t, transcript(t, c.text))
		if (err == nil) != (c.says == "") || !strings.Contains(output, c.says) {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
	if output, err := played(t, filepath.Join(t.TempDir(), "*.http")); err == nil || !strings.Contains(output, "no transcript matches") {
		t.Errorf("no file at all: %v\n%s", err, output)
	}
}

func played(t *testing.T, pattern string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPlayed$", "-test.count=1")
	command.Env = append(os.Environ(), transcriptEnv+"="+pattern)
	output, err := command.CombinedOutput()
	return string(output), err
}
