package nimbus

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ in, out, err string }{
		{in: "nimbus", out: "nimbus"},
		{in: "nimbus:6627", out: "nimbus:6627"},
		{in: " 10.0.0.1:1 ", out: "10.0.0.1:1"},
		{in: "::1", out: "::1"},
		{in: "[::1]", out: "::1"},
		{in: "[::1]:6627", out: "[::1]:6627"},
		{in: "[fe80::1%eth0]:6627", err: `"fe80::1%eth0" is no IPv6 address`},
		{in: "2001:db8::1:6627:x", err: "an IPv6 address with a port needs brackets, as in [::1]:6627"},
		{in: "", err: "the host is missing"},
		{in: ":6627", err: "the host is missing"},
		{in: "a:", err: "the port is missing"},
		{in: "[::1]:", err: "the port is missing"},
		{in: "[::1", err: "the brackets do not match"},
		{in: "[::1]x", err: "the brackets do not match"},
		{in: "a:0", err: "a port is a number from 1 to 65535"},
		{in: "a:65536", err: "a port is a number from 1 to 65535"},
		{in: "a:http", err: "a port is a number from 1 to 65535"},
		{in: "http://a:8080", err: "Nimbus speaks Thrift, not http"},
		{in: "a b", err: "a host has no spaces or slashes"},
	} {
		a, err := ParseAddress(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), ": "+c.err+"; want HOST[:PORT]") {
				t.Errorf("%q: %v", c.in, err)
			}
			continue
		}
		if err != nil || a.String() != c.out {
			t.Errorf("%q: %s, %v", c.in, a, err)
		}
	}
}

func TestConfigOf(t *testing.T) {
	got, err := ConfigOf(map[string]any{
		"nimbus.seeds": []any{"a", "[::1]:7"}, "nimbus.thrift.port": 6628, "storm.thrift.socket.timeout.ms": json.Number("1500"),
		"storm.nimbus.retry.times": int64(0), "storm.nimbus.retry.interval.millis": 10.0, "storm.nimbus.retry.intervalceiling.millis": uint64(20),
		"nimbus.thrift.max_buffer_size": 99, "storm.doAsUser": "bob", "storm.zookeeper.topology.auth.payload": "u:p",
		"storm.thrift.transport": "org.apache.storm.security.auth.SimpleTransportPlugin", "other": 1,
	})
	want := Config{
		Seeds: []Address{{"a", 0}, {"::1", 7}}, Port: 6628, CallTimeout: 1500 * time.Millisecond, MaxFrameSize: 99, AsUser: "bob", ZooKeeperPayload: "u:p",
		Retry: Retry{Times: -1, Interval: 10 * time.Millisecond, Ceiling: 20 * time.Millisecond},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = ConfigOf(nil); err != nil || !reflect.DeepEqual(got, Config{Retry: Retry{Times: 5}}) {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = ConfigOf(map[string]any{"nimbus.host": "old"})
	if err != nil || len(got.Seeds) != 1 || got.Seeds[0].Host != "old" ||
		got.SeedsRemark != "nimbus.host is the setting of Storm before 1.0, and there is no nimbus.seeds: asking old" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = ConfigOf(map[string]any{"nimbus.host": "old", "nimbus.seeds": []any{"new"}})
	if err != nil || len(got.Seeds) != 1 || got.Seeds[0].Host != "new" || got.SeedsRemark != "" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, c := range []struct {
		key   string
		value any
		err   string
	}{
		{"nimbus.host", "a:x", `nimbus.host: "a:x" is not a Nimbus address: a port is a number from 1 to 65535; want HOST[:PORT]`},
		{"nimbus.seeds", []any{1}, "nimbus.seeds: want a list of texts, not [1]"},
		{"nimbus.seeds", []any{"a:x"}, `nimbus.seeds: "a:x" is not a Nimbus address: a port is a number from 1 to 65535; want HOST[:PORT]`},
		{"nimbus.thrift.port", "x", "nimbus.thrift.port: want a whole number, not x"},
		{"nimbus.thrift.port", 70000, "nimbus.thrift.port: a port is a number from 1 to 65535, not 70000"},
		{"storm.thrift.socket.timeout.ms", -1, "storm.thrift.socket.timeout.ms: want milliseconds, not -1"},
		{"storm.nimbus.retry.times", 1.5, "storm.nimbus.retry.times: want a whole number, not 1.5"},
		{"storm.doAsUser", 1, "storm.doAsUser: want text, not 1"},
		{"nimbus.thrift.client.use.tls", "yes", "nimbus.thrift.client.use.tls: want true or false, not yes"},
		{"nimbus.thrift.transport", "a.b.KerberosSaslTransportPlugin", "nimbus.thrift.transport: KerberosSaslTransportPlugin needs credentials: name a login configuration with a section StormClient as java.security.auth.login.config"},
		{"storm.thrift.transport", "a.b.OwnPlugin", "storm.thrift.transport: OwnPlugin is not a transport that is known; known transports: SimpleTransportPlugin, DigestSaslTransportPlugin, PlainSaslTransportPlugin, KerberosSaslTransportPlugin"},
	} {
		if _, err := ConfigOf(map[string]any{c.key: c.value}); err == nil || err.Error() != c.err {
			t.Errorf("%s: %v", c.key, err)
		}
	}
}

// decodeLines stands for a YAML decoder.
func decodeLines(text []byte) (map[string]any, error) {
	values := map[string]any{}
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return nil, errors.New("not YAML")
		}
		values[key] = value
	}
	return values, nil
}

