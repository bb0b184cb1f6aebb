// Package redisthrottle is a usecase.Limiter that counts in Redis, so that all nodes share the limits. It never makes anyone
// wait for Redis (S3):
//
//	Take -> circuit closed: ask Redis, 50 ms at most -> its answer
//	          |                     |
//	          | open                | no answer: open the circuit, one warning
//	          v                     v
//	        fallback <--------------+
//
// While the circuit is open, one call a second asks Redis whether it is back; the others are counted by the fallback at once.
// The first answer closes the circuit, with one line in the log. During an outage each node counts by itself from nothing, so
// that a caller has at most one more burst on each node; codes and passwords have their own count in the database (T1).
//
// The counting is the generic cell rate algorithm in one script, by Redis's own clock, so that nodes whose clocks differ agree.
// Keys expire once they say nothing more.
//
// Next door: memthrottle is the usual fallback and counts the same way, infrastructure/redis opens the client.
package redisthrottle
