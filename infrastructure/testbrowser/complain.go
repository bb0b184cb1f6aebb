package testbrowser

import (
	"iter"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// Expect lets complaints pass that contain the text, such as the status of a refusal that the test provokes.
func (b *Tab) Expect(text string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.expected = append(b.expected, text)
}

// Complaints are those so far that were not expected.
func (b *Tab) Complaints() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(b.complaints), func(complaint string) bool {
		return slices.ContainsFunc(b.expected, func(part string) bool { return strings.Contains(complaint, part) })
	})
}

func (b *Tab) report() {
	for _, complaint := range b.Complaints() {
		b.t.Errorf("the browser complains: %s", complaint)
	}
}

// listen collects what the console shows in yellow or red.
func (b *Tab) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return // the browser is closed
		}
		if m.Type != chromedp.ConsoleWarning && m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleException {
			continue
		}
		b.mutex.Lock()
		b.complaints = append(b.complaints, m.String()+" "+m.URL)
		b.mutex.Unlock()
	}
}
