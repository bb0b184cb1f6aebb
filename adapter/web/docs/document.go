package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// document is what the reference shows of the OpenAPI document. Keys keep the order of the document.
type document struct {
	Info struct {
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths      ordered[ordered[operation]]           `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

type operation struct {
	Tags        []string                 `json:"tags"`
	ID          string                   `json:"operationId"`
	Summary     string                   `json:"summary"`
	Description string                   `json:"description"`
	Security    []map[string][]string    `json:"security"`
	Parameters  []json.RawMessage        `json:"parameters"`
	RequestBody json.RawMessage          `json:"requestBody"`
	Responses   ordered[json.RawMessage] `json:"responses"`
}

type parameter struct {
	Name        string          `json:"name"`
	In          string          `json:"in"`
	Required    bool            `json:"required"`
	Description string          `json:"description"`
	Example     json.RawMessage `json:"example"`
}

type securityScheme struct {
	Type   string `json:"type"`
	Scheme string `json:"scheme"`
	In     string `json:"in"`
	Name   string `json:"name"`
}

// body is that of a request or of a reply.
type body struct {
	Description string                   `json:"description"`
	Headers     ordered[json.RawMessage] `json:"headers"`
	Content     ordered[media]           `json:"content"`
}

type media struct {
	Schema   json.RawMessage  `json:"schema"`
	Examples ordered[example] `json:"examples"`
}

type example struct {
	Summary string          `json:"summary"`
	Value   json.RawMessage `json:"value"`
}

type schema struct {
	Type        string                   `json:"type"`
	Description string                   `json:"description"`
	Required    []string                 `json:"required"`
	Properties  ordered[json.RawMessage] `json:"properties"`
}

// ordered is a JSON object whose keys keep their order.
type ordered[V any] []entry[V]

type entry[V any] struct {
	Key   string
	Value V
}

// UnmarshalJSON reads an object.
func (o *ordered[V]) UnmarshalJSON(object []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return errors.Join(errors.New("no object"), err)
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		e := entry[V]{Key: key.(string)}
		if err := decoder.Decode(&e.Value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}

// get is the value of a key.
func (o ordered[V]) get(key string) (value V, ok bool) {
	for _, e := range o {
		if e.Key == key {
			return e.Value, true
		}
	}
	return value, false
}

// parse panics when the document cannot be read: it is part of the program.
func parse(text []byte) *document {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		panic("docs: the OpenAPI document: " + err.Error())
	}
	return &d
}

// read is a value of the document, or the component that it refers to.
func read[T any](d *document, raw json.RawMessage) (value T) {
	var reference struct {
		Ref string `json:"$ref"`
	}
	if err := json.Unmarshal(raw, &reference); err != nil {
		panic("docs: the OpenAPI document: " + err.Error())
	}
	if name, ok := strings.CutPrefix(reference.Ref, "#/components/"); ok {
		kind, name, _ := strings.Cut(name, "/")
		raw = d.Components[kind][name]
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		panic("docs: the OpenAPI document: " + reference.Ref + ": " + err.Error())
	}
	return value
}
