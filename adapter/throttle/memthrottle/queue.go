package memthrottle

// place is a key's in the queue: no later than when it has its whole burst back.
type place struct {
	id   uint64
	full int64
}

// queue is a container/heap of places, the earliest first.
type queue []place

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].full < q[j].full }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(place)) }

func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
