package nimbus

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/stormflux/stormflux/internal/settings"
)

// Config is how to reach a cluster. Zero values are Storm's defaults, or this package's where Storm has none.
type Config struct {
	// Seeds are the Nimbuses to ask for the leader, in order. None: localhost.
	Seeds []Address

	// Port is for seeds without one. 0: 6627, nimbus.thrift.port's default.
	Port int

	// LeaderOverride is the address to dial instead of the one that the leader advertises (its storm.local.hostname). A
	// client outside the cluster's network may be unable to resolve or reach that. With an override, the client asks no
	// seed.
	LeaderOverride Address

	// Security is how the client and Nimbus prove who they are.
	Security Security

	// Transport carries the messages. nil: the one that Security needs.
	Transport Transport

	// CallTimeout bounds one call from its first byte to the end of its answer. 0: 10 minutes, the default of
	// storm.thrift.socket.timeout.ms.
	CallTimeout time.Duration

	// ConnectTimeout bounds two steps, each on its own: opening a connection, and asking it who leads. Storm uses the
	// call timeout for both, so that a port that accepts and stays silent costs 10 minutes. 0: 20 seconds.
	ConnectTimeout time.Duration

	// Retry is how often and how fast the client tries again to open a connection.
	Retry Retry

	// MaxFrameSize is nimbus.thrift.max_buffer_size in bytes as this client knows it. It counts only until the server
	// has answered with its own, or where the server refuses to. 0: 1 MiB.
	MaxFrameSize int

	// AsUser is storm.doAsUser: the user to act as. Transports without an identity ([Plain]) ignore it, as Storm does.
	AsUser string

	// ZooKeeperPayload is storm.zookeeper.topology.auth.payload, if the client's configuration has one. Otherwise each
	// submission makes its own.
	ZooKeeperPayload string

	// SeedsFrom is where the user has written the seeds or LeaderOverride, such as the name of a flag. "": in nimbus.seeds.
	SeedsFrom string

	// SeedsRemark says where the seeds come from, if that needs a word. Notify gets it before the first connection.
	SeedsRemark string

	// Notify, if set, gets one line for everything that delays a call: a retry, or the turn to another seed.
	Notify func(remark string)
}

// Retry is the policy of StormBoundedExponentialBackoffRetry.
type Retry struct {
	Times    int           // storm.nimbus.retry.times; 0: 5, negative: none
	Interval time.Duration // storm.nimbus.retry.interval.millis; 0: 2 s
	Ceiling  time.Duration // storm.nimbus.retry.intervalceiling.millis; 0: 60 s
}

const defaultConnectTimeout = 20 * time.Second

func (c Config) withDefaults() Config {
	setMillis := func(d *time.Duration, key string) {
		if *d == 0 {
			*d = settings.Default[time.Duration](key) * time.Millisecond
		}
	}
	setMillis(&c.CallTimeout, "storm.thrift.socket.timeout.ms")
	setMillis(&c.Retry.Interval, "storm.nimbus.retry.interval.millis")
	setMillis(&c.Retry.Ceiling, "storm.nimbus.retry.intervalceiling.millis")
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = defaultConnectTimeout
	}
	if c.Retry.Times == 0 {
		c.Retry.Times = settings.Default[int]("storm.nimbus.retry.times")
	}
	if c.Port == 0 && c.Security.TLS == nil { // with TLS, Storm's default is no port
		c.Port = settings.Default[int]("nimbus.thrift.port")
	}
	if len(c.Seeds) == 0 {
		for _, host := range settings.Default[[]string]("nimbus.seeds") {
			c.Seeds = append(c.Seeds, Address{Host: host})
		}
	}
	if c.MaxFrameSize == 0 {
		c.MaxFrameSize = settings.Default[int]("nimbus.thrift.max_buffer_size")
	}
	if c.Notify == nil {
		c.Notify = func(string) {}
	}
	return c
}

