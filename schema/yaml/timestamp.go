package yaml

import (
	"math"
	"regexp"
	"strconv"
	"time"
)

// Milliseconds returns the time of a scalar that SnakeYAML reads as a timestamp, in milliseconds since 1970-01-01 UTC, and
// whether v is one. Without a zone the time is in UTC. Parts out of range carry over, as in Java's Calendar (SnakeYAML 2.2,
// SafeConstructor.ConstructYamlTimestamp).
func (v *Value) Milliseconds() (int64, bool) {
	if v.Kind != String || v.Oddity != Timestamp {
		return 0, false
	}
	m := regexp.MustCompile(`^(\d+)-(\d+)-(\d+)(?:[Tt \t]+(\d+):(\d+):(\d+)(?:(\.\d*))?[ \t]*(?:Z|([-+])(\d+)(?::(\d+))?)?)?$`).FindStringSubmatch(v.Text)
	if m == nil {
		return 0, false
	}
	number := func(group int) int {
		n, _ := strconv.Atoi(m[group]) // digits, few of them, or nothing
		return n
	}
	seconds, _ := strconv.ParseFloat(m[6]+m[7], 64)
	whole := math.Floor(seconds)
	t := time.Date(number(1), time.Month(number(2)), number(3), number(4), number(5), int(whole), 0, time.UTC)
	zone := time.Duration(number(9))*time.Hour + time.Duration(number(10))*time.Minute
	if m[8] == "-" {
		zone = -zone
	}
	return t.Add(-zone).UnixMilli() + int64(math.Floor((seconds-whole)*1000+0.5)), true
}
