package system

import (
	_ "embed"
	"html/template"
)

//go:embed inbox.html
var inboxHTML string

// inboxPage is the inbox for people: no script, no style of its own, it loads itself anew.
var inboxPage = template.Must(template.New("inbox").Parse(inboxHTML))
