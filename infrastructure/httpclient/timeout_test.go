package httpclient

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestOwnTimeoutWithoutADeadline(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client := New(nil)
	if client.http.Timeout != 10*time.Second {
		t.Errorf("gives up after %s, want 10s", client.http.Timeout)
	}
	client.http.Timeout = 20 * time.Millisecond
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+silent.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Do(request); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want no answer in time", err)
	}
}
