package letter

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"latchkey/domain"
)

// style is all that a letter looks like. It has no comments: html/template would drop them, and StyleSource would not fit.
const style = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem 1rem; background: #fbfaf7; color: #1d2129; font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
div { max-width: 34rem; margin: 0 auto; padding: .5rem 1.25rem; background: #fff; border: 1px solid #d9d8d2; border-radius: .75rem; overflow-wrap: anywhere; }
a { color: #0b5d4e; }
.code { display: inline-block; font: 700 2rem/1.25 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .12em; margin: .25rem -.12em .25rem 0; white-space: nowrap; }
@media (prefers-color-scheme: dark) {
  body { background: #14171b; color: #e8e9eb; }
  div { background: #1c2026; border-color: #363c45; }
  a { color: #58c9b0; }
}
`

// StyleSource is what a Content-Security-Policy's style-src has to allow for a letter to look as it should.
func StyleSource() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var page = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Subject}}</title>
<style>` + style + `</style>
</head>
<body>
<div>
{{range .Paragraphs}}<p>{{range $i, $line := .}}{{if $i}}<br>
{{end}}{{range $line}}{{if .Code}}<strong class="code">{{.Text}}</strong>{{else if .Link}}<a href="{{.Text}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}{{end}}</p>
{{end}}</div>
</body>
</html>
`))

// paragraph is lines, each made of spans.
type paragraph [][]span

// span is text, or the code, or the address that a link leads to.
type span struct {
	Text       string
	Code, Link bool
}

// HTML writes a message as a page of its own, in UTF-8. All that the message holds is text there, whatever it looks like (V5);
// addresses that begin with https:// or http:// become links.
func HTML(m domain.Message) (string, error) {
	var html strings.Builder
	shown := struct {
		Lang, Subject string
		Paragraphs    []paragraph
	}{m.Locale, m.Subject, paragraphs(m)}
	if shown.Lang == "" {
		shown.Lang = "en"
	}
	if err := page.Execute(&html, shown); err != nil {
		return "", fmt.Errorf("write a mail as HTML: %w", err)
	}
	return html.String(), nil
}

var (
	blankLines = regexp.MustCompile(`\n[ \t]*(?:\n[ \t]*)+`)
	// address leaves out what ends a sentence behind it.
	address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]。，]`)
)

// paragraphs are what blank lines separate.
func paragraphs(m domain.Message) []paragraph {
	var all []paragraph
	code := m.Code
	body := strings.TrimSpace(strings.ReplaceAll(m.Body, "\r\n", "\n"))
	for _, text := range blankLines.Split(body, -1) {
		var p paragraph
		for line := range strings.SplitSeq(text, "\n") {
			spans, found := cut(line, code)
			if found {
				code = "" // large once is enough
			}
			p = append(p, spans)
		}
		all = append(all, p)
	}
	return all
}

// cut finds the addresses in a line and, outside of them, the code.
func cut(line, code string) (spans []span, found bool) {
	text := func(s string) {
		if before, after, ok := strings.Cut(s, code); ok && code != "" && !found {
			spans, found = append(spans, span{Text: before}, span{Text: code, Code: true}, span{Text: after}), true
			return
		}
		spans = append(spans, span{Text: s})
	}
	from := 0
	for _, at := range address.FindAllStringIndex(line, -1) {
		text(line[from:at[0]])
		spans = append(spans, span{Text: line[at[0]:at[1]], Link: true})
		from = at[1]
	}
	text(line[from:])
	return spans, found
}
