package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one connection, kept alive, of one worker. It speaks as much HTTP/1.1 as the server does here. The client of
// net/http would take more of the processors than the server that it measures.
type conn struct {
	net.Conn
	in  *bufio.Reader
	got reply
}

// reply is an answer; body is good until the next request.
type reply struct {
	status int
	body   []byte
	cookie string // NAME=VALUE as it goes back, of the last Set-Cookie
}

// dial connects; whatever is not answered at that time is an error.
func dial(address string, until time.Time) (*conn, error) {
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, in: bufio.NewReaderSize(c, 8<<10)}, c.SetDeadline(until)
}

// do sends a request and reads its reply.
func (c *conn) do(request []byte) (*reply, error) {
	if _, err := c.Write(request); err != nil {
		return nil, fmt.Errorf("send request: %w", err)
	}
	if err := c.got.read(c.in); err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	return &c.got, nil
}

// ask is do for requests that have one right answer.
func (c *conn) ask(request []byte, status int) (*reply, error) {
	got, err := c.do(request)
	if err != nil {
		return nil, err
	}
	if got.status != status {
		line, _, _ := bytes.Cut(request, []byte(" HTTP"))
		return nil, fmt.Errorf("%s: answered %d instead of %d: %.300s", line, got.status, status, got.body)
	}
	return got, nil
}

func (r *reply) read(in *bufio.Reader) error {
	r.status, r.cookie = 0, ""
	length := -1
	status, err := readHead(in, func(name, value []byte) {
		switch {
		case bytes.EqualFold(name, contentLength):
			length, _ = strconv.Atoi(string(value)) // nonsense ends as a status that nobody expects
		case bytes.EqualFold(name, setCookie):
			pair, _, _ := bytes.Cut(value, []byte(";"))
			r.cookie = string(pair)
		}
	})
	if err != nil {
		return err
	}
	if len(status) < 12 || !bytes.HasPrefix(status, []byte("HTTP/1.1 ")) {
		return fmt.Errorf("no status line: %.40q", status)
	}
	if r.status, err = strconv.Atoi(string(status[9:12])); err != nil {
		return fmt.Errorf("no status: %.40q", status)
	}
	if r.status == 204 || r.status == 304 {
		length = 0
	}
	if length < 0 {
		return errors.New("a reply without Content-Length")
	}
	r.body, err = readBody(in, r.body, length)
	return err
}

var (
	contentLength = []byte("Content-Length")
	setCookie     = []byte("Set-Cookie")
)

// readHead reads up to the empty line, tells of each header and returns the first line.
func readHead(in *bufio.Reader, header func(name, value []byte)) ([]byte, error) {
	line, err := readLine(in)
	if err != nil {
		return nil, err
	}
	first := bytes.Clone(line)
	for {
		if line, err = readLine(in); err != nil {
			return nil, err
		}
		if len(line) == 0 {
			return first, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		header(name, bytes.TrimSpace(value))
	}
}

func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

// readBody fills, and when needed replaces, the buffer.
func readBody(in *bufio.Reader, buffer []byte, length int) ([]byte, error) {
	if cap(buffer) < length {
		buffer = make([]byte, length)
	}
	buffer = buffer[:length]
	_, err := io.ReadFull(in, buffer)
	return buffer, err
}

// request spells a request. headers are whole lines; an empty body goes without its headers.
func request(method, path, headers, body string) []byte {
	if body != "" {
		headers += "Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return []byte(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: latchkey-bench\r\n" + headers + "\r\n" + body)
}

// member is the value of a text member of a JSON object, wherever it stands. Escapes are not read: none of the values that are
// looked for has any.
func member(object []byte, name string) (string, error) {
	_, rest, found := bytes.Cut(object, []byte(`"`+name+`":"`))
	value, _, closed := bytes.Cut(rest, []byte(`"`))
	if !found || !closed {
		return "", fmt.Errorf("no %s in %.300s", name, object)
	}
	return string(value), nil
}
