package config

import (
	"net/url"
	"regexp"
	"strings"
)

const masked = "***"

// secretParameter finds query parameters that are secret by their name.
var secretParameter = regexp.MustCompile(`(?i)([?&][^=&#]*(?:token|secret|passw|key|auth|sig)[^=&#]*=)[^&#]*`)

func maskAll(value string) string {
	if value == "" {
		return ""
	}
	return masked
}

// maskClient hides the password of USER:PASSWORD; without a colon there is no
// telling which of the two it is.
func maskClient(value string) string {
	user, _, found := strings.Cut(value, ":")
	if !found {
		return maskAll(value)
	}
	return user + ":" + masked
}

// maskURL hides the password and secret parameters of a URL, also of one that is
// no proper URL because of what its password holds. In doubt it hides too much.
func maskURL(value string) string {
	scheme, rest, found := strings.Cut(value, "://")
	if !found {
		return maskNoURL(value)
	}
	if at := endOfUser(value, rest); at >= 0 {
		if user, _, hasPassword := strings.Cut(rest[:at], ":"); hasPassword {
			rest = user + ":" + masked + rest[at:]
		}
	}
	return scheme + "://" + secretParameter.ReplaceAllString(rest, "${1}"+masked)
}

// maskNoURL hides what may be secret in a value without "://".
func maskNoURL(value string) string {
	if at := strings.LastIndexByte(value, '@'); at >= 0 {
		return masked + value[at:]
	}
	if scheme, rest, found := strings.Cut(value, ":"); found && rest != "" {
		return scheme + ":" + masked
	}
	return value
}

// endOfUser returns where the @ after user and password stands in rest, which is
// value without its scheme, or -1. An @ after the first ? is part of a parameter
// unless the whole makes no URL: then the password may hold a raw question mark.
func endOfUser(value, rest string) int {
	head, _, _ := strings.Cut(rest, "?")
	if at := strings.LastIndexByte(head, '@'); at >= 0 {
		return at
	}
	if _, err := url.Parse(value); err == nil {
		return -1
	}
	return strings.LastIndexByte(rest, '@')
}
