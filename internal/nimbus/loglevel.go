package nimbus

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// LogLevel is the level of a logger in a topology's workers.
type LogLevel struct {
	Logger  string // "ROOT" is the one of all
	Level   string // such as "DEBUG"
	Timeout time.Duration
	Until   time.Time // when the workers set the level back; zero: never
}

// LogLevels returns the levels that are set for a topology's workers, by their loggers.
func (c *Client) LogLevels(ctx context.Context, id string) ([]LogLevel, error) {
	config, err := ask(ctx, c, "getLogConfig", func(ctx context.Context, n *storm.NimbusClient) (*storm.LogConfig, error) {
		return n.GetLogConfig(ctx, id)
	})
	if err != nil {
		return nil, err
	}
	var levels []LogLevel
	for logger, l := range config.NamedLoggerLevel {
		level := LogLevel{Logger: logger, Level: l.GetTargetLogLevel(), Timeout: time.Duration(l.GetResetLogLevelTimeoutSecs()) * time.Second}
		if l.IsSetResetLogLevelTimeoutEpoch() {
			level.Until = time.UnixMilli(l.GetResetLogLevelTimeoutEpoch())
		}
		levels = append(levels, level)
	}
	slices.SortFunc(levels, func(a, b LogLevel) int { return strings.Compare(a.Logger, b.Logger) })
	return levels, nil
}

// SetLogLevels sets the levels of some loggers, and removes those of others. Loggers that are not mentioned keep theirs.
// Workers notice the change within half a minute. A level without a timeout stays in the workers when it is removed
// (LogConfigManager of Storm 2.8.3).
func (c *Client) SetLogLevels(ctx context.Context, id string, set []LogLevel, remove []string) error {
	config := &storm.LogConfig{NamedLoggerLevel: map[string]*storm.LogLevel{}}
	for _, l := range set {
		level, seconds := l.Level, int32(l.Timeout/time.Second)
		config.NamedLoggerLevel[l.Logger] = &storm.LogLevel{
			Action: storm.LogLevelAction_UPDATE, TargetLogLevel: &level, ResetLogLevelTimeoutSecs: &seconds,
		}
	}
	for _, logger := range remove {
		config.NamedLoggerLevel[logger] = &storm.LogLevel{Action: storm.LogLevelAction_REMOVE}
	}
	return tell(ctx, c, "setLogConfig", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.SetLogConfig(ctx, id, config)
	})
}

// Sampling is which part of the tuples the workers of a topology log, in percent; 0 is none.
type Sampling struct {
	Topology   float64            // of the components that have none of their own
	Components map[string]float64 // of those that [Client.Debug] has named, in the life of the topology
}

// Of returns the percentage of a component, or of all that have none of their own for "" (Task.sendToEventLogger of 2.8.3).
func (s Sampling) Of(component string) float64 {
	if own, ok := s.Components[component]; ok {
		return own
	}
	return s.Topology
}

// Sampling asks for the percentages of tuples that [Client.Debug] lets the workers log.
func (c *Client) Sampling(ctx context.Context, name string) (Sampling, error) {
	info, err := c.TopologyInfo(ctx, name)
	if err != nil {
		return Sampling{}, err
	}
	s := Sampling{Components: map[string]float64{}}
	for key, o := range info.ComponentDebug {
		percentage := 0.0
		if o.GetEnable() {
			percentage = min(o.GetSamplingpct(), 100)
		}
		if key == info.ID {
			s.Topology = percentage
		} else {
			s.Components[key] = percentage
		}
	}
	return s, nil
}

// Debug turns the logging of tuples on or off. It logs a percentage (0 to 100) of the tuples of one component or, for
// "", of all that Debug has not named. Nimbus adds the percentage to the one of the last time, also if that one is off
// (StormClusterStateImpl.updateStorm of 2.8.3), so [Client.Sampling] says what counts. The topology needs event loggers (topology.eventlogger.executors), or nothing is logged.
func (c *Client) Debug(ctx context.Context, name, component string, enable bool, percentage float64) error {
	return c.byName(ctx, name, tell(ctx, c, "debug", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.Debug(ctx, name, component, enable, percentage)
	}))
}