// ConfigOf returns what a client's Storm configuration ([StormConf.Values]) says about connections. A value of the wrong
// type, and a transport that is not known, is an error that names the key. The files that it names are read by [Connect].
func ConfigOf(values map[string]any) (Config, error) {
	var c Config
	r := confReader{values: values}
	for _, s := range r.texts("nimbus.seeds") {
		address, err := ParseAddress(s)
		if err != nil {
			return c, fmt.Errorf("nimbus.seeds: %w", err)
		}
		c.Seeds = append(c.Seeds, address)
	}
	if host := r.text("nimbus.host"); host != "" && len(c.Seeds) == 0 && r.err == nil {
		// Storm before 1.0 knows no nimbus.seeds.
		address, err := ParseAddress(host)
		if err != nil {
			return c, fmt.Errorf("nimbus.host: %w", err)
		}
		c.Seeds = []Address{address}
		c.SeedsRemark = fmt.Sprintf("nimbus.host is the setting of Storm before 1.0, and there is no nimbus.seeds: asking %s", address)
	}
	port, timeout := "nimbus.thrift.port", "storm.thrift.socket.timeout.ms"
	if r.boolean("nimbus.thrift.client.use.tls") {
		port, timeout = "nimbus.thrift.tls.port", "storm.thrift.tls.socket.timeout.ms"
	}
	if c.Port = r.integer(port, 0); r.err == nil && (c.Port < 0 || c.Port > 65535) {
		return c, fmt.Errorf("%s: a port is a number from 1 to 65535, not %d", port, c.Port)
	}
	c.CallTimeout = r.millis(timeout)
	c.Retry.Interval = r.millis("storm.nimbus.retry.interval.millis")
	c.Retry.Ceiling = r.millis("storm.nimbus.retry.intervalceiling.millis")
	if c.Retry.Times = r.integer("storm.nimbus.retry.times", settings.Default[int]("storm.nimbus.retry.times")); c.Retry.Times == 0 {
		c.Retry.Times = -1
	}
	c.MaxFrameSize = r.integer("nimbus.thrift.max_buffer_size", 0)
	c.AsUser = r.text("storm.doAsUser")
	if payload := r.text("storm.zookeeper.topology.auth.payload"); zooKeeperPayload().MatchString(payload) {
		c.ZooKeeperPayload = payload
	}
	security, err := securityOf(&r)
	if err == nil {
		err = r.err
	}
	c.Security = security
	return c, err
}

// confReader reads typed values out of a configuration and keeps the first error.
type confReader struct {
	values map[string]any
	err    error
}

func (r *confReader) wrong(key, want string, v any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: want %s, not %v", key, want, v)
	}
}

func (r *confReader) text(key string) string {
	switch v := r.values[key].(type) {
	case nil:
	case string:
		return v
	default:
		r.wrong(key, "text", v)
	}
	return ""
}

func (r *confReader) boolean(key string) bool {
	switch v := r.values[key].(type) {
	case nil:
	case bool:
		return v
	default:
		r.wrong(key, "true or false", v)
	}
	return false
}

// texts reads a list of strings; one string is a list of itself.
func (r *confReader) texts(key string) []string {
	switch v := r.values[key].(type) {
	case nil:
	case string:
		return []string{v}
	case []string:
		return slices.Clone(v)
	case []any:
		var texts []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				r.wrong(key, "a list of texts", v)
				return nil
			}
			texts = append(texts, s)
		}
		return texts
	default:
		r.wrong(key, "a list of texts", v)
	}
	return nil
}

func (r *confReader) integer(key string, absent int) int {
	v, ok := r.values[key]
	if !ok || v == nil {
		return absent
	}
	n, ok := wholeNumber(v)
	if !ok || n > math.MaxInt32 || n < math.MinInt32 {
		r.wrong(key, "a whole number", v)
		return absent
	}
	return int(n)
}

func (r *confReader) millis(key string) time.Duration {
	n := r.integer(key, 0)
	if n < 0 {
		r.wrong(key, "milliseconds", n)
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

// wholeNumber takes every form in which decoders hand out integers.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	}
	return 0, false
}
