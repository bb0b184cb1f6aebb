package telemetry

import (
	"log/slog"
	"net/http"
	"strings"
	"unicode"
)

// Redacted stands in the place of a secret value.
const Redacted = "[redacted]"

// secretWords are the words of a name that promise a secret value.
var secretWords = map[string]bool{
	"authorization": true, "code": true, "cookie": true, "credential": true, "otp": true, "passphrase": true,
	"passwd": true, "password": true, "pin": true, "secret": true, "token": true,
}

// harmlessCodes are the words before "code" that make it no one-time code.
var harmlessCodes = map[string]bool{
	"area": true, "country": true, "error": true, "exit": true, "response": true, "result": true, "status": true,
}

// harmlessEnds are the last words of a name that tell something about a secret
// and not the secret.
var harmlessEnds = map[string]bool{
	"attempts": true, "count": true, "kind": true, "length": true, "lifetime": true, "purpose": true, "type": true,
}

// Redact is a ReplaceAttr for slog that masks attributes by their name or that of
// a group around them (code, otp, pin, token, password, authorization, cookie,
// secret, also as part of a name such as refresh_token), and values that are
// headers or cookies under any name. It puts times in UTC.
//
// It is a last net: nothing should log a secret in the first place, and it cannot
// find one in a message or under a harmless name.
func Redact(groups []string, attr slog.Attr) slog.Attr {
	if attr.Value.Kind() == slog.KindTime {
		attr.Value = slog.TimeValue(attr.Value.Time().UTC())
		return attr
	}
	if len(groups) == 0 && attr.Key == slog.MessageKey {
		return attr
	}
	switch attr.Value.Any().(type) {
	case http.Header, *http.Request, *http.Response, *http.Cookie, []*http.Cookie:
		return slog.String(attr.Key, Redacted)
	}
	if isSecret(attr.Key) {
		return slog.String(attr.Key, Redacted)
	}
	for _, group := range groups {
		if isSecret(group) {
			return slog.String(attr.Key, Redacted)
		}
	}
	return attr
}

// isSecret tells whether a name promises a secret value.
func isSecret(name string) bool {
	words := split(name)
	if len(words) == 0 || harmlessEnds[words[len(words)-1]] {
		return false
	}
	for i, word := range words {
		word = strings.TrimSuffix(word, "s")
		if !secretWords[word] {
			continue
		}
		if word == "code" && i > 0 && harmlessCodes[words[i-1]] {
			continue
		}
		return true
	}
	return false
}

// split takes a name in snake_case, kebab-case, dotted or camelCase apart into
// words in lower case, leaving digits out.
func split(name string) []string {
	var words []string
	start := -1
	previous := rune(0)
	for i, r := range name {
		separates := !unicode.IsLetter(r)
		begins := unicode.IsUpper(r) && !unicode.IsUpper(previous)
		if start >= 0 && (separates || begins) {
			words = append(words, strings.ToLower(name[start:i]))
			start = -1
		}
		if start < 0 && !separates {
			start = i
		}
		previous = r
	}
	if start >= 0 {
		words = append(words, strings.ToLower(name[start:]))
	}
	return words
}
