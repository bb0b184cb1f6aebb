package microsite

import (
	"container/list"
	"sync"
	"time"
)

// Sessions keeps sessions by their ids. It is safe for use by several goroutines.
type Sessions interface {
	// Find answers a session that has not ended, and counts that as use of it; nil when there is none.
	Find(id string) *Session
	// Keep adds a session, or takes notice that a code is under way in it now. Nobody else is at work with the session.
	Keep(s *Session)
	// Drop forgets a session, if it is there.
	Drop(id string)
}

// Memory keeps sessions in the process, up to a number: beyond it the one that was not used for longest goes. Three sorts are counted
// apart: those logged in, so that nobody can push them out by asking for codes, and those with a code under way, so that nobody can
// push them out by forms that send none, which no limit by address holds back.
type Memory struct {
	clock Clock

	mutex                   sync.Mutex
	asking, coding, members shelf
}

var _ Sessions = (*Memory)(nil)

// shelf is sessions in the order of their last use, the newest in front.
type shelf struct {
	most  int
	order *list.List
	byID  map[string]*list.Element
}

// place is a session and its last use.
type place struct {
	session *Session
	used    time.Time
}

// NewMemory makes an empty one that keeps this many sessions of each sort: pending ones without a code and with one, and members.
func NewMemory(clock Clock, pending, members int) *Memory {
	return &Memory{clock: clock, asking: newShelf(pending), coding: newShelf(pending), members: newShelf(members)}
}

// Find is Sessions.Find.
func (m *Memory) Find(id string) *Session {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := m.clock.Now()
	for _, shelf := range m.shelves() {
		element := shelf.byID[id]
		if element == nil {
			continue
		}
		p := element.Value.(*place)
		if now.Sub(p.used) >= p.session.idle || now.Sub(p.session.created) >= p.session.life {
			shelf.drop(id)
			return nil
		}
		p.used = now
		shelf.order.MoveToFront(element)
		return p.session
	}
	return nil
}

// Keep is Sessions.Keep.
func (m *Memory) Keep(s *Session) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.drop(s.id)
	shelf := &m.asking
	switch {
	case s.isMember():
		shelf = &m.members
	case s.sent != nil:
		shelf = &m.coding
	}
	shelf.byID[s.id] = shelf.order.PushFront(&place{s, m.clock.Now()})
	if shelf.order.Len() > shelf.most {
		shelf.drop(shelf.order.Back().Value.(*place).session.id)
	}
}

// Drop is Sessions.Drop.
func (m *Memory) Drop(id string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.drop(id)
}

func (m *Memory) shelves() []*shelf { return []*shelf{&m.asking, &m.coding, &m.members} }

func (m *Memory) drop(id string) {
	for _, shelf := range m.shelves() {
		shelf.drop(id)
	}
}

func newShelf(most int) shelf { return shelf{most, list.New(), map[string]*list.Element{}} }

func (s *shelf) drop(id string) {
	if element := s.byID[id]; element != nil {
		s.order.Remove(element)
		delete(s.byID, id)
	}
}
