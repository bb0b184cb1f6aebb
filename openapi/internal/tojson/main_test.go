package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestConvertKeepsOrderAndText(t *testing.T) {
	t.Parallel()
	const document = "z: 1\na: {'200': \"two\\nlines\", b: [true, null]}\nt: |\n  one\n  two\nat: 2026-01-31T09:30:00Z\n"
	const want = "{\n  \"z\": 1,\n  \"a\": {\n    \"200\": \"two\\nlines\",\n    \"b\": [\n      true,\n      null\n    ]\n  },\n" +
		"  \"t\": \"one\\ntwo\\n\",\n  \"at\": \"2026-01-31T09:30:00Z\"\n}\n"
	got, err := convert([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, bad, out := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "out.json")
	for path, text := range map[string]string{good: "a: 1\n", bad: "a: [\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{nil, {good}, {bad, out}, {filepath.Join(dir, "none.yaml"), out}, {good, filepath.Join(dir, "none", "out.json")}} {
		if err := run(args); err == nil {
			t.Errorf("run(%q) succeeded", args)
		}
	}
	if err := run([]string{good, out}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, []byte("{\n  \"a\": 1\n}\n")) {
		t.Errorf("wrote %q, %v", got, err)
	}
}

func TestEmbeddedJSONIsFresh(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := convert(document)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.json is stale: run go generate ./openapi")
	}
}
