package web

import (
	"bytes"
	"compress/gzip"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// Page is a page within the layout that all pages share. Its template defines "title" and "main", and may define "scripts" (in the
// head), "header" (the bar with the name) and "shape" ("narrow" for a single form). The value that it is written with has to have the field Lang, a BCP 47 tag.
type Page struct {
	kit      *Kit
	template *template.Template
	policy   Policy
}

// Page makes a page of template files. It panics when they cannot be parsed: they are part of the program.
func (k *Kit) Page(files fs.FS, names ...string) *Page {
	return &Page{kit: k, template: template.Must(template.Must(k.layout.Clone()).ParseFS(files, names...)), policy: strict}
}

// Allow is the page with one directive of its Content-Security-Policy replaced, such as ("img-src", "'self' data:").
func (p *Page) Allow(directive, sources string) *Page {
	loose := *p
	loose.policy = p.policy.With(directive, sources)
	return &loose
}

// Write answers with the page. Nothing is written before the whole page has been made.
func (p *Page) Write(c *gin.Context, status int, data any) {
	var html bytes.Buffer
	if err := p.template.ExecuteTemplate(&html, "layout.html", data); err != nil {
		p.kit.server.ReplyError(c, err)
		return
	}
	p.policy.set(c.Writer.Header())
	c.Data(status, htmlType, html.Bytes())
}

// Fixed is a page that is the same for everybody as long as the server runs. It is made once and kept packed.
type Fixed struct {
	content *asset
	policy  Policy
}

// Fix makes a page of what it always shows. It panics when it cannot: both are part of the program.
func (p *Page) Fix(data any) *Fixed {
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		err = p.template.ExecuteTemplate(writer, "layout.html", data)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		panic("web: " + err.Error())
	}
	return &Fixed{&asset{name: "page", contentType: htmlType, content: packed.Bytes(), packed: true}, p.policy}
}

// Write answers with the page.
func (f *Fixed) Write(c *gin.Context) {
	f.policy.set(c.Writer.Header())
	f.content.write(c)
}

// htmlType is the Content-Type of pages.
const htmlType = "text/html; charset=utf-8"

// Policy is a Content-Security-Policy, one directive an element.
type Policy []string

// strict lets a page load styles, scripts and data from this server and nothing else, post to it alone, and be framed by nobody.
var strict = Policy{
	"default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src 'self'",
	"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
}

// With is the policy with one directive replaced, or added.
func (p Policy) With(directive, sources string) Policy {
	var made Policy
	for _, d := range p {
		if name, _, _ := strings.Cut(d, " "); name != directive {
			made = append(made, d)
		}
	}
	return append(made, directive+" "+sources)
}

// set puts on what tells a browser how far to trust a page. The Referer stays within this server; without any, browsers would send
// the Origin "null" along with forms.
func (p Policy) set(header http.Header) {
	header.Set("Content-Security-Policy", strings.Join(p, "; "))
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// refusal is what the page of a refusal shows.
type refusal struct {
	Lang, Title, Text string
	Retry             bool
}

// words turns a fault into a page.
func (k *Kit) words(c *gin.Context, f *domain.Fault) httpapi.Reply {
	shown := refusal{Lang: "en", Title: httpapi.Text(f), Text: "Go back and try again."}
	switch {
	case f.Kind == domain.NotFound && f.Code != httpapi.CodeNoSuchMethod:
		shown.Title, shown.Text = "Not found", "There is no such page here."
	case f.Kind == domain.Forbidden:
		shown.Text = "This was sent by another site. Open the page here and try again."
	case f.Kind == domain.Unavailable:
		shown.Title, shown.Text, shown.Retry = "Not available", "A part of this server is away. Please try again in a moment.", true
	case f.Kind == domain.Internal:
		shown.Title, shown.Text = "Something went wrong", "The server has made a mistake. It has been noted."
	}
	return httpapi.Reply{Status: httpapi.Status(f), Body: rendered{k.refusal, shown}}
}

// rendered is a page as Gin writes it.
type rendered struct {
	page *Page
	data any
}

// Render writes the page.
func (r rendered) Render(w http.ResponseWriter) error {
	r.WriteContentType(w)
	return r.page.template.ExecuteTemplate(w, "layout.html", r.data)
}

// WriteContentType sets the headers of a page.
func (r rendered) WriteContentType(w http.ResponseWriter) {
	w.Header().Set("Content-Type", htmlType)
	r.page.policy.set(w.Header())
}
