// Package testdb lends databases to tests.
//
// Each call gives a database that belongs to that test alone and leaves nothing
// behind: SQLite files live in the test's temporary directory, schemas on a
// MySQL server are dropped, Redis databases are emptied.
//
// MySQL is looked for in this order: LATCHKEY_TEST_MYSQL, a mysql:// URL of a
// user who may create databases; a server on 127.0.0.1:3306 that lets root in
// without a password; a private mariadbd started for this test process. Redis
// likewise: LATCHKEY_TEST_REDIS, 127.0.0.1:6379, a private redis-server. When
// there is none the test is skipped on a developer's machine and fails where
// CI=true, so that no build passes without it.
package testdb
