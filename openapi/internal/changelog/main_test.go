package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const releasedDir = "../../released"

// mustContract answers the present contract.
func mustContract(t *testing.T) string {
	t.Helper()
	text, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The gate: the present document breaks nobody who relies on the newest released one, and its version says what it is.
func TestDocumentMayFollowTheReleasedOne(t *testing.T) {
	t.Parallel()
	documents, err := released(releasedDir)
	if err != nil || len(documents) == 0 {
		t.Fatalf("%d released documents: %v", len(documents), err)
	}
	present, err := read("openapi.yaml", []byte(mustContract(t)))
	if err != nil {
		t.Fatal(err)
	}
	if complaint, err := judge(documents[len(documents)-1], present); complaint != "" || err != nil {
		t.Error(complaint, err)
	}
}

func TestChangelogIsFresh(t *testing.T) {
	t.Parallel()
	fresh := filepath.Join(t.TempDir(), "CHANGELOG.md")
	if err := run([]string{releasedDir, fresh}); err != nil {
		t.Fatal(err)
	}
	if got, want := mustRead(t, "../../CHANGELOG.md"), mustRead(t, fresh); got != want {
		t.Errorf("openapi/CHANGELOG.md is stale, run make generate; it should be\n%.2000s", want)
	}
}

// swap replaces the first occurrence of a text behind a landmark.
type swap struct{ behind, old, new string }

// edits are changes of the released document, each with what the gate says to it while the version stays and moves.
var edits = []struct {
	name   string
	swaps  []swap
	breaks bool   // needs a new major part
	silent bool   // needs no new version
	tells  string // a part of what is told
}{
	{name: "a property of a reply is removed", breaks: true, tells: "points_earned",
		swaps: []swap{{"    CustomerPointsReply:", "customer_id, points_earned,", "customer_id,"}, {"    CustomerPointsReply:", "        points_earned:", "        points_gathered:"}}},
	{name: "an optional property of a reply is removed", breaks: true, tells: "email-token",
		swaps: []swap{{"    SendUserOtpReply:", "email-token:", "mail-token:"}}},
	{name: "a property of a reply is no longer certain", breaks: true, tells: "mobile",
		swaps: []swap{{"    Customer:", "required: [customer_id, mobile]", "required: [customer_id]"}}},
	{name: "a property of a request is removed", breaks: true, tells: "auto-signup",
		swaps: []swap{{"    LoginRequest:", "auto-signup:", "sign-up:"}}},
	{name: "a status is removed", breaks: true, tells: "404",
		swaps: []swap{{"operationId: generateOtp", "'404':\n          $ref: '#/components/responses/BigCityUnknownCustomer'\n        ", ""}}},
	{name: "a header of a reply is removed", breaks: true, tells: "x-qt-auth",
		swaps: []swap{{"operationId: loginUser", "            x-qt-auth:\n              $ref: '#/components/headers/QtAuth'\n", ""}}},
	{name: "an operation is removed", breaks: true, tells: "GET /healthz",
		swaps: []swap{{"paths:", "  /healthz:\n", "  /alive:\n"}}},
	{name: "an operation has another id", breaks: true, tells: "sendPin",
		swaps: []swap{{"", "operationId: sendPin\n", "operationId: sendOnePin\n"}}},
	{name: "an enumeration of a request is narrowed", breaks: true, tells: "gcm",
		swaps: []swap{{"    DevicePlatform:", "enum: [fcm, aps, gcm]", "enum: [fcm, aps]"}}},
	{name: "an enumeration of a reply is widened", breaks: true, tells: "starting",
		swaps: []swap{{"    PartStatus:", "enum: [up, down]", "enum: [up, down, starting]"}}},
	{name: "a field of a request is required", breaks: true, tells: "confirm-password",
		swaps: []swap{{"    ResetWithTokenRequest:", "required: [token, new-password]", "required: [token, new-password, confirm-password]"}}},
	{name: "a limit of a request is narrowed", breaks: true, tells: "100",
		swaps: []swap{{"    RegisterDeviceRequest:", "maxLength: 4096", "maxLength: 100"}}},
	{name: "a type has another name", breaks: true, tells: "ContactSort",
		swaps: []swap{{"    ProvenContact:", "schemas/ContactSort'", "schemas/SortOfContact'"}, {"", "    ContactSort:\n", "    SortOfContact:\n"}}},
	{name: "a request may say more", tells: "nickname",
		swaps: []swap{{"    UpdateProfileRequest:", "      properties:\n", "      properties:\n        nickname: {type: string}\n"}}},
	{name: "a reply says more", tells: "level",
		swaps: []swap{{"    Customer:", "      properties:\n", "      properties:\n        level: {type: string}\n"}}},
	{name: "an operation is added", tells: "GET /startz",
		swaps: []swap{{"", "paths:\n", "paths:\n  /startz:\n    get: {operationId: getStart, responses: {'200': {description: Started.}}}\n"}}},
	{name: "a limit of a request is widened", tells: "9999",
		swaps: []swap{{"    RegisterDeviceRequest:", "maxLength: 4096", "maxLength: 9999"}}},
	{name: "a text is clearer", silent: true,
		swaps: []swap{{"operationId: getHealth", "summary: Tell whether the process lives", "summary: Tell whether the process is alive"}}},
}

func TestRule(t *testing.T) {
	t.Parallel()
	text := mustRead(t, filepath.Join(releasedDir, "1.0.0.yaml"))
	first := mustParse(t, text, "1.0.0")
	for _, edit := range edits {
		t.Run(edit.name, func(t *testing.T) {
			t.Parallel()
			changed := text
			for _, s := range edit.swaps {
				changed = s.in(t, changed)
			}
			changes, err := compare(first, mustParse(t, changed, "1.0.0"))
			if err != nil {
				t.Fatal(err)
			}
			for version, accepted := range map[string]bool{
				"1.0.0": edit.silent, "1.0.1": edit.silent, "1.7.0": !edit.breaks, "2.0.0": true, "0.9.0": false,
			} {
				complaint := rule(changes, "1.0.0", version)
				if (complaint == "") != accepted {
					t.Errorf("version %s: accepted is %v, want %v: %s", version, complaint == "", accepted, complaint)
				}
				if !accepted && version != "0.9.0" && !strings.Contains(complaint, edit.tells) {
					t.Errorf("version %s: %q does not tell %q", version, complaint, edit.tells)
				}
			}
		})
	}
}

func TestChangelogGroupsByOperation(t *testing.T) {
	t.Parallel()
	text := mustRead(t, filepath.Join(releasedDir, "1.0.0.yaml"))
	first := mustParse(t, text, "1.0.0")
	for _, s := range []swap{
		{"operationId: generateOtp", "'404':\n          $ref: '#/components/responses/BigCityUnknownCustomer'\n        ", ""},
		{"", "paths:\n", "paths:\n  /startz:\n    get: {operationId: getStart, responses: {'200': {description: Started.}}}\n"},
	} {
		text = s.in(t, text)
	}
	second, hasty := mustParse(t, text, "2.0.0"), mustParse(t, text, "1.0.0")
	const head = beginning + "\n"
	const changes = "\n\n### POST /api/v1/auth/generate-otp\n\n- **breaking:** removed the non-success response with the status `404`\n" +
		"\n### GET /startz\n\n- endpoint added\n"
	for _, test := range []struct {
		released []*openapi3.T
		present  *openapi3.T
		want     string
	}{
		{[]*openapi3.T{first}, first, "## 1.0.0\n\nThe first release.\n"},
		{[]*openapi3.T{first}, second, "## 2.0.0, not released" + changes + "\n## 1.0.0\n\nThe first release.\n"},
		{[]*openapi3.T{first}, hasty, "## Not released" + changes + "\n## 1.0.0\n\nThe first release.\n"},
		{[]*openapi3.T{first, second}, second, "## 2.0.0" + changes + "\n## 1.0.0\n\nThe first release.\n"},
		{[]*openapi3.T{first, first, second}, second, "## 2.0.0" + changes + "\n## 1.0.0" + nothing + "\n## 1.0.0\n\nThe first release.\n"},
	} {
		got, err := changelog(test.released, test.present)
		if err != nil || got != head+test.want {
			t.Errorf("%v\n%s\nwant\n%s", err, got, head+test.want)
		}
	}
	if _, err := changelog(nil, first); err == nil {
		t.Error("a changelog without a release")
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "CHANGELOG.md")
	text := mustContract(t)
	for name, content := range map[string]string{
		"named/2.0.0.yaml": text, "broken/1.0.0.yaml": "a: [", "odd/one.yaml": strings.Replace(text, "  version: 1.", "  version: one.", 1),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		nil, {releasedDir}, {releasedDir, out, out}, {dir, out}, {filepath.Join(dir, "named"), out}, {filepath.Join(dir, "broken"), out},
		{filepath.Join(dir, "odd"), out}, {"keep", filepath.Join(dir, "nowhere")},
	} {
		if err := run(args); err == nil {
			t.Errorf("run(%q) succeeded", args)
		}
	}
}

// What is kept as released is what programs call, once.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := run([]string{"keep", dir}); err != nil {
		t.Fatal(err)
	}
	documents, err := released(dir)
	if err != nil || len(documents) != 1 {
		t.Fatalf("%d documents: %v", len(documents), err)
	}
	for path, there := range map[string]bool{"/web/auth/login": true, "/dev/inbox": true, "/docs": false, "/microsite/": false} {
		if (documents[0].Paths.Value(path) != nil) != there {
			t.Errorf("%s is kept: %v, want %v", path, !there, there)
		}
	}
	if err := run([]string{"keep", dir}); err == nil || !strings.Contains(err.Error(), "released already") {
		t.Errorf("the second time: %v", err)
	}
}

func (s swap) in(t *testing.T, text string) string {
	t.Helper()
	head, tail, found := strings.Cut(text, s.behind)
	changed := strings.Replace(tail, s.old, s.new, 1)
	if !found || changed == tail {
		t.Fatalf("the document has no %q behind %q", s.old, s.behind)
	}
	return head + s.behind + changed
}

func mustParse(t *testing.T, text, version string) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	document.Info.Version = version
	return document
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
