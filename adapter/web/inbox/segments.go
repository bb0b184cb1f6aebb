package inbox

import (
	"strings"

	gen "latchkey/openapi/gen/dev"
)

// The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038 6.2.1 and 6.2.1.1), without the escape itself.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// How many units a message of one part has, and each part of a longer one: 140 bytes, of which a header takes six (3GPP TS 23.040
// 9.2.3.24.1).
const (
	gsmAlone, gsmPart   = 160, 153
	ucs2Alone, ucs2Part = 70, 67
)

// segments is what a text message takes on the air.
type segments struct {
	Encoding gen.InboxEncoding
	Units    int // septets, or 16-bit units
	Count    int // of parts
	Part     int // units in a part
}

// segmentsOf counts. A character that takes two units is never cut in two, so parts may end one unit early.
func segmentsOf(text string) segments {
	s, part, width := segments{Encoding: gen.InboxEncodingGsm7, Part: gsmAlone, Count: 1}, gsmPart, gsmWidth
	for _, r := range text {
		if gsmWidth(r) == 0 {
			s.Encoding, s.Part, part, width = gen.InboxEncodingUcs2, ucs2Alone, ucs2Part, ucs2Width
			break
		}
	}
	for _, r := range text {
		s.Units += width(r)
	}
	if s.Units <= s.Part {
		return s
	}
	s.Part = part
	used := 0
	for _, r := range text {
		if used += width(r); used > part {
			s.Count, used = s.Count+1, width(r)
		}
	}
	return s
}

// gsmWidth is how many septets a character takes, 0 when it is in neither table.
func gsmWidth(r rune) int {
	switch {
	case strings.ContainsRune(gsmBasic, r):
		return 1
	case strings.ContainsRune(gsmExtended, r):
		return 2
	}
	return 0
}

// ucs2Width is how many 16-bit units a character takes: two beyond the Basic Multilingual Plane, as a surrogate pair.
func ucs2Width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
