package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// operation is one thing that workers do over and over.
type operation struct {
	name  string
	kind  kind
	on    *process // whose processor time and memory it costs
	steps []step   // one for each worker
	inbox *inbox   // where it makes messages go; nil for none
}

// kind is what sort of operation one is.
type kind int

const (
	baselines kind = iota // nothing of the server's
	reads
	sends
	codeLogins
	passwordLogins
	refreshes
)

// step does the operation once, on its worker's connection; that is nil when the process has no address.
type step func(c *conn) error

// sample is what a round measured.
type sample struct {
	done              int
	took              time.Duration
	p50, p99, slowest time.Duration
	cpu               time.Duration // of the process, what it did in the background for the operations included
	objects, bytes    float64       // allocated by it
}

// perSecond is how many operations were done in a second.
func (s sample) perSecond() float64 { return float64(s.done) / s.took.Seconds() }

// stuck is how long an answer may take before the round fails.
const stuck = 60 * time.Second

// limit ends a round by time or, when most is not 0, after so many operations.
type limit struct {
	lasting time.Duration
	most    int
}

// round lets all workers go at once, each on a new connection.
func (o *operation) round(until limit) (sample, error) {
	var s sample
	deadline := time.Now().Add(until.lasting + stuck)
	conns, err := o.dial(deadline)
	defer hangUp(conns)
	if err != nil {
		return s, fmt.Errorf("%s: connect: %w", o.name, err)
	}
	before, err := o.spent()
	if err != nil {
		return s, err
	}
	latencies, err := o.run(conns, until, &s)
	if o.inbox != nil {
		err = errors.Join(err, o.inbox.settle())
	}
	after, failed := o.spent()
	if err = errors.Join(err, failed); err != nil {
		return s, fmt.Errorf("%s: %w", o.name, err)
	}
	if len(latencies) == 0 {
		return s, fmt.Errorf("%s: nothing was done in %s", o.name, until.lasting)
	}
	slices.Sort(latencies)
	s.done = len(latencies)
	s.p50, s.p99, s.slowest = percentile(latencies, 50), percentile(latencies, 99), latencies[len(latencies)-1]
	s.cpu, s.objects, s.bytes = after.cpu-before.cpu, after.objects-before.objects, after.bytes-before.bytes
	return s, nil
}

// run returns how long each operation took, and in s how long all of them together.
func (o *operation) run(conns []*conn, until limit, s *sample) ([]time.Duration, error) {
	results := make([][]time.Duration, len(o.steps))
	failures := make([]error, len(o.steps))
	var begun atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	end := start.Add(until.lasting)
	for i, do := range o.steps {
		workers.Go(func() {
			for now := time.Now(); now.Before(end) && (until.most == 0 || begun.Add(1) <= int64(until.most)); {
				if failures[i] = do(conns[i]); failures[i] != nil {
					return
				}
				done := time.Now()
				results[i] = append(results[i], done.Sub(now))
				now = done
			}
		})
	}
	workers.Wait()
	s.took = time.Since(start)
	return slices.Concat(results...), errors.Join(failures...)
}

func (o *operation) dial(deadline time.Time) ([]*conn, error) {
	conns := make([]*conn, len(o.steps))
	for i := range conns {
		if o.on.address == "" {
			break
		}
		var err error
		if conns[i], err = dial(o.on.address, deadline); err != nil {
			return conns, err
		}
	}
	return conns, nil
}

func hangUp(conns []*conn) {
	for _, c := range conns {
		if c != nil {
			_ = c.Close()
		}
	}
}

// spent is what the process has used so far.
func (o *operation) spent() (sample, error) {
	var s sample
	var err1, err2 error
	s.objects, s.bytes, err1 = o.on.allocated()
	s.cpu, err2 = o.on.cpu()
	return s, errors.Join(err1, err2)
}

// percentile of sorted values, by the nearest rank.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

// rounds runs the operations by turns, so that a noisy moment hits them all, after a round of each that is not counted.
func rounds(operations []*operation, n int, until limit) (map[*operation][]sample, error) {
	samples := map[*operation][]sample{}
	for i := range n + 1 {
		for _, o := range operations {
			s, err := o.round(until)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				samples[o] = append(samples[o], s)
			}
		}
	}
	return samples, nil
}

// summary is the median of each measure, but for what the process used: that is counted in coarse steps, and so is the
// mean over all rounds.
type summary struct {
	perSecond      float64
	p50, p99       time.Duration
	cpu            time.Duration // for one operation
	objects, bytes float64       // for one operation
}

func summarize(samples []sample) summary {
	var all sample
	for _, s := range samples {
		all.done += s.done
		all.cpu += s.cpu
		all.objects += s.objects
		all.bytes += s.bytes
	}
	n := float64(all.done)
	return summary{
		perSecond: median(samples, sample.perSecond),
		p50:       median(samples, func(s sample) time.Duration { return s.p50 }),
		p99:       median(samples, func(s sample) time.Duration { return s.p99 }),
		cpu:       all.cpu / time.Duration(all.done), objects: all.objects / n, bytes: all.bytes / n,
	}
}

// median of what of tells of each.
func median[S any, N float64 | time.Duration | int64](all []S, of func(S) N) N {
	values := make([]N, 0, len(all))
	for _, s := range all {
		values = append(values, of(s))
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// ratio is the median of a's speed over b's in the rounds that they ran side by side.
func ratio(a, b []sample) float64 {
	turns := make([]int64, 0, len(a))
	for i := range a {
		turns = append(turns, int64(i))
	}
	return median(turns, func(i int64) float64 { return a[i].perSecond() / b[i].perSecond() })
}
