package main

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// inbox takes the webhook posts of the server under load, and brings each code to the worker that waits for it.
type inbox struct {
	listener net.Listener
	waiting  sync.Map // contact to chan string
	expected atomic.Int64
	received atomic.Int64
}

// patience is how long a message may take: longer than the server's lease on what its queue had no room for.
const patience = 45 * time.Second

// newInbox listens on loopback until it is closed.
func newInbox() (*inbox, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &inbox{listener: listener}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go i.serve(c)
		}
	}()
	return i, nil
}

// url is the delivery address of the server under load.
func (i *inbox) url() string { return "webhook+http://" + i.listener.Addr().String() + "/messages" }

func (i *inbox) close() { _ = i.listener.Close() }

// serve answers the posts of one connection until the server hangs up.
func (i *inbox) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 8<<10)
	var body []byte
	for {
		length := 0
		_, err := readHead(in, func(name, value []byte) {
			if string(name) == "Content-Length" {
				length, _ = strconv.Atoi(string(value)) // without a body there is no code, and somebody waits in vain
			}
		})
		if err != nil {
			return
		}
		if body, err = readBody(in, body, length); err != nil {
			return
		}
		if _, err := c.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n")); err != nil {
			return
		}
		i.received.Add(1)
		i.deliver(body)
	}
}

func (i *inbox) deliver(post []byte) {
	to, err := member(post, "to")
	if err != nil {
		return
	}
	if waiting, ok := i.waiting.LoadAndDelete(to); ok {
		waiting.(chan string) <- codeIn(post)
	}
}

// codeIn is the first run of four to eight digits in a message's text.
func codeIn(post []byte) string {
	text, _ := member(post, "body")
	digits := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] >= '0' && text[i] <= '9' {
			digits++
			continue
		}
		if digits >= 4 && digits <= 8 {
			return text[i-digits : i]
		}
		digits = 0
	}
	return ""
}

// await must be called before the code is asked for; the function returned waits for it.
func (i *inbox) await(contact string) func() (string, error) {
	arrived := make(chan string, 1)
	i.waiting.Store(contact, arrived)
	return func() (string, error) {
		select {
		case code := <-arrived:
			return code, nil
		case <-time.After(patience):
			return "", fmt.Errorf("no code came within %s", patience)
		}
	}
}

// settle waits until all messages of the past round have come, so that what they cost is booked on that round.
func (i *inbox) settle() error {
	for end := time.Now().Add(patience); i.received.Load() < i.expected.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d messages came", i.received.Load(), i.expected.Load())
		}
	}
	return nil
}
