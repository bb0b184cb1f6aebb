package httpapitest

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// seen are the replies that this process has had from a World, by the names of contract.Replies.
var seen = struct {
	sync.Mutex
	replies map[string]bool
}{replies: map[string]bool{}}

// note remembers a reply.
func (w *World) note(request *http.Request, reply *Reply) {
	name := w.contract.ReplyName(request, strconv.Itoa(reply.Status), reply.Header)
	seen.Lock()
	defer seen.Unlock()
	seen.replies[name] = true
}

// Main runs a room's tests and then fails unless they have had every reply that the document names for the tag: each operation with
// each status and media type. unplayed says which ones they cannot have, and why; a key is a whole "METHOD PATH STATUS MEDIA" or the
// end of several, such as "500 application/json". One that was played, or that the document does not name, must not be listed. Runs
// of some tests only are not judged. It is for TestMain, and does not return.
func Main(m *testing.M, tag string, unplayed map[string]string) {
	status := m.Run()
	if status == 0 && all() {
		held, err := document()
		if err != nil {
			panic(err)
		}
		if !covered(os.Stderr, held.Replies(tag), seen.replies, unplayed) {
			status = 1
		}
	}
	os.Exit(status)
}

// all tells whether all tests were to run, and nothing else.
func all() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.fuzzworker", "test.short"} {
		if set := flag.Lookup(name); set != nil && set.Value.String() != "" && set.Value.String() != "false" {
			return false
		}
	}
	return true
}

// covered compares what the document names with what was played.
func covered(out io.Writer, documented []string, played map[string]bool, unplayed map[string]string) bool {
	good, used := true, map[string]bool{}
	for _, reply := range documented {
		key := excuse(reply, unplayed)
		switch {
		case key == "" && !played[reply]:
			fmt.Fprintf(out, "no test has had the documented reply %s\n", reply)
			good = false
		case key != "" && played[reply]:
			fmt.Fprintf(out, "%s was played, and is listed as unplayed (%s)\n", reply, key)
			good = false
		}
		used[key] = true
	}
	for key := range unplayed {
		if !used[key] {
			fmt.Fprintf(out, "the document names nothing like %s\n", key)
			good = false
		}
	}
	return good
}

// excuse is the longest key that a reply ends with, in whole words.
func excuse(reply string, unplayed map[string]string) string {
	var found []string
	for key := range unplayed {
		if strings.HasSuffix(" "+reply, " "+key) {
			found = append(found, key)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	if len(found) == 0 {
		return ""
	}
	return found[0]
}