func TestLoadStormConf(t *testing.T) {
	home, confDir, installed := t.TempDir(), t.TempDir(), t.TempDir()
	write := func(text string, path ...string) string {
		file := filepath.Join(path...)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	user := write("who: user\na: 1", home, ".storm", "storm.yaml")
	ofDir := write("who: dir", confDir, "storm.yaml")
	ofHome := write("who: installed", installed, "conf", "storm.yaml")
	command := write("", installed, "bin", "storm")
	write("[other]\nX=1\n[environment]\n# c\nA = 1\nB: b=c\n", confDir, "storm_env.ini")
	other := write("who: other", t.TempDir(), "other.yaml")
	empty := t.TempDir()
	absent := filepath.Join(empty, "absent")
	broken := write("broken", t.TempDir(), "storm.yaml")

	for _, c := range []struct {
		name    string
		env     map[string]string
		home    string
		file    string
		onPath  bool
		options map[string]any
		want    map[string]any
		read    string
		environ map[string]string
		lacking string
		err     string
	}{
		{name: "user's beats all", env: map[string]string{"STORM_CONF_DIR": confDir, "STORM_HOME": installed}, home: home, onPath: true,
			want: map[string]any{"who": "user", "a": "1"}, read: user, environ: map[string]string{"A": "1", "B": "b=c"}},
		{name: "STORM_CONF_DIR", env: map[string]string{"STORM_CONF_DIR": confDir, "STORM_HOME": installed}, home: confDir,
			want: map[string]any{"who": "dir"}, read: ofDir, environ: map[string]string{"A": "1", "B": "b=c"}},
		{name: "empty STORM_CONF_DIR hides the installation's", env: map[string]string{"STORM_CONF_DIR": empty, "STORM_HOME": installed}, want: map[string]any{},
			lacking: "STORM_CONF_DIR names " + filepath.ToSlash(empty) + ", which has no storm.yaml"},
		{name: "absent STORM_CONF_DIR", env: map[string]string{"STORM_CONF_DIR": absent}, want: map[string]any{},
			lacking: "STORM_CONF_DIR names " + filepath.ToSlash(absent) + ", which does not exist"},
		{name: "STORM_HOME without a configuration", env: map[string]string{"STORM_HOME": empty}, want: map[string]any{},
			lacking: "STORM_HOME names " + filepath.ToSlash(empty) + ", which has no conf/storm.yaml"},
		{name: "absent STORM_HOME", env: map[string]string{"STORM_HOME": absent}, home: home, want: map[string]any{"who": "user", "a": "1"}, read: user},
		{name: "STORM_HOME", env: map[string]string{"STORM_HOME": installed}, want: map[string]any{"who": "installed"}, read: ofHome},
		{name: "storm on the PATH", onPath: true, want: map[string]any{"who": "installed"}, read: ofHome},
		{name: "none", options: map[string]any{"b": 1}, want: map[string]any{"b": 1}},
		{name: "options", home: home, options: map[string]any{"a": []any{"x"}}, want: map[string]any{"who": "user", "a": []any{"x"}}, read: user},
		{name: "file", home: home, file: other, want: map[string]any{"who": "other"}, read: other},
		{name: "missing file", home: home, file: filepath.Join(home, "no.yaml"), err: "reading " + filepath.Join(home, "no.yaml") + ": "},
		{name: "broken", env: map[string]string{"STORM_CONF_DIR": filepath.Dir(broken)}, err: "reading " + broken + ": not YAML"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf, err := LoadStormConf(StormConfOptions{
				Decode: decodeLines, File: c.file, Options: c.options,
				Getenv: func(name string) string { return c.env[name] },
				UserHomeDir: func() (string, error) {
					if c.home == "" {
						return "", errors.New("no home")
					}
					return c.home, nil
				},
				LookPath: func(string) (string, error) {
					if !c.onPath {
						return "", errors.New("not found")
					}
					return command, nil
				},
			})
			if c.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.err) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if conf.File != c.read && !sameFile(conf.File, c.read) || !reflect.DeepEqual(conf.Values, c.want) || !maps.Equal(conf.Environment, c.environ) {
				t.Errorf("%+v", conf)
			}
			if conf.Lacking != c.lacking {
				t.Errorf("lacking: %q", conf.Lacking)
			}
		})
	}
}

// sameFile compares paths of which one may go through a symbolic link.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}

func TestBackoff(t *testing.T) {
	none := func(int64) int64 { return 0 }
	full := func(n int64) int64 { return n - 1 }
	r := Retry{Times: 5, Interval: 2 * time.Second, Ceiling: 60 * time.Second}
	for n, want := range []time.Duration{2001, 2002, 2004, 2008, 2016} {
		if got := r.backoff(n, none); got != want*time.Millisecond {
			t.Errorf("retry %d: %s", n, got)
		}
	}
	if got := r.backoff(4, full); got != 2031*time.Millisecond {
		t.Errorf("with jitter: %s", got)
	}
	// Past the threshold, which is 9 (2^(9+1) is not less than half of 2000), in steps of 372.
	r = Retry{Times: 13, Interval: 0, Ceiling: 2 * time.Second}
	for _, c := range []struct{ retry, millis int }{{8, 256}, {9, 512}, {10, 884}, {12, 1628}, {13, 2000}, {99, 2000}} {
		if got := r.backoff(c.retry, none); got != time.Duration(c.millis)*time.Millisecond {
			t.Errorf("retry %d: %s", c.retry, got)
		}
	}
	before := time.Duration(0)
	for n := range 20 {
		now := r.backoff(n, full)
		if now < before || now > r.Ceiling {
			t.Errorf("retry %d: %s after %s", n, now, before)
		}
		before = now
	}
	if got := (Retry{Times: 1, Interval: time.Second, Ceiling: time.Millisecond}).backoff(3, full); got > time.Second {
		t.Errorf("a ceiling below the interval: %s", got)
	}
}
