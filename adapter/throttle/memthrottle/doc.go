// Package memthrottle is a usecase.Limiter in the memory of one process.
//
// It keeps one number for each rule and key: when the key will have its whole burst back (the theoretical arrival time of
// the generic cell rate algorithm, ITU-T I.371 annex A). Everything else follows from it:
//
//	          now                full
//	───────────┼──────────────────┼───────────> time     full - now   is used up, in calls times interval
//	           |<──── at most ───>|                      now >= full  says no more than an absent key
//	             burst x interval
//
// The numbers are whole microseconds, as Clock's, so waits are exact: no call is refused after the wait that it was told.
//
// Next door: redisthrottle counts over all nodes, and falls back to this one.
package memthrottle
