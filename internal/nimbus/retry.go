package nimbus

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff returns the wait before retry n (from 0), by the formula of Storm's StormBoundedExponentialBackoffRetry: the
// interval plus a power of two, plus jitter up to the same amount, in milliseconds. After a threshold there are linear
// steps that reach the ceiling with the last retry. Backoffs of libraries multiply the interval instead, so they cannot
// follow the same three settings.
func (r Retry) backoff(n int, jitter func(int64) int64) time.Duration {
	base, ceiling := r.Interval.Milliseconds(), r.Ceiling.Milliseconds()
	threshold := 1
	for threshold < 30 && int64(1)<<(threshold+1) < (ceiling-base)/2 {
		threshold++
	}
	if n < threshold {
		exp := int64(1) << n
		return time.Duration(base+exp+jitter(exp)) * time.Millisecond
	}
	step := int64(1)
	if r.Times > threshold {
		step = max(1, (ceiling-int64(1)<<threshold)/int64(r.Times-threshold))
	}
	wait := base + int64(1)<<threshold + step*int64(n-threshold) + jitter(step)
	return time.Duration(min(ceiling, wait)) * time.Millisecond
}

func randomJitter(n int64) int64 { return rand.Int64N(n) }

// sleep waits. If ctx ends first, it returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
