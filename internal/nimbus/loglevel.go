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

// Debug turns the logging of tuples on or off. It logs a percentage (0 to 100) of the tuples of one component or, for
// "", of all. The topology needs event loggers (topology.eventlogger.executors), or nothing is logged.
func (c *Client) Debug(ctx context.Context, name, component string, enable bool, percentage float64) error {
	return c.byName(ctx, name, tell(ctx, c, "debug", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.Debug(ctx, name, component, enable, percentage)
	}))
}
