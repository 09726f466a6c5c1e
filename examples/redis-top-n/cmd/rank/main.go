// Rank writes counts of words to Redis, where they are ranked. On a tick, one transaction adds all counts that came
// since the last tick, and renews the ranking of the window.
//
// The window has slots. The sorted set KEY:slot:NUMBER has the counts of a slot, and Redis deletes it when it leaves
// the window. KEY:top is the union of the slots, cut to the top words, and KEY:about says how old and how long it is.
// All of them expire when nobody writes any more.
//
// A count is written at least once: if the bolt dies between the transaction and the ack, it is written again.
package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/gomodule/redigo/redis"

	"github.com/stormflux/stormflux/component"
)

func main() {
	component.RunBolt(&ranker{})
}

type ranker struct {
	pool    *redis.Pool
	key     string
	size    int
	slots   int
	slot    time.Duration
	waiting []*component.Tuple // not yet in Redis
}

var (
	_ component.Preparer = (*ranker)(nil)
	_ component.Ticker   = (*ranker)(nil)
	_ component.Cleaner  = (*ranker)(nil)
)

func (r *ranker) Prepare(ctx *component.Context, _ *component.Collector) error {
	address, err := component.Setting(ctx, "redis.url", "redis://127.0.0.1:6379/0")
	if err != nil {
		return err
	}
	if r.key, err = component.Setting(ctx, "top-n.key", "top-n"); err != nil {
		return err
	}
	size, errSize := positive(ctx, "top-n.size", 20)
	slots, errSlots := positive(ctx, "top-n.slots", 6)
	seconds, errSeconds := positive(ctx, "top-n.slot-seconds", 10)
	if err := errors.Join(errSize, errSlots, errSeconds); err != nil {
		return err
	}
	r.size, r.slots, r.slot = size, slots, time.Duration(seconds)*time.Second
	where, err := url.Parse(address)
	if err != nil {
		return errors.New("setting \"redis.url\" is not a URL such as redis://127.0.0.1:6379/0") // it may hold a password
	}
	r.pool = &redis.Pool{MaxIdle: 1, Dial: func() (redis.Conn, error) {
		const timeout = 5 * time.Second
		return redis.DialURL(address, redis.DialConnectTimeout(timeout), redis.DialReadTimeout(timeout), redis.DialWriteTimeout(timeout))
	}}
	conn := r.pool.Get()
	defer conn.Close()
	if _, err := conn.Do("PING"); err != nil {
		return fmt.Errorf("asking Redis at %s (redis-server starts one here; the setting redis.url chooses another one): %w", where.Host, err)
	}
	ctx.Logger().Info(fmt.Sprintf("writes the top %d words of the last %d s to Redis at %s; to see them: go run -C examples/redis-top-n ./page",
		r.size, int(r.window().Seconds()), where.Host))
	return nil
}

func positive(ctx *component.Context, key string, usual int) (int, error) {
	n, err := component.Setting(ctx, key, usual)
	if err == nil && n < 1 {
		err = fmt.Errorf("setting %q is %d, it must be at least 1", key, n)
	}
	return n, err
}

func (r *ranker) window() time.Duration { return time.Duration(r.slots) * r.slot }

func (r *ranker) Execute(t *component.Tuple, _ *component.Collector) error {
	r.waiting = append(r.waiting, t)
	return nil
}

func (r *ranker) Tick(_ *component.Tuple, out *component.Collector) error {
	tuples := r.waiting
	r.waiting = nil
	err := r.write(tuples, time.Now())
	for _, t := range tuples {
		if err != nil {
			out.Fail(t)
		} else {
			out.Ack(t)
		}
	}
	return err
}

// write adds the counts of the tuples to the slot of a time, and renews the ranking.
func (r *ranker) write(tuples []*component.Tuple, now time.Time) error {
	conn := r.pool.Get()
	defer conn.Close()
	number := now.UnixNano() / int64(r.slot)
	current, top, about, seconds := r.slotKey(number), r.key+":top", r.key+":about", int(r.window().Seconds())
	commands := []redis.Args{{"MULTI"}}
	for _, t := range tuples {
		commands = append(commands, redis.Args{"ZINCRBY", current, t.Int(1), t.String(0)})
	}
	union := redis.Args{"ZUNIONSTORE", top, r.slots}
	for i := range r.slots {
		union = append(union, r.slotKey(number-int64(i)))
	}
	commands = append(commands,
		redis.Args{"EXPIRE", current, seconds},
		union,
		redis.Args{"ZREMRANGEBYRANK", top, 0, -r.size - 1},
		redis.Args{"EXPIRE", top, seconds},
		redis.Args{"HSET", about, "updated", now.UnixMilli(), "seconds", seconds},
		redis.Args{"EXPIRE", about, seconds})
	for _, c := range commands {
		if err := conn.Send(c[0].(string), c[1:]...); err != nil {
			return fmt.Errorf("writing to Redis: %w", err)
		}
	}
	replies, err := redis.Values(conn.Do("EXEC"))
	for _, reply := range replies { // each command can fail alone
		if fault, ok := reply.(redis.Error); ok {
			err = errors.Join(err, fault)
		}
	}
	if err != nil {
		return fmt.Errorf("writing to Redis: %w", err)
	}
	return nil
}

func (r *ranker) slotKey(number int64) string {
	return r.key + ":slot:" + strconv.FormatInt(number, 10)
}

func (r *ranker) Cleanup() error { return r.pool.Close() }
