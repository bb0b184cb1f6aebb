package domain

import "strings"

// PasswordRule is what a dialect's document demands of a password.
type PasswordRule struct {
	Min, Max    int    // characters, both allowed
	Specials    string // what is allowed beside letters and digits; empty allows every printable character
	LetterDigit bool   // at least one letter and one digit
}

// Check tells with CodePasswordRule whether a password breaks the rule. The fault never repeats the password.
func (r PasswordRule) Check(password string) error {
	broken := NewFault(Invalid, CodePasswordRule)
	if !IsLine(password, r.Max) || len([]rune(password)) < r.Min {
		return broken
	}
	letter, digit := false, false
	for _, c := range password {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letter = true
		case c >= '0' && c <= '9':
			digit = true
		case r.Specials != "" && !strings.ContainsRune(r.Specials, c):
			return broken
		}
	}
	if r.LetterDigit && !(letter && digit) {
		return broken
	}
	return nil
}
