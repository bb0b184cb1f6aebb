package redisthrottle

import (
	"context"
	"time"

	"github.com/gomodule/redigo/redis"

	"latchkey/usecase"
)

// count takes one call from the burst of KEYS[1] if it can, and answers how many microseconds are missing. ARGV[1] is the time in
// which one call grows back, in microseconds, ARGV[2] the burst.
//
// The key holds when its whole burst will be back, in microseconds since 1970: whole numbers, which Lua's floating point keeps
// exactly until the year 2255. No more than the burst can be used up: a clock that was put back, or a rule that became smaller,
// must not make anyone wait longer than that.
var count = redis.NewScript(1, `
local interval = tonumber(ARGV[1])
local capacity = interval * tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]

local known = tonumber(redis.call("GET", KEYS[1]) or 0)
local full = math.min(math.max(known, now), now + capacity)
local wait = math.max(0, full + interval - capacity - now)
if wait == 0 then
  full = full + interval
end
if full ~= known then
  local expiry = math.ceil((full - now) / 1000)
  redis.call("SET", KEYS[1], string.format("%.0f", full), "PX", string.format("%.0f", expiry))
end
return wait
`)

// take asks Redis for one call under a key, and tells how long it has to wait; zero when it is allowed.
func take(ctx context.Context, client Client, key string, rule usecase.LimitRule) (time.Duration, error) {
	wait, err := redis.Int64(client.Run(ctx, count, key, intervalOf(rule), rule.Burst))
	return time.Duration(wait) * time.Microsecond, err
}

// intervalOf is the time in which one call grows back, in microseconds, rounded up: a rule is never exceeded.
func intervalOf(rule usecase.LimitRule) int64 {
	unit := time.Microsecond * time.Duration(rule.Burst)
	return int64((rule.Period + unit - 1) / unit)
}
