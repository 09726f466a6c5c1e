package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
)

// patience is how long the checks wait for the cluster's first answer.
const patience = 15 * time.Second

// Cluster returns the checks of a cluster. storm is the release that a topology is compiled for because the user asked for
// it; the zero value is none.
func Cluster(conf nimbus.Config, storm settings.Version) []Check {
	conf.Retry.Times = -1
	conf.ConnectTimeout = 5 * time.Second
	conf.Notify = nil
	c := &cluster{conf: conf, storm: storm, now: time.Now, web: &http.Client{
		Timeout:       3 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	checks := []Check{
		{Name: "nimbus", Run: c.leader},
		{Name: "version", Run: c.version},
		{Name: "login", Run: c.login},
		{Name: "supervisors", Run: c.supervisors},
		{Name: "buffer", Run: c.buffer},
		{Name: "logviewer", Run: c.logviewers},
		{Name: "clock", Run: c.clocks},
	}
	for i := range checks {
		checks[i].Subject, checks[i].Timeout = "cluster", patience+10*time.Second
	}
	return checks
}

// cluster is a cluster that the checks ask once.
type cluster struct {
	conf  nimbus.Config
	storm settings.Version
	now   func() time.Time
	web   *http.Client

	once    sync.Once
	err     error
	address nimbus.Address // of the leader
	release string
	status  *nimbus.ClusterStatus
	nimbus  map[string]any // Nimbus's configuration; nil if it does not say

	webOnce sync.Once
	answers []answer // of the logviewers
}

// answer is what a logviewer answered.
type answer struct {
	address string
	err     error
	skew    time.Duration // how much its clock is ahead of ours
	dated   bool
}

// ask asks Nimbus once. The error is that of the first question.
func (c *cluster) ask(ctx context.Context) error {
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		client, err := nimbus.Connect(ctx, c.conf)
		if err != nil {
			c.err = err
			return
		}
		defer client.Close()
		c.address, c.release = client.Server()
		if c.status, c.err = client.ClusterStatus(ctx); c.err != nil {
			return
		}
		if text, err := client.NimbusConf(ctx); err == nil {
			_ = json.Unmarshal([]byte(text), &c.nimbus) // without it, the checks use Storm's defaults
		}
	})
	return c.err
}

func (c *cluster) leader(ctx context.Context) []Finding {
	err := c.ask(ctx)
	if failed := (*nimbus.Error)(nil); errors.As(err, &failed) {
		return failure(strings.Join(failed.Advice, "; "), "%s", failed.Reason)
	}
	if err != nil {
		return failure("", "%v", err)
	}
	return ok("%s leads", c.address)
}

func (c *cluster) version(ctx context.Context) []Finding {
	if c.ask(ctx) != nil {
		return nil
	}
	release, err := settings.ParseVersion(c.release)
	switch {
	case c.release == "":
		return ok("unknown: Storm before 1.0 does not say it")
	case err != nil:
		return warning("--storm-version names the release to check for", "%q is not a version of Storm", c.release)
	case !c.storm.IsZero() && (c.storm.Major != release.Major || c.storm.Minor != release.Minor):
		return warning("change storm of the environment, or --storm-version", "Storm %s, but the topology is for %s", release, c.storm)
	}
	return ok("Storm %s", release)
}

func (c *cluster) login(ctx context.Context) []Finding {
	if c.ask(ctx) != nil {
		return nil // the first check has said so
	}
	security := c.conf.Security
	if security.TLS != nil {
		return ok("TLS, as %s says", source(security.TLS.From))
	}
	login := security.Auth
	kind := map[nimbus.AuthKind]string{nimbus.DigestAuth: "DIGEST-MD5", nimbus.PlainAuth: "PLAIN", nimbus.KerberosAuth: "Kerberos"}[login.Kind]
	if kind == "" {
		return ok("none: everybody who reaches Nimbus may submit")
	}
	if who := login.User + login.Principal; who != "" {
		return ok("%s as %s, from %s", kind, who, source(login.From))
	}
	return ok("%s, from %s", kind, source(login.From))
}

