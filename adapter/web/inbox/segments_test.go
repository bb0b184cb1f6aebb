package inbox

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The alphabet has 128 places, one of them the escape, and no character twice.
func TestAlphabet(t *testing.T) {
	t.Parallel()
	if n := utf8.RuneCountInString(gsmBasic); n != 127 {
		t.Errorf("the alphabet has %d characters, want 127", n)
	}
	if n := utf8.RuneCountInString(gsmExtended); n != 10 {
		t.Errorf("the extension has %d characters, want 10", n)
	}
	for _, r := range gsmBasic + gsmExtended {
		if strings.Count(gsmBasic+gsmExtended, string(r)) != 1 {
			t.Errorf("%q is there more than once", r)
		}
	}
	// Where characters stand in the table: the code is the place, and the escape at 27 is left out here.
	places := []rune(gsmBasic)
	for code, r := range map[int]rune{0: '@', 9: 'Ç', 10: '\n', 13: '\r', 16: 'Δ', 26: 'Ξ', 28: 'Æ', 32: ' ', 36: '¤', 64: '¡', 65: 'A', 91: 'Ä', 96: '¿', 97: 'a', 127: 'à'} {
		if code > 27 {
			code--
		}
		if places[code] != r {
			t.Errorf("%q is at %d instead", places[code], code)
		}
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text     string
		encoding string
		units    int
		count    int
	}{
		"empty":                             {"", "gsm-7", 0, 1},
		"one":                               {strings.Repeat("a", 160), "gsm-7", 160, 1},
		"two":                               {strings.Repeat("a", 161), "gsm-7", 161, 2},
		"two, full":                         {strings.Repeat("a", 306), "gsm-7", 306, 2},
		"three":                             {strings.Repeat("a", 307), "gsm-7", 307, 3},
		"extension":                         {strings.Repeat("€", 80), "gsm-7", 160, 1},
		"extension, one more":               {strings.Repeat("€", 80) + "a", "gsm-7", 161, 2},
		"escape is not cut":                 {strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), "gsm-7", 306, 3},
		"escape at the end":                 {strings.Repeat("a", 151) + "€" + strings.Repeat("a", 153), "gsm-7", 306, 2},
		"Chinese":                           {strings.Repeat("碼", 70), "ucs-2", 70, 1},
		"Chinese, two":                      {strings.Repeat("碼", 71), "ucs-2", 71, 2},
		"Chinese, two, full":                {strings.Repeat("碼", 134), "ucs-2", 134, 2},
		"Chinese, three":                    {strings.Repeat("碼", 135), "ucs-2", 135, 3},
		"Hindi":                             {"कोड 1234", "ucs-2", 8, 1},
		"one character outside":             {strings.Repeat("a", 70) + "ç", "ucs-2", 71, 2},
		"a capital that is inside":          {"Ç", "gsm-7", 1, 1},
		"a backtick is outside":             {"`", "ucs-2", 1, 1},
		"a typographer's quote is outside":  {"’", "ucs-2", 1, 1},
		"beyond the plane":                  {strings.Repeat("🔑", 35), "ucs-2", 70, 1},
		"a surrogate pair is not cut":       {strings.Repeat("碼", 66) + "🔑" + strings.Repeat("碼", 66), "ucs-2", 134, 3},
		"extension characters within UCS-2": {"€碼", "ucs-2", 2, 1},
	} {
		s := segmentsOf(c.text)
		if string(s.Encoding) != c.encoding || s.Units != c.units || s.Count != c.count {
			t.Errorf("%s: %+v, want %s, %d units, %d segments", name, s, c.encoding, c.units, c.count)
		}
	}
}
