package testdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
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

func findRedis() (*redis.Options, error) {
	if given := os.Getenv(redisVariable); given != "" {
		options, err := redis.ParseURL(given)
		if err != nil {
			return nil, fmt.Errorf("%s is no redis:// URL", redisVariable)
		}
		return options, probeRedis(options)
	}
	options, err := redis.ParseURL(localRedis)
	if err != nil {
		return nil, err
	}
	if probeRedis(options) == nil {
		return options, nil
	}
	return privateRedis()
}

func startRedis() (*redis.Options, error) {
	binary, err := program("redis-server", "valkey-server")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	server, err := start("KILL", "", binary, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err != nil {
		return nil, err
	}
	options := &redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)}
	ticker := time.NewTicker(startStep)
	defer ticker.Stop()
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	for {
		err := probeRedis(options)
		if err == nil {
			return options, nil
		}
		select {
		case <-ticker.C:
		case <-deadline.C:
			server.stop()
			return nil, fmt.Errorf("redis-server does not answer: %w", err)
		}
	}
}

func probeRedis(options *redis.Options) error {
	client := redis.NewClient(options)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	return client.Ping(ctx).Err()
}

// claim takes the first database that is empty and unclaimed.
func claim(t testing.TB, server *redis.Options) (address string, ok bool) {
	t.Helper()
	ctx := context.Background()
	for number := 1; number <= redisHighest; number++ {
		options := *server
		options.DB = number
		client := redis.NewClient(&options)
		if claimed, err := claimOne(ctx, client); err != nil || !claimed {
			_ = client.Close()
			continue
		}
		t.Cleanup(func() {
			if err := errors.Join(client.FlushDB(ctx).Err(), client.Close()); err != nil {
				t.Errorf("empty Redis database %d: %v", number, err)
			}
		})
		return redisURL(&options), true
	}
	return "", false
}

// claimOne claims the client's database if it is empty. The size is looked at
// after the claim, so that two tests cannot both find it empty.
func claimOne(ctx context.Context, client *redis.Client) (bool, error) {
	claimed, err := client.SetNX(ctx, redisOwner, randomHex(), redisLease).Result()
	if err != nil || !claimed {
		return false, err
	}
	size, err := client.DBSize(ctx).Result()
	if err == nil && size == 1 {
		return true, nil
	}
	return false, errors.Join(err, client.Del(ctx, redisOwner).Err())
}

func redisURL(o *redis.Options) string {
	address := url.URL{Scheme: "redis", Host: o.Addr, Path: "/" + strconv.Itoa(o.DB)}
	if o.TLSConfig != nil {
		address.Scheme = "rediss"
	}
	if o.Password != "" {
		address.User = url.UserPassword(o.Username, o.Password)
	}
	return address.String()
}
