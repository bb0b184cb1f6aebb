package docs

import (
	"bytes"
	"encoding/json"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// chapter is a tag of the document with its operations, as the reference shows it.
type chapter struct {
	Tag, Name  string
	About      template.HTML
	Off        bool // the API is not switched on here
	Operations []section
}

// section is one operation.
type section struct {
	ID, Method, Path, Summary, Tag string
	About                          template.HTML
	Access                         string
	Curl                           []line
	Parameters                     []field
	Requests                       []shown
	Replies, Refusals              []reply
}

// line is a command and what it is for, when there are several.
type line struct {
	For string
	command
}

// field is a parameter, a key of a request body, or a header of a reply.
type field struct {
	Name, Kind string
	Required   bool
	About      template.HTML
}

// shown is an example.
type shown struct{ Summary, Text string }

// reply is one status.
type reply struct {
	Status   string
	About    template.HTML
	Headers  []field
	Examples []shown
}

// chapters makes the reference of the document. names are those of the APIs that are switched on, by tag; client are the Basic
// credentials that curl lines show, as USER:PASSWORD.
func (d *document) chapters(names map[string]string, client string) (list []*chapter) {
	byTag := map[string]*chapter{}
	for _, tag := range d.Tags {
		made := &chapter{Tag: tag.Name, Name: names[tag.Name], About: prose(tag.Description)}
		if made.Name == "" {
			made.Name, made.Off = strings.ToUpper(tag.Name[:1])+tag.Name[1:], tag.Name != "system" && tag.Name != "pages"
		}
		byTag[tag.Name], list = made, append(list, made)
	}
	for _, path := range d.Paths {
		for _, item := range path.Value {
			tag := byTag[item.Value.Tags[0]]
			tag.Operations = append(tag.Operations, d.section(item.Key, path.Key, item.Value, client))
		}
	}
	return list
}

func (d *document) section(method, path string, o operation, client string) section {
	s := section{
		ID: o.ID, Method: strings.ToUpper(method), Path: path, Summary: o.Summary, Tag: o.Tags[0], About: prose(o.Description),
		Access: d.access(o.Security),
	}
	for _, raw := range o.Parameters {
		p := read[parameter](d, raw)
		s.Parameters = append(s.Parameters, field{p.Name, p.In, p.Required, prose(p.Description)})
	}
	if o.RequestBody == nil {
		s.Curl = []line{{command: d.curl(method, path, o, "", nil, client)}}
	} else {
		d.requests(&s, method, path, o, client)
	}
	for _, r := range o.Responses {
		content := read[body](d, r.Value)
		made := reply{Status: r.Key, About: prose(content.Description), Headers: d.headers(content)}
		for _, m := range content.Content {
			for _, e := range m.Value.Examples {
				made.Examples = append(made.Examples, shown{e.Value.Summary, pretty(e.Value.Value)})
			}
		}
		if r.Key < "4" {
			s.Replies = append(s.Replies, made)
		} else {
			s.Refusals = append(s.Refusals, made)
		}
	}
	return s
}

// requests fills in what a section says of the request body: a curl line for each media type, its keys, and further examples.
func (d *document) requests(s *section, method, path string, o operation, client string) {
	content := read[body](d, o.RequestBody).Content
	for i, m := range content {
		first := m.Value.Examples[0].Value
		what := ""
		if len(content) > 1 {
			what = map[string]string{"application/json": "as JSON", "application/x-www-form-urlencoded": "as a form"}[m.Key]
		}
		s.Curl = append(s.Curl, line{what, d.curl(method, path, o, m.Key, first.Value, client)})
		if i > 0 {
			continue // the other types carry the same
		}
		s.Parameters = append(s.Parameters, d.keys("", m.Value.Schema)...)
		for _, e := range m.Value.Examples {
			s.Requests = append(s.Requests, shown{e.Value.Summary, pretty(e.Value.Value)})
		}
	}
}

// keys are those of an object, and of the objects in it.
func (d *document) keys(within string, raw json.RawMessage) (list []field) {
	object := read[schema](d, raw)
	for _, p := range object.Properties {
		value := read[schema](d, p.Value)
		required := slices.Contains(object.Required, p.Key)
		list = append(list, field{within + p.Key, strings.TrimSpace("body " + value.Type), required, prose(value.Description)})
		if value.Type == "object" {
			list = append(list, d.keys(within+p.Key+".", p.Value)...)
		}
	}
	return list
}

func (d *document) headers(content body) (list []field) {
	for _, h := range content.Headers {
		list = append(list, field{Name: h.Key, Kind: "header", About: prose(read[parameter](d, h.Value).Description)})
	}
	return list
}

// access says in words how a caller authenticates.
func (d *document) access(alternatives []map[string][]string) string {
	var ways []string
	optional := ""
	for _, alternative := range alternatives {
		if len(alternative) == 0 {
			optional = "optional: "
		}
		for name := range alternative {
			switch s := d.scheme(name); {
			case s.Scheme == "basic":
				ways = append(ways, "Basic credentials of a client")
			case s.Scheme == "bearer":
				ways = append(ways, "bearer token")
			default:
				ways = append(ways, s.In+" "+s.Name)
			}
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return optional + strings.Join(ways, " or ")
}

// pretty is an example for people.
func pretty(value json.RawMessage) string {
	if s := text(value); !bytes.HasPrefix(value, []byte("{")) && !bytes.HasPrefix(value, []byte("[")) {
		return s
	}
	var made bytes.Buffer
	if err := json.Indent(&made, compact(value), "", "  "); err != nil {
		panic("docs: an example: " + err.Error())
	}
	return made.String()
}

var codeWords = regexp.MustCompile("`([^`]+)`")

// prose turns the Markdown that the document uses, which is paragraphs, lists and words in backticks, into HTML.
func prose(markdown string) template.HTML {
	var made strings.Builder
	if strings.TrimSpace(markdown) == "" {
		return ""
	}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(markdown), "\n\n") {
		escaped := codeWords.ReplaceAllString(template.HTMLEscapeString(paragraph), "<code>$1</code>")
		if items, ok := strings.CutPrefix(escaped, "- "); ok {
			made.WriteString("<ul><li>" + strings.ReplaceAll(items, "\n- ", "</li><li>") + "</li></ul>")
			continue
		}
		made.WriteString("<p>" + escaped + "</p>")
	}
	return template.HTML(made.String()) // everything in it was escaped above
}
