package docs

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// command is a call of curl. The address of the server stands before Path and is no part of it, as only the browser knows under
// which name the reader reaches it.
type command struct {
	Before string // up to the address, and its opening quote
	After  string // the path and what follows it
}

// curl is the call for an operation with a request of one media type, empty for an operation without a request body. What the caller
// has to fill in are $TOKEN, the document's examples and, without credentials of a client, $CLIENT and $PASSWORD.
func (d *document) curl(method, path string, o operation, mediaType string, sample json.RawMessage, client string) command {
	var options []string
	method = strings.ToUpper(method)
	if implied := method == "GET" && mediaType == "" || method == "POST" && mediaType != ""; !implied {
		options = append(options, "-X "+method)
	}
	sets := d.setsCookie(o)
	options = append(options, d.credentials(o.Security, sets, client)...)
	if sets {
		options = append(options, "-c jar")
	}
	var data []string
	switch mediaType {
	case "":
	case "application/x-www-form-urlencoded":
		for _, pair := range fields("", sample) {
			data = append(data, "--data-urlencode "+quote(pair))
		}
	default:
		data = append(data, "-H "+quote("Content-Type: "+mediaType), "-d "+quote(string(compact(sample))))
	}
	line := "curl " + strings.Join(append(options, "'"), " ")
	if len(options) == 0 {
		line = "curl '"
	}
	after := strings.ReplaceAll(d.target(path, o), "'", "%27") + "'"
	for _, part := range data {
		after += " \\\n  " + part
	}
	return command{line, after}
}

// target is the path with the values of what it needs.
func (d *document) target(path string, o operation) string {
	query := url.Values{}
	for _, raw := range o.Parameters {
		p := read[parameter](d, raw)
		switch value := text(p.Example); {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && p.Required:
			query.Set(p.Name, value)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// credentials are the options for the way to authenticate that the document names first; an operation that changes the cookie takes
// the cookie where it may.
func (d *document) credentials(alternatives []map[string][]string, setsCookie bool, client string) (options []string) {
	if len(alternatives) == 0 {
		return nil
	}
	chosen := alternatives[0]
	for _, alternative := range alternatives {
		for name := range alternative {
			if setsCookie && d.scheme(name).In == "cookie" {
				chosen = alternative
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		switch s := d.scheme(name); {
		case s.Scheme == "basic" && client != "":
			options = append(options, "-u "+quote(client))
		case s.Scheme == "basic":
			options = append(options, `-u "$CLIENT:$PASSWORD"`)
		case s.Scheme == "bearer":
			options = append(options, `-H "Authorization: Bearer $TOKEN"`)
		case s.In == "cookie":
			options = append(options, "-b jar")
		default:
			options = append(options, `-H "`+s.Name+`: $TOKEN"`)
		}
	}
	return options
}

func (d *document) scheme(name string) securityScheme {
	return read[securityScheme](d, d.Components["securitySchemes"][name])
}

// setsCookie tells whether a success hands out a cookie.
func (d *document) setsCookie(o operation) bool {
	for _, reply := range o.Responses {
		if _, ok := read[body](d, reply.Value).Headers.get("Set-Cookie"); ok && strings.HasPrefix(reply.Key, "2") {
			return true
		}
	}
	return false
}

// fields are the pairs of a form for a JSON value, nested names in brackets.
func fields(name string, value json.RawMessage) (pairs []string) {
	var object ordered[json.RawMessage]
	if !bytes.HasPrefix(value, []byte("{")) {
		return []string{name + "=" + text(value)}
	}
	if err := json.Unmarshal(value, &object); err != nil {
		panic("docs: an example: " + err.Error())
	}
	for _, e := range object {
		key := e.Key
		if name != "" {
			key = name + "[" + e.Key + "]"
		}
		pairs = append(pairs, fields(key, e.Value)...)
	}
	return pairs
}

// quote makes one word of a shell, which takes nothing in it for its own.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.:/+=,@", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// text is a JSON string without its quotes, and any other value as JSON.
func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(compact(value))
}

func compact(value json.RawMessage) []byte {
	var made bytes.Buffer
	if err := json.Compact(&made, value); err != nil {
		panic("docs: an example: " + err.Error())
	}
	return made.Bytes()
}
