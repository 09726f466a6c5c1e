package devcluster

import (
	"crypto/rand"
	"errors"
	"os"
	"slices"
	"strings"
	"time"
)

// ErrSystem says that a cluster cannot run on this operating system.
var ErrSystem = errors.New("a Storm cluster runs on Linux and macOS only")

// pollInterval is the time between two checks of a condition, if there is no other way to wait for it.
const pollInterval = 25 * time.Millisecond

// Mark is in the environment of all processes of one cluster. Workers, and the programs that they start, inherit it. With
// it we find all of them again, and only them.
type Mark string

// NewMark returns the mark of a new cluster.
func NewMark() Mark { return Mark(rand.Text()) }

const markName = "STORMFLUX_CLUSTER"

func (m Mark) entry() string { return markName + "=" + string(m) }

// Environment returns this process's environment for the processes of the cluster, without the variables of another Storm.
func (m Mark) Environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STORM_") || strings.HasPrefix(entry, markName+"=")
	})
	return append(env, m.entry())
}
