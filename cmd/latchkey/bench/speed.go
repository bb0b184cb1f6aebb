package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"latchkey/adapter/secret"
)

// load is one way of loading a server.
type load struct{ workers, pool int }

func (l load) String() string {
	if l.pool == 0 {
		return fmt.Sprintf("%d workers", l.workers)
	}
	return fmt.Sprintf("%d workers, database-pool %d", l.workers, l.pool)
}

// scene is the operations of a table, and what some of them are measured beside.
type scene struct {
	operations []*operation
	beside     map[*operation]*operation
	samples    map[*operation][]sample
}

// add puts an operation on, right after the one that it is measured beside; nil for none.
func (s *scene) add(o, beside *operation) {
	if beside != nil {
		s.operations = append(s.operations, beside)
		s.beside[o] = beside
	}
	s.operations = append(s.operations, o)
}

// speed measures each operation on a new database; database is a URL, empty for SQLite.
func (b *bench) speed(ctx context.Context, engine, database string, l load) (err error) {
	w, err := newWorld(ctx, b.dir, setting{
		binary: b.binary, database: database, pool: l.pool, measured: true, people: b.size.people, used: b.size.people, workers: l.workers,
	})
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	plain, err := startBare(ctx, b.dir, w)
	defer plain.close()
	if err != nil {
		return err
	}
	s, err := b.scene(w, plain)
	if err != nil {
		return err
	}
	if s.samples, err = rounds(s.operations, b.size.rounds, limit{lasting: b.size.round}); err != nil {
		return err
	}
	b.say("\n%s, %s, %d accounts (imported in %s); %d rounds of %s", engine, l, b.size.people, short(w.importing), b.size.rounds, b.size.round)
	s.print(b.report)
	if database == "" && l == (load{workers: 16}) {
		s.judge(b.report)
	}
	return b.profile(engine, s.operations)
}

// scene is everything that a client does, reading beside the bare handler and logging in with a password beside the bare hash.
func (b *bench) scene(w *world, plain *bare) (*scene, error) {
	s := &scene{beside: map[*operation]*operation{}}
	for _, d := range dialects {
		if d.me == nil {
			continue
		}
		reading, err := w.reading(d)
		if err != nil {
			return nil, err
		}
		s.add(reading, plain.reading(d, w.workers))
	}
	for _, d := range dialects {
		if d == goodcity || !b.size.brief {
			s.add(w.sending(d), nil)
		}
	}
	for _, d := range dialects {
		if d == goodcity || !b.size.brief {
			s.add(w.coding(d), nil)
		}
	}
	refreshing, err := w.refreshing()
	s.add(refreshing, nil)
	s.add(w.passwords(), hashing(w.workers))
	return s, err
}

// hashing is argon2id alone, in this process, at as many places as the server has: all processors but one.
func hashing(workers int) *operation {
	hasher := secret.NewPasswordHasher(max(1, runtime.GOMAXPROCS(0)-1), workers)
	o := &operation{name: "argon2id alone", kind: baselines, on: &process{}}
	for range workers {
		o.steps = append(o.steps, func(*conn) error {
			place, err := hasher.Acquire(context.Background())
			if err != nil {
				return err
			}
			defer place.Release()
			place.Hash(password)
			return nil
		})
	}
	return o
}

func (s *scene) print(r *report) {
	var rows []string
	for _, o := range s.operations {
		m := summarize(s.samples[o])
		row := fmt.Sprintf("%s\t%.0f\t%s\t%s\t%s", o.name, m.perSecond, short(m.p50), short(m.p99), short(m.cpu))
		if o.on.metrics != "" {
			row += fmt.Sprintf("\t%.0f\t%.1f", m.objects, m.bytes/1e3)
		} else {
			row += "\t-\t-"
		}
		if beside := s.beside[o]; beside != nil {
			cpu := float64(m.cpu) / float64(summarize(s.samples[beside]).cpu)
			row += fmt.Sprintf("\t%.2f\t%.2f", ratio(s.samples[o], s.samples[beside]), cpu)
		} else {
			row += "\t-\t-"
		}
		rows = append(rows, row)
	}
	r.table("operation\tops/s\tp50\tp99\tCPU/op\tallocs/op\tkB/op\tspeed\tCPU", rows)
	r.say("The last two columns compare with the line above.")
}

// judge compares with the aims.
func (s *scene) judge(r *report) {
	for _, o := range s.operations {
		switch o.kind {
		case reads:
			speed := ratio(s.samples[o], s.samples[s.beside[o]])
			r.judge(o.name+" beside the bare handler", ">= 0.70", fmt.Sprintf("%.2f", speed), speed >= 0.7)
		case codeLogins:
			cpu := summarize(s.samples[o]).cpu
			r.judge(o.name+", CPU of the server", "< 1 ms", short(cpu), cpu < time.Millisecond)
		case passwordLogins:
			speed := ratio(s.samples[o], s.samples[s.beside[o]])
			r.judge(o.name+" beside argon2id alone", ">= 0.90", fmt.Sprintf("%.2f", speed), speed >= 0.9)
		}
	}
}
