// Command bench measures the real server, bin/latchkey, on loopback, in closed loops: each worker waits for its answer before it
// asks again. It prints what it measured beside what is aimed at, and fails only when something does not work.
//
//	bench.go       flags and the order of events
//	speed.go       operations per second, latency, processor time and memory of each operation, beside a bare Gin handler
//	storm.go       reading a profile while others log in with passwords
//	growth.go      200,000 accounts against 1,000, and one build against another
//	start.go       from exec to the first healthy reply
//	memory.go      idle, after load, on disk
//	hang.go        64 workers and four connections to the database
//
//	load.go        a round of a closed loop        conn.go     HTTP/1.1 for it
//	operations.go  what the workers ask for        inbox.go    where the codes arrive
//	process.go     a child, and what it costs      bare.go     the bare handler
//	world.go       a server with its accounts      people.go   those accounts
//	report.go      tables
//
// Rounds are short and interleaved, and medians are quoted, because the machine is seldom quiet. The times are of
// the running system's clock: here they are the result.
//
// Next door: cmd/latchkey is what is measured.
package main
