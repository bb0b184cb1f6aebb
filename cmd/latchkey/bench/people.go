package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"

	"latchkey/adapter/secret"
	"latchkey/domain"
)

// person is an account as its owner knows it.
type person struct{ customer, phone, email string }

// people are the accounts of a world. The first withPassword of them have the password.
type people struct {
	all  []person
	used int // of them are ever asked about, spread over all
	next atomic.Int64
	hash string
	step int
}

const (
	password     = "Bench-Passw0rd"
	withPassword = 512
)

// newPeople makes up n accounts, of which at most used will be taken by turns.
func newPeople(ctx context.Context, n, used int) (*people, error) {
	place, err := secret.NewPasswordHasher(1, 1).Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer place.Release()
	p := &people{all: make([]person, 0, n), used: min(n, used), hash: place.Hash(password)}
	for number := 60_000_000; len(p.all) < n; number++ {
		phone := "+852" + strconv.Itoa(number)
		if _, err := domain.ParsePhone(phone, ""); err != nil {
			continue // not assigned to any network
		}
		id := strconv.Itoa(len(p.all))
		p.all = append(p.all, person{"BENCH" + id, phone, "bench" + id + "@example.com"})
	}
	// Steps of the golden ratio reach all, and those that follow each other lie far apart in every index.
	for p.step = int(float64(n) * 0.618); gcd(p.step, n) != 1; p.step++ {
	}
	return p, nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// take is the next by turns: the one who has not been asked about for longest.
func (p *people) take() person {
	turn := int(p.next.Add(1)-1) % p.used
	return p.all[turn*p.step%len(p.all)]
}

// add imports them by the command that is there for it, and tells how long that took.
func (p *people) add(ctx context.Context, binary string, environment []string) (time.Duration, error) {
	command := exec.CommandContext(ctx, binary, "account", "import")
	command.Env = environment
	in, out := io.Pipe()
	command.Stdin = in
	go func() { _ = out.CloseWithError(p.write(out)) }()
	begin := time.Now()
	said, err := command.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("account import: %w: %.500s", err, said)
	}
	return time.Since(begin), nil
}

func (p *people) write(to io.Writer) error {
	out := bufio.NewWriterSize(to, 64<<10)
	for i, one := range p.all {
		fmt.Fprintf(out, `{"customer_id":"%s","mobile":"%s","email":"%s","first_name":"Mei","last_name":"Chan","points_earned":5000,"balance_points":3500`,
			one.customer, one.phone, one.email)
		if i < withPassword {
			fmt.Fprintf(out, `,"password_hash":"%s"`, p.hash)
		}
		fmt.Fprintln(out, "}")
	}
	return out.Flush()
}
