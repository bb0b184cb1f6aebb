package microsite

import (
	"strings"
	"unicode"
)

// readCode makes plain digits of a code as people type and paste it: "123 456", "123-456", digits of any script. ok tells whether
// it has the length of a code and nothing else in it.
func readCode(typed string, length int) (code string, ok bool) {
	var digits strings.Builder
	for _, r := range typed {
		switch digit, isDigit := digitOf(r); {
		case isDigit:
			digits.WriteByte(digit)
		case !unicode.IsSpace(r) && !unicode.In(r, unicode.Pd, unicode.Cf):
			return "", false
		}
		if digits.Len() > length {
			return "", false
		}
	}
	return digits.String(), digits.Len() == length
}

// digitOf is the ASCII digit of a decimal digit. Unicode keeps the ten of a script together, from zero to nine, and the
// ranges of its category Nd begin with a zero (Unicode Standard 4.6).
func digitOf(r rune) (byte, bool) {
	for _, digits := range unicode.Nd.R16 {
		if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
			return '0' + byte((r-rune(digits.Lo))%10), true
		}
	}
	for _, digits := range unicode.Nd.R32 {
		if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
			return '0' + byte((r-rune(digits.Lo))%10), true
		}
	}
	return 0, false
}
