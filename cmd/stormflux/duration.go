package main

import (
	"errors"
	"strconv"
	"time"
)

// durationFlag is a flag with a duration. Every command and the language read durations in one form: units, or a number of
// seconds.
type durationFlag time.Duration

func (d *durationFlag) Set(text string) error {
	parsed, err := parseDuration(text)
	*d = durationFlag(parsed)
	return err
}

// String returns "" for no duration: the help then shows no default.
func (d *durationFlag) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *durationFlag) Type() string { return "duration" }

func parseDuration(text string) (time.Duration, error) {
	if _, err := strconv.ParseUint(text, 10, 31); err == nil {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("give a duration, such as 30s or 1m30s, or a number of seconds")
	}
	return d, nil
}
