package domain

import (
	"testing"
	"time"
)

var weeks = Lifetimes{Access: 15 * time.Minute, Idle: 7 * 24 * time.Hour, Absolute: 30 * 24 * time.Hour}

func newSession() Session {
	return NewSession("id", Account{ID: 7}, "d", ScopeFull, weeks, make([]byte, 32), noon)
}

func TestK3_Rotate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		prepare    func(s *Session)
		generation uint32
		after      time.Duration
		want       Code
		generates  uint32
		revoked    bool
	}{
		{name: "the newest token", generation: 5, after: time.Hour, generates: 6},
		{name: "the one before, within the grace", generation: 4, after: 9 * time.Second, generates: 5},
		{name: "the one before, after the grace", generation: 4, after: 10 * time.Second, want: CodeTokenReused, generates: 5, revoked: true},
		{name: "an older one, even within the grace", generation: 3, after: time.Second, want: CodeTokenReused, generates: 5, revoked: true},
		{name: "one from the future", generation: 6, after: time.Second, want: CodeTokenReused, generates: 5, revoked: true},
		{name: "revoked", prepare: func(s *Session) { s.Revoke(noon) }, generation: 5, want: CodeTokenInvalid, generates: 5, revoked: true},
		{name: "idle for too long", generation: 5, after: 7 * 24 * time.Hour, want: CodeTokenInvalid, generates: 5},
		{name: "over its absolute end", prepare: func(s *Session) { s.IdleUntil = noon.Add(60 * 24 * time.Hour) }, generation: 5, after: 30 * 24 * time.Hour, want: CodeTokenInvalid, generates: 5},
		{name: "a reset", prepare: func(s *Session) { s.Scope = ScopeReset }, generation: 5, want: CodeTokenInvalid, generates: 5},
		{name: "a dialect without refresh", prepare: func(s *Session) { s.Seed = nil }, generation: 5, want: CodeTokenInvalid, generates: 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSession()
			s.Generation = 5
			if test.prepare != nil {
				test.prepare(&s)
			}
			err := s.Rotate(noon.Add(test.after), test.generation, weeks)
			if (test.want == "" && err != nil) || (test.want != "" && !HasCode(err, test.want)) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if s.Generation != test.generates || s.RevokedAt.IsZero() == test.revoked {
				t.Errorf("generation %d, revoked %v", s.Generation, !s.RevokedAt.IsZero())
			}
		})
	}
}

func TestK3_RefreshMovesIdleEndOnly(t *testing.T) {
	t.Parallel()
	s := newSession()
	later := noon.Add(6 * 24 * time.Hour)
	if err := s.Rotate(later, 0, weeks); err != nil {
		t.Fatal(err)
	}
	if !s.IdleUntil.Equal(later.Add(weeks.Idle)) || !s.ExpiresAt.Equal(noon.Add(weeks.Absolute)) {
		t.Errorf("idle until %s, expires %s", s.IdleUntil, s.ExpiresAt)
	}
}

func TestK4_Live(t *testing.T) {
	t.Parallel()
	s := newSession()
	if !s.Live(noon) || s.Live(noon.Add(weeks.Idle)) || s.Live(s.ExpiresAt) {
		t.Error("lives at the wrong times")
	}
	s.Revoke(noon)
	if s.Live(noon) {
		t.Error("lives after it was revoked")
	}
	s.Revoke(noon.Add(time.Hour))
	if !s.RevokedAt.Equal(noon) {
		t.Error("the second revocation moved the first")
	}
}

func TestI2_Fresh(t *testing.T) {
	t.Parallel()
	s := newSession()
	if !s.Fresh(noon.Add(15*time.Minute-1)) || s.Fresh(noon.Add(15*time.Minute)) {
		t.Error("fresh at the wrong times")
	}
}
