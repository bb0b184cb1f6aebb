package microsite

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/usecase/porttest"
)

func TestReadCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"123456": "123456", "123 456": "123456", " 123-456\r\n": "123456", "1 2 3 4 5 6": "123456", "123\u00a0456": "123456", "123–456": "123456",
		"１２３４５６": "123456", "１２３　４５６": "123456", "१२३४५६": "123456", "٠١٢٣٤٥": "012345", "\u200b012345\u200e": "012345", "𝟎𝟙𝟐𝟛𝟒𝟡": "012349",
	} {
		if code, ok := readCode(typed, 6); code != want || !ok {
			t.Errorf("%q is %q, %v", typed, code, ok)
		}
	}
	for _, typed := range []string{"", "12345", "1234567", "12345a", "123.456", "+12345", "①②③④⑤⑥", "½23456", "123_456", "\xff123456", "123,456", strings.Repeat("1", 1<<16)} {
		if code, ok := readCode(typed, 6); ok {
			t.Errorf("%.20q is the code %q", typed, code)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("123 456")
	f.Add("१२३-४५६")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := readCode(typed, 6)
		if ok != (len(code) == 6) || ok && strings.Trim(code, "0123456789") != "" {
			t.Errorf("%q is %q, %v", typed, code, ok)
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int][3]string{
		0:     {"0 seconds", "0 सेकंड", "0 秒"},
		1:     {"1 second", "1 सेकंड", "1 秒"},
		30:    {"30 seconds", "30 सेकंड", "30 秒"},
		60:    {"1 minute", "1 मिनट", "1 分鐘"},
		299:   {"4 minutes 59 seconds", "4 मिनट 59 सेकंड", "4 分鐘 59 秒"},
		3600:  {"1 hour", "1 घंटा", "1 小時"},
		3601:  {"1 hour 1 minute", "1 घंटा 1 मिनट", "1 小時 1 分鐘"},
		7199:  {"2 hours", "2 घंटे", "2 小時"},
		86400: {"24 hours", "24 घंटे", "24 小時"},
	} {
		for i, t2 := range []*texts{&english, &hindi, &chinese} {
			if got := t2.duration(seconds); got != want[i] {
				t.Errorf("%d: %q instead of %q", seconds, got, want[i])
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "12,345,678", "en": "12,345,678", "hi": "1,23,45,678", "zh-hant": "12,345,678"} {
		h := &handlers{Options: Options{Clock: porttest.NewClock(httpapitest.Start)}}
		if got := h.viewIn(textsFor(tag)).number(12345678); got != want {
			t.Errorf("%q writes %s instead of %s", tag, got, want)
		}
	}
}

var verbs = regexp.MustCompile(`%.`)

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	reference := reflect.ValueOf(english)
	for _, l := range languages {
		seen := map[string]string{}
		words := reflect.ValueOf(*l.texts)
		for i := range words.NumField() {
			name := words.Type().Field(i).Name
			if name == "Tag" {
				continue
			}
			text, original := words.Field(i).String(), reference.Field(i).String()
			if text == "" || fmt.Sprint(verbs.FindAllString(text, -1)) != fmt.Sprint(verbs.FindAllString(original, -1)) {
				t.Errorf("%s: %s is %q for %q", l.tag, name, text, original)
			}
			if l.tag != "en" && name != "Name" && text == original {
				t.Errorf("%s: %s is not translated", l.tag, name)
			}
			if other := seen[text]; other != "" && !strings.HasPrefix(name, other) {
				t.Errorf("%s: %s and %s are both %q", l.tag, other, name, text)
			}
			seen[text] = name
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	clock := porttest.NewClock(httpapitest.Start)
	m := NewMemory(clock, 2, 1)
	made := func(id string, life time.Duration) *Session {
		s := &Session{id: id, created: clock.Now(), idle: pendingIdle, life: life}
		m.Keep(s)
		return s
	}
	member := made("member", memberLife)
	first := made("first", pendingLife)
	made("second", pendingLife)
	if m.Find("first") != first {
		t.Error("a session is lost")
	}
	made("third", pendingLife)
	if m.Find("second") != nil || m.Find("first") == nil || m.Find("third") == nil {
		t.Error("the one not used for longest has to go")
	}
	if m.Find("member") != member {
		t.Error("codes push out who is logged in")
	}
	made("another", memberLife)
	if m.Find("member") != nil {
		t.Error("members are not bounded")
	}
	m.Drop("first")
	m.Drop("nobody")
	if m.Find("first") != nil || m.Find("") != nil {
		t.Error("dropped, and still there")
	}
	if len(m.asking.byID) != m.asking.order.Len() || m.asking.order.Len() != 1 {
		t.Errorf("%d and %d are left", len(m.asking.byID), m.asking.order.Len())
	}
}

func TestSecondClickWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, made, release := newOnce(porttest.NewClock(httpapitest.Start)), &Session{}, make(chan struct{})
		outcomes := make(chan *Session, 2)
		go func() {
			outcomes <- o.do(t.Context(), "form", func() *Session { <-release; return made })
		}()
		synctest.Wait()
		second := func() *Session { t.Error("done twice"); return nil }
		go func() { outcomes <- o.do(t.Context(), "form", second) }()
		synctest.Wait()
		if len(outcomes) != 0 {
			t.Error("the second did not wait")
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if o.do(gone, "form", second) != nil {
			t.Error("who is gone got an outcome")
		}
		close(release)
		for range 2 {
			if <-outcomes != made {
				t.Error("two outcomes")
			}
		}
	})
}

func TestOutcomesAreBounded(t *testing.T) {
	t.Parallel()
	clock := porttest.NewClock(httpapitest.Start)
	o := newOnce(clock)
	runs := 0
	act := func() *Session { runs++; return &Session{} }
	for i := range mostOutcomes + 10 {
		o.do(t.Context(), strconv.Itoa(i), act)
	}
	last := o.do(t.Context(), strconv.Itoa(mostOutcomes+9), act)
	if len(o.known) != mostOutcomes || len(o.order) != mostOutcomes || runs != mostOutcomes+10 || last == nil {
		t.Errorf("%d known, %d in order, %d runs", len(o.known), len(o.order), runs)
	}
	clock.Advance(pendingIdle)
	o.do(t.Context(), "new", act)
	if len(o.known) != 1 || len(o.order) != 1 {
		t.Errorf("%d known, %d in order after a while", len(o.known), len(o.order))
	}
}

// weightLimit is what the heaviest page may weigh with all that it loads, in bytes and not packed.
const weightLimit = 30_000

func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	w := newSite(t, nil)
	b := open(t, w)
	links := regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)
	weigh := func() {
		sum := len(b.page)
		for _, link := range links.FindAllStringSubmatch(b.page, -1) {
			sum += len(w.Do("GET", link[1], "").Body)
		}
		t.Logf("%s in %s: %d bytes, %d of them HTML", b.path, b.language, sum, len(b.page))
		if sum > weightLimit || len(b.page) == 0 || len(links.FindAllString(b.page, -1)) < 4 {
			t.Errorf("%s in %s weighs %d bytes", b.path, b.language, sum)
		}
	}
	for _, language := range []string{"en", "hi", "zh-TW"} {
		b.language = language
		b.follow(home).ask("unknown")
		weigh()
		b.ask(customer).answer(wrong(w.Code(mobile)))
		weigh()
		b.answer(w.Code(mobile))
		weigh()
		b.leave()
		advance(w, time.Hour)
	}
}

// Nothing in the pages or what they load names another place.
func TestNoOutsideRequest(t *testing.T) {
	t.Parallel()
	for _, files := range []fs.FS{templates, assets} {
		err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(files, path)
			for _, forbidden := range []string{"http:", "https:", "//cdn", "@import", "url(", "<style", "style=", " onclick", "eval("} {
				if strings.Contains(string(content), forbidden) {
					t.Errorf("%s has %s", path, forbidden)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
