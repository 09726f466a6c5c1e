package devcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Daemon is one of the programs of a cluster.
type Daemon string

// The daemons of a cluster. The UI and the logviewer need [WebappLibrary].
const (
	ZooKeeper  Daemon = "zookeeper"
	Nimbus     Daemon = "nimbus"
	Supervisor Daemon = "supervisor"
	UI         Daemon = "ui"
	Logviewer  Daemon = "logviewer"
)

// classes are the main classes of Storm's daemons, and the memory that each of them needs.
var classes = map[Daemon]struct{ heap, class string }{
	Nimbus:     {"-Xmx256m", "org.apache.storm.daemon.nimbus.Nimbus"},
	Supervisor: {"-Xmx192m", "org.apache.storm.daemon.supervisor.Supervisor"},
	UI:         {"-Xmx256m", "org.apache.storm.daemon.ui.UIServer"},
	Logviewer:  {"-Xmx128m", "org.apache.storm.daemon.logviewer.LogviewerServer"},
}

// Java describes how a daemon starts. The zero value is its usual start.
type Java struct {
	Name      string   // of its log; "" means the daemon's
	Flags     []string // more flags of java
	Classpath []string // searched before Storm's own jars
	Options   string   // more entries of the configuration, as `storm -c` passes them on
}

// Command returns the arguments of java for a daemon, as in Storm's own command. Its logs go to its standard output.
func (h Home) Command(d Daemon, java Java) []string {
	lib := func(library Library) string { return filepath.Join(h.Dir, string(library), "*") }
	if d == ZooKeeper {
		return slices.Concat([]string{"-Xmx64m"}, javaFlags, []string{
			"-Dzookeeper.admin.enableServer=false", "-cp", lib(ZooKeeperLibrary),
			"org.apache.zookeeper.server.ZooKeeperServerMain", filepath.Join(h.ConfDir(), "zoo.cfg"),
		})
	}
	main, ok := classes[d]
	if !ok {
		panic(fmt.Sprintf("devcluster: %q is no daemon", d))
	}
	if java.Name == "" {
		java.Name = string(d)
	}
	path := slices.Concat(java.Classpath, []string{h.Dir, lib(DaemonLibrary), lib("extlib"), lib("extlib-daemon")})
	if d == UI || d == Logviewer {
		path = append(path, lib(WebappLibrary))
	}
	path = append(path, h.ConfDir())
	return slices.Concat([]string{main.heap}, javaFlags, java.Flags, []string{
		"-Dstorm.home=" + h.Dir,
		"-Dstorm.log.dir=" + h.LogDir(),
		"-Dstorm.conf.file=",
		"-Dstorm.options=" + java.Options,
		"-Djava.library.path=",
		"-Dlogfile.name=" + java.Name + ".log",
		"-Dlog4j2.configurationFile=" + filepath.Join(h.Dir, "log4j2", "cluster.xml"),
		"-cp", strings.Join(path, string(os.PathListSeparator)),
		main.class,
	})
}
