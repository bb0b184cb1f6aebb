package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// The engines, as they are called in what is printed.
const (
	sqlite  = "SQLite"
	mariadb = "MariaDB"
)

// size is how much of everything there is.
type size struct {
	brief  bool // leaves out operations that are much like others
	round  time.Duration
	rounds int
	starts int
	people int
	many   int // accounts that are compared with few
}

var (
	quick  = size{brief: true, round: 250 * time.Millisecond, rounds: 3, starts: 5, people: 5_000, many: 50_000}
	normal = size{round: time.Second, rounds: 5, starts: 10, people: 20_000, many: 200_000}
	full   = size{round: 2 * time.Second, rounds: 9, starts: 10, people: 50_000, many: 200_000}
)

// bench is one call of this command.
type bench struct {
	*report
	size     size
	binary   string
	other    string // another build to measure against
	workers  int
	pool     int
	only     string
	profiles string // directory, empty for none
	dir      string // for everything temporary
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == bareArgument {
		fmt.Fprintln(os.Stderr, serveBare())
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	b := &bench{report: &report{out: os.Stdout}, size: normal}
	isQuick := flag.Bool("quick", false, "few short rounds: a minute and a half in all")
	isFull := flag.Bool("full", false, "many long rounds, and with 1 and with 64 workers too: about an hour")
	flag.StringVar(&b.only, "only", "", "the parts whose `NAME` begins so: speed, storm, growth, start, memory, hang")
	flag.StringVar(&b.binary, "binary", "bin/latchkey", "the server, as make build leaves it")
	flag.StringVar(&b.other, "against", "", "measure only how fast the server is beside this other `BUILD` of it")
	flag.StringVar(&b.profiles, "profile", "", "leave a CPU profile of each operation in `DIRECTORY`")
	flag.IntVar(&b.workers, "workers", 16, "how many ask at once")
	flag.IntVar(&b.pool, "pool", 0, "the server's database-pool; 0 leaves it to the server")
	flag.Parse()
	switch {
	case *isQuick:
		b.size = quick
	case *isFull:
		b.size = full
	}
	var err error
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "latchkey-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	return b.all(ctx, *isFull)
}

// all runs every part that is wanted. What does not work in one of them does not keep the others from running.
func (b *bench) all(ctx context.Context, isFull bool) error {
	b.say("Latchkey bench: closed loops over keep-alive connections on 127.0.0.1, %d processors (%s/%s, %s).",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	b.say("Workers, inbox, database and server share these processors: ops/s are of all of them together, CPU/op is the server's alone.")
	if wait, err := syncTime(b.dir); err == nil {
		b.say("Writing 4 KiB and waiting until the disk has them takes %s here (median).", short(wait))
	}
	if b.other != "" {
		return b.against(ctx)
	}
	server, err := findMySQL(ctx)
	if err != nil {
		return err
	}
	loads := []load{{b.workers, b.pool}}
	if isFull {
		loads = append(loads, load{1, 0}, load{64, 4})
	}
	var failures []error
	part := func(name string, do func() error) {
		if strings.HasPrefix(name, b.only) && ctx.Err() == nil {
			if err := do(); err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	part("start", func() error { return b.start(ctx) })
	part("memory", func() error { return b.memory(ctx) })
	for _, l := range loads {
		part("speed-sqlite", func() error { return b.speed(ctx, sqlite, "", l) })
	}
	part("storm", func() error { return b.storm(ctx) })
	part("growth", func() error { return b.growth(ctx) })
	part("hang-sqlite", func() error { return b.hang(ctx, sqlite, "") })
	if server == nil {
		b.say("\nNo MariaDB answers on 127.0.0.1:3306 without a password, and %s names none: SQLite only.", mysqlVariable)
	} else {
		for _, l := range loads {
			part("speed-mariadb", func() error {
				return server.withSchema(ctx, func(database string) error { return b.speed(ctx, mariadb, database, l) })
			})
		}
		part("hang-mariadb", func() error {
			return server.withSchema(ctx, func(database string) error { return b.hang(ctx, mariadb, database) })
		})
	}
	b.verdict()
	return errors.Join(append(failures, ctx.Err())...)
}

// syncTime is the median time of a small write that is on the disk afterwards: no send or login can be faster.
func syncTime(dir string) (time.Duration, error) {
	file, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var all []time.Duration
	for range 50 {
		begin := time.Now()
		if _, err := file.Write(make([]byte, 4<<10)); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(begin))
	}
	return median(all, func(d time.Duration) time.Duration { return d }), nil
}

// profile records where each operation's processor time goes.
func (b *bench) profile(engine string, operations []*operation) error {
	if b.profiles == "" {
		return nil
	}
	if err := os.MkdirAll(b.profiles, 0o755); err != nil {
		return err
	}
	for _, o := range operations {
		if o.on.metrics == "" {
			continue
		}
		recorded := make(chan error, 1)
		go func() {
			path := filepath.Join(b.profiles, strings.ReplaceAll(engine+" "+o.name, " ", "-")+".pprof")
			recorded <- download("http://"+o.on.metrics+"/debug/pprof/profile?seconds=5", path)
		}()
		_, err := o.round(limit{lasting: 6 * time.Second})
		if err := errors.Join(err, <-recorded); err != nil {
			return err
		}
	}
	return nil
}

func download(address, path string) error {
	response, err := http.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, response.Body)
	return errors.Join(err, file.Close())
}
