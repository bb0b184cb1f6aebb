package testdb

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomodule/redigo/redis"

	"latchkey/infrastructure/database"
)

// query runs a statement on the schema of a mysql:// URL and returns the first
// column of its first row.
func query(t *testing.T, address, statement string) (string, error) {
	t.Helper()
	target, err := database.ParseURL(address)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	db, err := mysqlServer{target}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("USE " + target.Name); err != nil {
		return "", err
	}
	var answer sql.NullString
	err = db.QueryRow(statement).Scan(&answer)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return answer.String, err
}

func TestMySQLGivesEachTestASchemaAndDropsIt(t *testing.T) {
	t.Parallel()
	var addresses [2]string
	t.Run("lent", func(t *testing.T) {
		for i := range addresses {
			addresses[i] = MySQL(t)
			if _, err := query(t, addresses[i], "CREATE TABLE t (a INT)"); err != nil {
				t.Fatalf("use the schema: %v", err)
			}
		}
		if addresses[0] == addresses[1] {
			t.Fatal("two calls gave the same schema")
		}
	})
	for _, address := range addresses {
		if _, err := query(t, address, "SELECT 1"); err == nil {
			t.Errorf("%s is still there after the test", address)
		}
	}
}

func TestPrivateMySQLComesBackWithItsData(t *testing.T) {
	t.Parallel()
	server := PrivateMySQL(t)
	if _, err := query(t, server.URL, "CREATE TABLE t (a INT) AS SELECT 7 AS a"); err != nil {
		t.Fatal(err)
	}

	server.Stop()
	server.Stop()
	if err := server.maria.server.probe(probeTimeout); err == nil {
		t.Fatal("the stopped server answers")
	}

	server.Start(t)
	if got, err := query(t, server.URL, "SELECT a FROM t"); err != nil || got != "7" {
		t.Fatalf("after the restart %q, %v", got, err)
	}
}

func TestPrivateMySQLLeavesNothing(t *testing.T) {
	t.Parallel()
	var dir string
	t.Run("lent", func(t *testing.T) { dir = PrivateMySQL(t).maria.dir })
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

func lentRedis(t *testing.T, address string) redis.Conn {
	t.Helper()
	conn, err := redis.DialURL(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestRedisGivesEachTestADatabaseAndEmptiesIt(t *testing.T) {
	t.Parallel()
	var one string
	t.Run("lent", func(t *testing.T) {
		one = Redis(t)
		if two := Redis(t); one == two {
			t.Fatal("two calls gave the same database")
		}
		if u, err := url.Parse(one); err != nil || u.Path == "" || u.Path == "/0" {
			t.Fatalf("%s: %v", one, err)
		}
		if _, err := lentRedis(t, one).Do("SET", "key", "value"); err != nil {
			t.Fatal(err)
		}
	})
	if got, err := lentRedis(t, one).Do("GET", "key"); err != nil || got != nil {
		t.Errorf("the key is still there: %q, %v", got, err)
	}
}

func TestRedisLeavesForeignDataAlone(t *testing.T) {
	t.Parallel()
	conn := lentRedis(t, Redis(t))
	for _, command := range [][]any{{"DEL", redisOwner}, {"SET", "theirs", "1"}} {
		if _, err := conn.Do(command[0].(string), command[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	if claimed, err := claimOne(conn); err != nil || claimed {
		t.Errorf("claimed a database that holds data: %v, %v", claimed, err)
	}
	if n, err := redis.Int(conn.Do("DBSIZE")); err != nil || n != 1 {
		t.Errorf("%d keys, %v: the foreign key alone should be left", n, err)
	}
}

func TestSQLiteNamesAFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	path, ok := strings.CutPrefix(SQLite(t), "sqlite://")
	if !ok || !filepath.IsAbs(path) {
		t.Fatalf("path %q", path)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

func TestEachRunsOnBothEngines(t *testing.T) {
	t.Parallel()
	var seen []string
	Each(t, func(t *testing.T, url string) {
		seen = append(seen, url[:strings.Index(url, ":")])
	})
	if got := strings.Join(seen, " "); got != "sqlite mysql" {
		t.Errorf("ran on %q", got)
	}
}

// recorder is a testing.TB that notes how it was ended.
type recorder struct {
	testing.TB
	ended string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(string, ...any) { r.ended = "fatal" }

func (r *recorder) Skipf(string, ...any) { r.ended = "skip" }

func TestMissingServerFailsInCIOnly(t *testing.T) {
	t.Parallel()
	for ci, want := range map[bool]string{true: "fatal", false: "skip"} {
		r := &recorder{TB: t}
		missing(r, ci, mysqlHint, errors.New("none"))
		if r.ended != want {
			t.Errorf("CI %v ended the test with %q, want %q", ci, r.ended, want)
		}
	}
}

func TestPrivateRedisAnswers(t *testing.T) {
	t.Parallel()
	server, err := privateRedis()
	if err != nil {
		missing(t, os.Getenv("CI") == "true", redisHint, err)
	}
	if err := probeRedis(server); err != nil {
		t.Error(err)
	}
}
