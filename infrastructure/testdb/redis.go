package testdb

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
)

const (
	redisVariable = "LATCHKEY_TEST_REDIS"
	localRedis    = "redis://127.0.0.1:6379"
	redisHint     = "no Redis to test with: apt-get install redis-server, or set " + redisVariable
	redisOwner    = "latchkey_test_owner"
	redisLease    = time.Hour // a claim left by a killed test ends by itself
	redisHighest  = 15        // databases 1 to 15 of a server with default settings
)

// sharedRedis is the server that all tests of this process use.
var sharedRedis = sync.OnceValues(findRedis)

// privateRedis is started at most once, when the shared server has no free
// database left.
var privateRedis = sync.OnceValues(startRedis)

// Redis returns the redis:// URL of an empty numbered database, from 1 to 15,
// that no other test uses at the same time, nor tests of another process. It is
// emptied when the test ends. The key latchkey_test_owner in it marks the claim:
// flushing the database in a test gives it away.
func Redis(t testing.TB) string {
	t.Helper()
	server, err := sharedRedis()
	if err != nil {
		missing(t, os.Getenv("CI") == "true", redisHint, err)
	}
	if address, ok := claim(t, server); ok {
		return address
	}
	if server, err = privateRedis(); err != nil {
		missing(t, os.Getenv("CI") == "true", redisHint, err)
	}
	address, ok := claim(t, server)
	if !ok {
		t.Fatal("all Redis databases from 1 to 15 are in use")
	}
	return address
}

func findRedis() (*url.URL, error) {
	if given := os.Getenv(redisVariable); given != "" {
		server, err := url.Parse(given)
		if err != nil || server.Scheme != "redis" && server.Scheme != "rediss" {
			return nil, fmt.Errorf("%s is no redis:// URL", redisVariable)
		}
		return server, probeRedis(server)
	}
	server, err := url.Parse(localRedis)
	if err != nil {
		return nil, err
	}
	if probeRedis(server) == nil {
		return server, nil
	}
	return privateRedis()
}

func startRedis() (*url.URL, error) {
	binary, err := program("redis-server", "valkey-server")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	running, err := start("KILL", "", binary, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err != nil {
		return nil, err
	}
	server := &url.URL{Scheme: "redis", Host: fmt.Sprintf("127.0.0.1:%d", port)}
	ticker := time.NewTicker(startStep)
	defer ticker.Stop()
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	for {
		err := probeRedis(server)
		if err == nil {
			return server, nil
		}
		select {
		case <-ticker.C:
		case <-deadline.C:
			running.stop()
			return nil, fmt.Errorf("redis-server does not answer: %w", err)
		}
	}
}

func probeRedis(server *url.URL) error {
	conn, err := dialRedis(server)
	if err != nil {
		return err
	}
	_, err = conn.Do("PING")
	return errors.Join(err, conn.Close())
}

func dialRedis(server *url.URL) (redis.Conn, error) {
	return redis.DialURL(server.String(),
		redis.DialConnectTimeout(probeTimeout), redis.DialReadTimeout(probeTimeout), redis.DialWriteTimeout(probeTimeout))
}

// claim takes the first database that is empty and unclaimed.
func claim(t testing.TB, server *url.URL) (address string, ok bool) {
	t.Helper()
	for number := 1; number <= redisHighest; number++ {
		lent := *server
		lent.Path = "/" + strconv.Itoa(number)
		conn, err := dialRedis(&lent)
		if err != nil {
			continue
		}
		claimed, err := claimOne(conn)
		if err := conn.Close(); err != nil {
			t.Errorf("leave Redis database %d: %v", number, err)
		}
		if err != nil || !claimed {
			continue
		}
		t.Cleanup(func() {
			if err := empty(&lent); err != nil {
				t.Errorf("empty Redis database %d: %v", number, err)
			}
		})
		return lent.String(), true
	}
	return "", false
}

// claimOne claims the connection's database if it is empty. The size is looked
// at after the claim, so that two tests cannot both find it empty.
func claimOne(conn redis.Conn) (bool, error) {
	claimed, err := conn.Do("SET", redisOwner, randomHex(), "NX", "PX", redisLease.Milliseconds())
	if err != nil || claimed == nil {
		return false, err
	}
	size, err := redis.Int(conn.Do("DBSIZE"))
	if err == nil && size == 1 {
		return true, nil
	}
	_, gaveUp := conn.Do("DEL", redisOwner)
	return false, errors.Join(err, gaveUp)
}

func empty(database *url.URL) error {
	conn, err := dialRedis(database)
	if err != nil {
		return err
	}
	_, err = conn.Do("FLUSHDB")
	return errors.Join(err, conn.Close())
}
