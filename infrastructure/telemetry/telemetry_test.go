package telemetry_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/telemetry"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	for format, wantJSON := range map[string]bool{"text": false, "json": true, "auto": true} {
		var out bytes.Buffer
		telemetry.NewLogger(&out, format, slog.LevelInfo).Info("hello", "n", 1)
		if got := json.Valid(out.Bytes()); got != wantJSON {
			t.Errorf("%s: %s", format, out.String())
		}
	}
}

func TestAutoIsJSONInAFile(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	telemetry.NewLogger(file, "auto", slog.LevelInfo).Info("hello")
	written, err := os.ReadFile(file.Name())
	if err != nil || !json.Valid(written) {
		t.Errorf("%s, %v", written, err)
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, "text", slog.LevelWarn)
	log.Info("quiet")
	log.Warn("loud")
	if text := out.String(); strings.Contains(text, "quiet") || !strings.Contains(text, "loud") {
		t.Errorf("log %s", text)
	}
}

func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.FixedZone("HKT", 8*3600))
	telemetry.NewLogger(&out, "json", slog.LevelInfo).Info("hello", "at", at)
	var line struct{ Time, At string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.At != "2026-03-01T00:00:00Z" || !strings.HasSuffix(line.Time, "Z") {
		t.Errorf("times %+v", line)
	}
}

func TestC5_SecretNamesAreMasked(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, name := range []string{
		"code", "Code", "otp", "OTP", "pin", "token", "tokens", "password", "passwd", "authorization", "Authorization", "cookie", "Set-Cookie",
		"secret", "credentials", "refresh_token", "refreshToken", "otpToken", "access-token", "old.password", "webhookSecret",
		"otp_auth_key", "password_hash", "one_time_code", "newPassword2", "PIN",
	} {
		for _, format := range []string{"text", "json"} {
			var out bytes.Buffer
			log := telemetry.NewLogger(&out, format, slog.LevelInfo)
			log.Info("one", name, secret)
			log.With(name, secret).Info("two")
			log.Info("three", slog.Group("request", name, secret))
			log.Info("four", slog.Group(name, "value", secret))
			log.WithGroup(name).Info("five", "value", secret)
			log.Info("six", name, []byte(secret))
			if strings.Contains(out.String(), secret) || strings.Count(out.String(), telemetry.Redacted) != 6 {
				t.Errorf("%s in %s:\n%s", name, format, out.String())
			}
		}
	}
}

func TestC5_HeadersAndCookiesAreMaskedUnderAnyName(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodGet, "/?otp=hunter2", nil)
	request.Header.Set("Authorization", "Bearer hunter2")
	for _, value := range []any{request, request.Header, &http.Cookie{Name: "a", Value: "hunter2"}, []*http.Cookie{{Name: "a", Value: "hunter2"}}} {
		var out bytes.Buffer
		telemetry.NewLogger(&out, "json", slog.LevelInfo).Info("seen", "what", value)
		if strings.Contains(out.String(), "hunter2") {
			t.Errorf("%T: %s", value, out.String())
		}
	}
}

func TestHarmlessNamesStay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"status_code", "statusCode", "error_code", "country_code", "exit-code", "mapping", "pinned", "encoded", "decoder", "tokenizer",
		"code_length", "token_type", "token_lifetime", "attempts", "purpose", "account", "key", "handle", "path",
	} {
		var out bytes.Buffer
		telemetry.NewLogger(&out, "text", slog.LevelInfo).Info("the code is not in this message", name, "visible")
		if !strings.Contains(out.String(), name+"=visible") || !strings.Contains(out.String(), "this message") {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

func fetch(t *testing.T, handler http.Handler, method, path string) (int, string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	body, err := io.ReadAll(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Code, string(body)
}

func TestMetricsAreServed(t *testing.T) {
	t.Parallel()
	registry := telemetry.NewRegistry()
	metrics := telemetry.NewHTTPMetrics(registry)
	metrics.Observe("POST", "/web/auth/login", 200, 3*time.Millisecond)
	metrics.Observe("POST", "/web/auth/login", 200, 3*time.Millisecond)
	metrics.Observe("POST", "/web/auth/login", 401, time.Second)
	metrics.Observe("BREW", "", 404, 0)

	status, body := fetch(t, telemetry.Handler(registry), http.MethodGet, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		`latchkey_http_requests_total{method="POST",route="/web/auth/login",status="200"} 2`,
		`latchkey_http_requests_total{method="POST",route="/web/auth/login",status="401"} 1`,
		`latchkey_http_requests_total{method="other",route="other",status="404"} 1`,
		`latchkey_http_request_duration_seconds_bucket{method="POST",route="/web/auth/login",le="0.0025"} 0`,
		`latchkey_http_request_duration_seconds_bucket{method="POST",route="/web/auth/login",le="0.005"} 2`,
		`latchkey_http_request_duration_seconds_count{method="POST",route="/web/auth/login"} 3`,
		"go_goroutines ",
		"process_",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestProfilesAreServed(t *testing.T) {
	t.Parallel()
	handler := telemetry.Handler(telemetry.NewRegistry())
	for path, want := range map[string]int{
		"/debug/pprof/": 200, "/debug/pprof/cmdline": 200, "/debug/pprof/symbol": 200, "/debug/pprof/goroutine": 200, "/debug/pprof/heap": 200,
		"/": 404, "/healthz": 404,
	} {
		if status, _ := fetch(t, handler, http.MethodGet, path); status != want {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
}
