package inbox_test

import (
	"testing"

	"latchkey/adapter/delivery/faulty"
	kept "latchkey/adapter/delivery/inbox"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/web"
	"latchkey/adapter/web/inbox"
	"latchkey/domain"
	"latchkey/infrastructure/clock"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "dev", map[string]string{})
}

// plain puts the room on a World, with an empty inbox.
func plain(w *httpapitest.World) *kept.Inbox {
	box := kept.New(100, w.Clock)
	inbox.Mount(inbox.Options{Kit: web.NewKit(w.Server), Inbox: box, Faults: faulty.New(box, w.Clock), Clock: moving{clock.NewAdjustable(), w.Clock.Now}})
	return box
}

func empty(w *httpapitest.World) { plain(w) }

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", func(w *httpapitest.World) {
		box := plain(w)
		for _, m := range []domain.Message{code("a", mei, "1111"), mail} {
			if err := box.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestBodiesThatNoOperationTakes(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, "dev", empty)
}

// By both at once: what only reads is refused by the host that it names, what changes something by the site that sent it.
func TestForeignHostAndSiteAtEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayEach(t, "dev", 403, empty, "Host: evil.example", "Sec-Fetch-Site: cross-site")
}

func TestServerWithoutTheRoom(t *testing.T) {
	t.Parallel()
	httpapitest.PlayEach(t, "dev", 404, func(w *httpapitest.World) { web.NewKit(w.Server) })
}

// A room that was given nothing to work with stands for mistakes of ours.
func TestMistakesOfOursAtEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayEach(t, "dev", 500, func(w *httpapitest.World) { inbox.Mount(inbox.Options{Kit: web.NewKit(w.Server)}) })
}