func source(from string) string {
	if from == "" {
		return "storm.yaml"
	}
	return from
}

func (c *cluster) supervisors(ctx context.Context) []Finding {
	if c.ask(ctx) != nil {
		return nil
	}
	all, used := c.status.Slots()
	n := len(c.status.Supervisors)
	switch {
	case n == 0:
		return failure("start a Supervisor", "none has reported to Nimbus: topologies are accepted, but do not run")
	case used >= all:
		return warning("kill a topology, give topologies fewer workers, or add Supervisors", "%d, and all of their %d slots are in use", n, all)
	}
	return ok("%d, with %d of %d slots free", n, all-used, all)
}

// chunk is what an upload sends at once, with Thrift's frame around it.
const chunk = 301 << 10

func (c *cluster) buffer(ctx context.Context) []Finding {
	if c.ask(ctx) != nil {
		return nil
	}
	limit := c.number("nimbus.thrift.max_buffer_size")
	if c.conf.Security.TLS != nil || c.conf.Security.Auth.Kind != nimbus.NoAuth {
		return ok("without a limit, because there is a login")
	}
	if limit < chunk {
		return failure("raise nimbus.thrift.max_buffer_size of Nimbus to 1048576 or more", "Nimbus takes messages of %d bytes at most: the parts of a jar have 300 KiB", limit)
	}
	return ok("Nimbus takes messages of %d KiB", limit>>10)
}

// number returns a number of Nimbus's configuration, else Storm's default.
func (c *cluster) number(key string) int {
	if n, ok := c.nimbus[key].(float64); ok {
		return int(n)
	}
	return settings.Default[int](key)
}

// logs asks the logviewers of the Supervisors once, at the same time.
func (c *cluster) logs(ctx context.Context) []answer {
	c.webOnce.Do(func() {
		var hosts []string
		for _, s := range c.status.Supervisors {
			hosts = append(hosts, s.Host)
		}
		slices.Sort(hosts)
		hosts = slices.Compact(hosts)
		c.answers = make([]answer, len(hosts))
		var group sync.WaitGroup
		for i, host := range hosts {
			group.Go(func() {
				c.answers[i] = c.askLogviewer(ctx, net.JoinHostPort(host, strconv.Itoa(c.number("logviewer.port"))))
			})
		}
		group.Wait()
	})
	return c.answers
}

func (c *cluster) askLogviewer(ctx context.Context, address string) answer {
	a := answer{address: address}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		a.err = err
		return a
	}
	begin := c.now()
	response, err := c.web.Do(request)
	if err != nil {
		a.err = err
		return a
	}
	response.Body.Close()
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		end := c.now()
		a.dated, a.skew = true, date.Sub(begin.Add(end.Sub(begin)/2))
	}
	return a
}

func (c *cluster) logviewers(ctx context.Context) []Finding {
	if c.ask(ctx) != nil || len(c.status.Supervisors) == 0 {
		return nil
	}
	var found []Finding
	answers := c.logs(ctx)
	for _, a := range answers {
		if a.err != nil {
			found = append(found, warning("run \"storm logviewer\" on that host, or open its port", "%s does not answer: no logs of its workers over HTTP", a.address)...)
		}
	}
	if len(found) == 0 {
		return ok("%d of %d hosts answer", len(answers), len(answers))
	}
	return found
}

// tolerated is the difference of clocks that confuses nobody; an HTTP date has whole seconds. Kerberos allows five minutes.
const tolerated = 30 * time.Second

func (c *cluster) clocks(ctx context.Context) []Finding {
	if c.ask(ctx) != nil {
		return nil
	}
	var found []Finding
	known := false
	for _, a := range c.logs(ctx) {
		if known = known || a.dated; a.dated && a.skew.Abs() > tolerated {
			direction := "ahead of"
			if a.skew < 0 {
				direction = "behind"
			}
			found = append(found, warning("set the clocks of both by NTP", "the clock of %s is %s %s this machine's", a.address, a.skew.Abs().Round(time.Second), direction)...)
		}
	}
	if len(found) == 0 && known {
		return ok("the clocks agree")
	}
	return found
}
