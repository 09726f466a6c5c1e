package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/jvm"
)

// Needs are what the components of a topology need of this machine: for each tool, who needs it ("bolt \"split\""). The
// zero value stands for no topology.
type Needs struct {
	Go       []string // to build
	Python   []string
	Java     []string
	Maven    []string
	Programs map[string][]string // by the name of the program
}

// tool is a program that some work needs.
type tool struct {
	name     string
	programs []string // the first one that is there counts
	version  []string // its arguments to print its version
	major    int      // the oldest version that works
	minor    int
	use      string // what needs it
	fix      string
	users    []string // who of a topology needs it
	absent   Level    // how bad it is that it is missing, if somebody needs it
}

// tools is the table of the tools of this machine.
func tools(needs Needs) []tool {
	python := []string{"python3", "python"}
	if runtime.GOOS == "windows" {
		python = []string{"python", "python3"}
	}
	return []tool{
		{
			name: "go", programs: []string{"go"}, version: []string{"version"}, major: 1, minor: 26,
			use: "components in Go", fix: "install Go 1.26 or later: https://go.dev/dl", users: needs.Go, absent: Failure,
		},
		{
			name: "python", programs: python, version: []string{"--version"}, major: 3, minor: 9,
			use: "components in Python", fix: "install Python 3.9 or later: https://www.python.org/downloads", users: needs.Python, absent: Warning,
		},
		{
			name: "node", programs: []string{"node"}, version: []string{"--version"}, major: 20,
			use: "components in JavaScript", fix: "install Node.js 20 or later: https://nodejs.org", absent: Warning,
		},
		{
			name: "mvn", programs: []string{"mvn"}, version: []string{"--version"}, major: 3, minor: 6,
			use: "Maven coordinates and dev-cluster", fix: "install Maven 3.6 or later: https://maven.apache.org/download.cgi", users: needs.Maven, absent: Failure,
		},
	}
}

// Machine returns the checks of this machine. devDir is the folder of the cluster of `dev-cluster`.
func Machine(needs Needs, devDir string) []Check {
	var checks []Check
	for _, t := range tools(needs) {
		checks = append(checks, Check{Name: t.name, Run: t.check})
	}
	checks = append(checks, Check{Name: "java", Run: func(ctx context.Context) []Finding { return java(ctx, needs.Java) }})
	for _, name := range slices.Sorted(maps.Keys(needs.Programs)) {
		checks = append(checks, Check{Name: name, Run: func(context.Context) []Finding { return program(name, needs.Programs[name]) }})
	}
	checks = append(checks, Check{Name: "dev-cluster", Run: func(context.Context) []Finding { return devCluster(devDir) }})
	for i := range checks {
		checks[i].Subject = "machine"
	}
	return checks
}

func (t tool) check(ctx context.Context) []Finding {
	path := ""
	for _, name := range t.programs {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return t.missing("not found")
	}
	out, err := exec.CommandContext(ctx, path, t.version...).CombinedOutput()
	if err != nil {
		return t.missing(fmt.Sprintf("%s does not start: %v", path, err))
	}
	major, minor, text := versionIn(string(out))
	if text == "" {
		return ok("%s, of an unknown version", path)
	}
	if major < t.major || major == t.major && minor < t.minor {
		return t.missing(fmt.Sprintf("%s is too old: version %s", path, text))
	}
	return ok("version %s", text)
}

// missing says who needs a tool that does not work.
func (t tool) missing(what string) []Finding {
	if len(t.users) > 0 {
		return []Finding{{Level: t.absent, Text: fmt.Sprintf("%s; needed by %s", what, list(t.users)), Fix: t.fix}}
	}
	return warning(t.fix, "%s; needed by %s", what, t.use)
}

var versionNumber = regexp.MustCompile(`(\d+)\.(\d+)(\.\d+)?`)

// versionIn returns the first version in the output of a program.
func versionIn(text string) (major, minor int, version string) {
	found := versionNumber.FindStringSubmatch(text)
	if found == nil {
		return 0, 0, ""
	}
	major, _ = strconv.Atoi(found[1]) // digits, and too many of them are a new version
	minor, _ = strconv.Atoi(found[2])
	return major, minor, found[0]
}

func java(ctx context.Context, users []string) []Finding {
	const fix = "install Java 17 or later, or set JAVA_HOME"
	path, err := jvm.Find()
	version := 0
	if err == nil {
		version, err = jvm.Version(ctx, path)
	}
	switch {
	case err != nil && len(users) > 0:
		return warning(fix, "%v; needed to run %s", err, list(users))
	case err != nil:
		return warning(fix, "%v; needed by JVM components and dev-cluster", err)
	case version < 17:
		return warning(fix, "%s is version %d: Storm 2.8 needs 17", path, version)
	}
	return ok("version %d", version)
}

// program checks a program that commands of a topology name.
func program(name string, users []string) []Finding {
	path, err := exec.LookPath(name)
	if err != nil {
		return warning("install "+name+", or change the command", "not found; needed to run %s", list(users))
	}
	return ok("%s", path)
}

func devCluster(dir string) []Finding {
	c, err := devcluster.Open(dir)
	if errors.Is(err, devcluster.ErrNone) {
		return nil
	}
	if err != nil {
		return warning("delete the folder "+dir, "%v", err)
	}
	if ended := c.Ended(); len(ended) > 0 {
		return warning("\"stormflux dev-cluster logs\" shows why; \"stormflux dev-cluster up\" restarts it", "%s ended by itself", ended[0])
	}
	if len(c.Running()) == 0 {
		return ok("down")
	}
	return ok("Storm %s runs", c.Version())
}

// list names the first users of a tool.
func list(users []string) string {
	const most = 3
	if len(users) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(users[:most], ", "), len(users)-most)
	}
	return strings.Join(users, ", ")
}
