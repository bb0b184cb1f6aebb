package gormstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"latchkey/adapter/store/gormstore"
	"latchkey/domain"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
)

// population is how many accounts, each with a session and a challenge, the benchmarks find.
const population = 10_000

func eachEngine(b *testing.B, run func(b *testing.B, s *gormstore.Store)) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testdb.SQLite, "mysql": testdb.MySQL} {
		b.Run(engine, func(b *testing.B) {
			s := populated(b, url(b))
			b.ResetTimer()
			run(b, s)
		})
	}
}

func account(n int) *domain.Account {
	return &domain.Account{
		UUID: fmt.Sprintf("01890a5d-ac96-774b-bcce-%012d", n), Phone: fmt.Sprintf("+8529%07d", n),
		Email: fmt.Sprintf("user%07d@example.com", n), CustomerID: fmt.Sprintf("C%07d", n), Username: fmt.Sprintf("user%07d", n),
		FirstName: "Tai Man", LastName: "Chan", Locale: "en", PhoneVerified: true, CreatedAt: stamp, UpdatedAt: stamp,
	}
}

func sessionOf(id string, a *domain.Account) *domain.Session {
	s := domain.NewSession(id, *a, "arita", domain.ScopeFull, domain.Lifetimes{Access: time.Hour, Idle: time.Hour, Absolute: time.Hour},
		[]byte("0123456789abcdef0123456789abcdef"), stamp)
	s.UserAgent, s.ClientIP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "203.0.113.7"
	return &s
}

func event(action string, account int64) domain.Event {
	return domain.Event{At: stamp, Action: action, Outcome: "ok", Dialect: "arita", AccountID: account, Contact: "***67", Actor: "user"}
}

func sessionID(n int) string { return fmt.Sprintf("session-%014d", n) }

func contactKey(n int) domain.ChallengeKey {
	return domain.ChallengeKey{Contact: fmt.Sprintf("contact-%035d", n), Purpose: domain.PurposeLogin}
}

func populated(b *testing.B, url string) *gormstore.Store {
	b.Helper()
	s := open(b, url)
	for first := 0; first < population; first += 500 {
		err := s.Atomic(b.Context(), func(tx usecase.Repositories) error {
			var all []*domain.Account
			for n := range 500 {
				all = append(all, account(first+n))
			}
			if err := tx.Accounts.Create(b.Context(), all...); err != nil {
				return err
			}
			for n, a := range all {
				if err := tx.Sessions.Create(b.Context(), sessionOf(sessionID(first+n), a)); err != nil {
					return err
				}
				if err := issue(b.Context(), tx, first+n, "first"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// issue is what sending a code does to a challenge.
func issue(ctx context.Context, tx usecase.Repositories, n int, handle string) error {
	c, err := tx.Challenges.LockOrCreate(ctx, contactKey(n))
	if err != nil {
		return err
	}
	c.Sends = nil
	err = c.Issue(stamp, domain.Issue{
		Handle: fmt.Sprintf("%s-%026d", handle, n), Dialect: "arita", Channel: domain.SMS, AccountID: int64(n + 1),
		MAC: []byte("0123456789abcdef0123456789abcdef"), Policy: domain.DefaultCodePolicy(6),
	})
	if err != nil {
		return err
	}
	return tx.Challenges.Save(ctx, c)
}

// BenchmarkLoad is the read of every authenticated request.
func BenchmarkLoad(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = (n + 7919) % population
			if _, _, err := s.Reader().Sessions.Load(ctx, sessionID(n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLoadParallel(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			for n := 0; pb.Next(); n = (n + 7919) % population {
				if _, _, err := s.Reader().Sessions.Load(ctx, sessionID(n)); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkFindByPhone(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = (n + 7919) % population
			if _, err := s.Reader().Accounts.Find(b.Context(), domain.Identifier{Kind: domain.ByPhone, Value: account(n).Phone}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEmpty is what a transaction costs by itself.
func BenchmarkEmpty(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Atomic(b.Context(), func(usecase.Repositories) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSend is the transaction that sends a code.
func BenchmarkSend(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		sealed := make([]byte, 500)
		b.ReportAllocs()
		n, run := 0, 0
		for b.Loop() {
			n, run = (n+7919)%population, run+1
			err := s.Atomic(b.Context(), func(tx usecase.Repositories) error {
				if _, err := tx.Accounts.Find(b.Context(), domain.Identifier{Kind: domain.ByPhone, Value: account(n).Phone}); err != nil {
					return err
				}
				if err := issue(b.Context(), tx, n, fmt.Sprint("run", run)); err != nil {
					return err
				}
				m := usecase.OutboxMessage{ID: sessionID(run), Sealed: sealed, Channel: domain.SMS, ExpiresAt: stamp, NotBefore: stamp}
				if err := tx.Outbox.Add(b.Context(), &m); err != nil {
					return err
				}
				return tx.Audit.Append(b.Context(), event("send", int64(n+1)))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAnswer is the transaction that takes a right code and opens a session.
func BenchmarkAnswer(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		n, run := 0, 0
		for b.Loop() {
			n, run = (n+7919)%population, run+1
			err := s.Atomic(b.Context(), func(tx usecase.Repositories) error {
				c, err := tx.Challenges.LockByHandle(b.Context(), fmt.Sprintf("first-%026d", n))
				if err != nil {
					return err
				}
				if err := tx.Challenges.Save(b.Context(), c); err != nil {
					return err
				}
				a, err := tx.Accounts.Find(b.Context(), domain.Identifier{Kind: domain.ByID, Value: fmt.Sprint(c.AccountID)})
				if err != nil {
					return err
				}
				if err := tx.Sessions.Create(b.Context(), sessionOf(sessionID(population+run), &a)); err != nil {
					return err
				}
				return tx.Audit.Append(b.Context(), event("verify", a.ID))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRefresh is the transaction that uses a refresh token.
func BenchmarkRefresh(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = (n + 7919) % population
			err := s.Atomic(b.Context(), func(tx usecase.Repositories) error {
				session, err := tx.Sessions.Lock(b.Context(), sessionID(n))
				if err != nil {
					return err
				}
				session.Generation++
				session.RotatedAt = stamp
				return tx.Sessions.Save(b.Context(), session)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkImport creates and then updates 500 accounts at a time.
func BenchmarkImport(b *testing.B) {
	eachEngine(b, func(b *testing.B, s *gormstore.Store) {
		first := population
		for b.Loop() {
			var all []*domain.Account
			var ids []domain.Identifier
			for n := range 500 {
				a := account(first + n)
				all, ids = append(all, a), append(ids, a.Identifiers()...)
			}
			first += len(all)
			err := s.Atomic(b.Context(), func(tx usecase.Repositories) error {
				if _, err := tx.Accounts.FindAll(b.Context(), ids); err != nil {
					return err
				}
				if err := tx.Accounts.Create(b.Context(), all...); err != nil {
					return err
				}
				return tx.Accounts.Update(b.Context(), all...)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*500), "µs/account")
	})
}
