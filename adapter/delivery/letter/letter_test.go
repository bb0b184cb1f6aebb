package letter_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"latchkey/adapter/delivery/letter"
	"latchkey/domain"
)

func write(t testing.TB, m domain.Message) string {
	t.Helper()
	html, err := letter.HTML(m)
	if err != nil {
		t.Fatal(err)
	}
	return html
}

// inside is what stands between <div> and </div>.
func inside(t testing.TB, m domain.Message) string {
	t.Helper()
	_, rest, _ := strings.Cut(write(t, m), "<div>\n")
	body, _, ok := strings.Cut(rest, "</div>")
	if !ok {
		t.Fatal("no body")
	}
	return body
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		message domain.Message
		want    string
	}{
		"code":       {domain.Message{Code: "048213", Body: "Hello,\n\nyour code is 048213. Not 048213?\n"}, "<p>Hello,</p>\n<p>your code is <strong class=\"code\">048213</strong>. Not 048213?</p>\n"},
		"lines":      {domain.Message{Body: "one\r\ntwo\n \n\t\n\nthree"}, "<p>one<br>\ntwo</p>\n<p>three</p>\n"},
		"no code":    {domain.Message{Body: "Your password is\n\n    a<b&c\n"}, "<p>Your password is</p>\n<p>a&lt;b&amp;c</p>\n"},
		"link":       {domain.Message{Code: "1234", Body: "Go to https://x.example/a?token=1234&b=2. Then 1234."}, "<p>Go to <a href=\"https://x.example/a?token=1234&amp;b=2\">https://x.example/a?token=1234&amp;b=2</a>. Then <strong class=\"code\">1234</strong>.</p>\n"},
		"other link": {domain.Message{Body: "javascript:alert(1) data:text/html,x ftp://x"}, "<p>javascript:alert(1) data:text/html,x ftp://x</p>\n"},
		"empty":      {domain.Message{Code: "1234"}, "<p></p>\n"},
	} {
		if got := inside(t, c.message); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
	html := write(t, domain.Message{Subject: "登入 <b>", Locale: "zh-tw", Body: "x"})
	for _, part := range []string{"<!DOCTYPE html>", `<html lang="zh-tw">`, `<meta charset="utf-8">`, `content="light dark"`, "<title>登入 &lt;b&gt;</title>"} {
		if !strings.Contains(html, part) {
			t.Errorf("no %s in\n%s", part, html)
		}
	}
	if !strings.Contains(write(t, domain.Message{}), `<html lang="en">`) {
		t.Error("a message without a language is not English")
	}
}

// The style is in the letter exactly as its hash says, or browsers would drop it.
func TestStyleSource(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(write(t, domain.Message{Body: "x"}))
	if found == nil {
		t.Fatal("no style")
	}
	sum := sha256.Sum256([]byte(found[1]))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; letter.StyleSource() != want {
		t.Errorf("%s, want %s", letter.StyleSource(), want)
	}
}

// V5: whatever a message holds adds no markup but paragraphs, line breaks, the code and links to the web.
func FuzzV5_Letter(f *testing.F) {
	for _, text := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</title></style><h1>", "{{.}}", "a\r\nb\x00\u202e", "https://x.example/\"onclick=1"} {
		f.Add(text, text, text, text)
	}
	allowed := regexp.MustCompile(`^(?:</?p>|<br>|</?strong(?: class="code")?>|</?a(?: href="https?://[^"<>]*")?>)$`)
	tag := regexp.MustCompile(`<[^>]*>`)
	f.Fuzz(func(t *testing.T, subject, body, code, locale string) {
		m := domain.Message{Subject: subject, Body: body, Code: code, Locale: locale}
		for _, found := range tag.FindAllString(inside(t, m), -1) {
			if !allowed.MatchString(found) {
				t.Errorf("%q became markup: %s", body, found)
			}
		}
		head, _, _ := strings.Cut(write(t, m), "<div>")
		plain, _, _ := strings.Cut(write(t, domain.Message{}), "<div>")
		if len(tag.FindAllString(head, -1)) != len(tag.FindAllString(plain, -1)) {
			t.Errorf("%q, %q add markup to the head: %s", subject, locale, head)
		}
	})
}
