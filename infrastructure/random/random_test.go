package random

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"
	"testing/iotest"
)

// TestC1_DigitsComeEvenlyFromEveryByte feeds every byte value once: each digit
// must come out exactly 25 times, and the six values that would favour the low
// digits not at all.
func TestC1_DigitsComeEvenlyFromEveryByte(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}

	code := digits(bytes.NewReader(every), fair)

	var seen [10]int
	for i, c := range []byte(code) {
		if want := '0' + byte(i%10); c != want {
			t.Fatalf("byte %d gave %q, want %q", i, c, want)
		}
		seen[c-'0']++
	}
	for digit, n := range seen {
		if n != 25 {
			t.Errorf("digit %d came %d times of 250, want 25", digit, n)
		}
	}
}

func TestC1_RejectedBytesAreDrawnAgain(t *testing.T) {
	t.Parallel()
	source := append(bytes.Repeat([]byte{250, 251, 252, 253, 254, 255}, 8), bytes.Repeat([]byte{7}, 16)...)
	if got := digits(bytes.NewReader(source), 6); got != "777777" {
		t.Fatalf("code %q, want 777777", got)
	}
}

func TestC1_LeadingZerosStay(t *testing.T) {
	t.Parallel()
	if got := digits(bytes.NewReader(make([]byte, 16)), 6); got != "000000" {
		t.Fatalf("code %q, want 000000", got)
	}
}

// Bounds of the chi-square statistic that a fair generator passes less than
// once in 10^15 runs, for ten and for a hundred equally likely values.
const (
	boundOfTen     = 100
	boundOfHundred = 270
)

// TestC1_CodesAreUniform draws codes of each length and compares how often each
// digit stands at each place with what chance allows.
func TestC1_CodesAreUniform(t *testing.T) {
	t.Parallel()
	const draws = 300_000
	for length := 4; length <= 8; length++ {
		counts := make([][10]int, length)
		for range draws {
			code := System{}.Code(length)
			if len(code) != length {
				t.Fatalf("code of %d digits, want %d", len(code), length)
			}
			for place, c := range []byte(code) {
				if c < '0' || c > '9' {
					t.Fatalf("code %q is not decimal", code)
				}
				counts[place][c-'0']++
			}
		}
		for place, count := range counts {
			if x := chiSquare(count[:], draws); x > boundOfTen {
				t.Errorf("length %d, place %d: chi-square %.1f", length, place, x)
			}
		}
	}
}

func TestC1_PairsOfDigitsAreUniform(t *testing.T) {
	t.Parallel()
	const draws = 300_000
	var count [100]int
	for range draws {
		code := System{}.Code(4)
		count[10*(code[1]-'0')+code[2]-'0']++
	}
	if x := chiSquare(count[:], draws); x > boundOfHundred {
		t.Errorf("chi-square of pairs %.1f", x)
	}
}

// TestC1_ModuloWouldBeCaught shows that the bound has teeth: bytes taken modulo
// ten without rejection score about 730 here.
func TestC1_ModuloWouldBeCaught(t *testing.T) {
	t.Parallel()
	const draws = 2_000_000
	var count [10]int
	for _, b := range (System{}).Bytes(draws) {
		count[b%10]++
	}
	if x := chiSquare(count[:], draws); x <= boundOfTen {
		t.Errorf("chi-square %.1f of a biased source is within the bound", x)
	}
}

// chiSquare is Pearson's statistic of counts against equal chances.
func chiSquare(counts []int, draws int) float64 {
	want := float64(draws) / float64(len(counts))
	var sum float64
	for _, n := range counts {
		d := float64(n) - want
		sum += d * d / want
	}
	return sum
}

func TestC9_IDHas128Bits(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 10_000 {
		id := System{}.ID()
		raw, err := base64.RawURLEncoding.DecodeString(id)
		if err != nil || len(raw) != 16 {
			t.Fatalf("id %q: %d bytes, %v", id, len(raw), err)
		}
		if seen[id] {
			t.Fatalf("id %q twice", id)
		}
		seen[id] = true
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	if got := len(System{}.Bytes(0)); got != 0 {
		t.Errorf("%d bytes, want none", got)
	}
	a, b := System{}.Bytes(32), System{}.Bytes(32)
	if len(a) != 32 || bytes.Equal(a, b) || bytes.Equal(a, make([]byte, 32)) {
		t.Errorf("not random: %x %x", a, b)
	}
}

func TestBrokenSourceNeverGivesACode(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a code came from a broken source")
		}
	}()
	digits(iotest.ErrReader(errors.New("no entropy")), 6)
}
