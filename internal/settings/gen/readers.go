package main

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A reader finds out which keys only daemons read, from their own storm.yaml. It is sure of a key only when every place in
// the sources that names the key is a daemon's, in every release since 2.0: what it cannot tell may read the topology's
// configuration.
type reader struct {
	worker    map[string]bool // keys that the configuration of a topology can have an effect on
	component map[string]bool // keys that a component keeps
}

var (
	source     = regexp.MustCompile(`^(storm-client/src/jvm|(storm-server|storm-webapp|storm-core|storm-clojure)/src/(main|jvm)|(external|flux|sql)/.*/src/(main|jvm))/.*\.java$`)
	classFile  = regexp.MustCompile(`^storm-(core|client|server)/src/(jvm|main/java)/(backtype|org/apache)/storm/(Daemon)?Config\.java$`)
	naming     = regexp.MustCompile(`\b(?:Daemon)?Config\.([A-Z][A-Z0-9_]+)\b`)
	topologys  = regexp.MustCompile(`(?i)((topo|topology|top|storm|merged|total|overrides?)_?Conf|td\.getConf\(\)|topologyDetails\.getConf\(\)|getTopoConf\(\))`)
	kept       = regexp.MustCompile(`keysToRemove\.remove\(Config\.(\w+)\)`)
	workersOwn = regexp.MustCompile(`\bconf\s*\.\s*get(OrDefault)?\s*\($`)
	ofServer   = regexp.MustCompile(`\.threads$|\.queue\.size$|\.tls\.server\.`) // a client does not ask for these
)

// daemonFiles are files whose configuration is a daemon's own, whatever the map is called.
var daemonFiles = map[string]bool{
	"LogviewerLogSearchHandler.java":           true, // stormConf is the logviewer's
	"MetricsUtils.java":                        true, // topoConf is a daemon's in Storm 2.0
	"JmxPreparableReporter.java":               true, // the same
	"CsvPreparableReporter.java":               true, // the same
	"ConsolePreparableReporter.java":           true, // the same
	"PrometheusPreparableReporter.java":        true, // a reporter of daemons, although it is outside of storm-server
	"ResourceAuthorizer.java":                  true, // stormConf is the logviewer's
	"SupervisorUtils.java":                     true, // stormConf is the supervisor's
	"ThriftNettyServerCodec.java":              true, // topoConf is Pacemaker's
	"HdfsOciResourcesLocalizer.java":           true, // of supervisors
	"HdfsManifestToResourcesPlugin.java":       true, // the same
	"LocalOrHdfsImageTagToManifestPlugin.java": true, // the same
}

// daemonClasses are files of storm-client that only daemons use.
var daemonClasses = map[string]bool{
	"AdvancedFSOps.java":                  true, // of supervisors
	"BlobStoreAclHandler.java":            true, // of the blob stores of Nimbus and supervisors
	"ClientSupervisorUtils.java":          true, // of supervisors
	"ImpersonationAuthorizer.java":        true, // authorizers belong to Thrift servers
	"LocalAssignmentsBackendFactory.java": true, // of Nimbus
	"SimpleACLAuthorizer.java":            true,
	"SupervisorSimpleACLAuthorizer.java":  true,
	"ReflectionUtils.java":                true, // Nimbus's list of schedulers
}

// daemonUses are single keys of such files.
var daemonUses = map[string][]string{
	"BasicContainer.java":  {"worker.gc.childopts"},                                                         // what the supervisor uses if the topology sets no topology.worker.gc.childopts
	"ClientAuthUtils.java": {"nimbus.autocredential.plugins.classes", "nimbus.credential.renewers.classes"}, // Nimbus asks for them
	"Utils.java": {"supervisor.worker.version.classpath.map", "supervisor.worker.version.main.map",
		"supervisor.worker.version.logwriter.map"}, // a supervisor starts a worker with them
}

func (r *reader) read(ctx context.Context, repo repository, rel release, names map[string]string) error {
	files, err := repo.files(ctx, rel.ref, func(p string) bool { return source.MatchString(p) && !classFile.MatchString(p) })
	if err != nil {
		return err
	}
	for p, text := range files {
		if !strings.Contains(text, "Config.") {
			continue
		}
		text = withoutComments(text)
		for _, m := range naming.FindAllStringSubmatchIndex(text, -1) {
			before := text[:m[0]]
			before = before[strings.LastIndexAny(before, ";{}")+1:]
			if key, ok := names[text[m[2]:m[3]]]; ok && !ofDaemon(p, before, key) {
				r.worker[key] = true
			}
		}
		if path.Base(p) != "Executor.java" {
			continue
		}
		for _, m := range kept.FindAllStringSubmatch(text, -1) {
			r.component[names[m[1]]] = true
		}
	}
	return nil
}

// ofDaemon reports whether a daemon reads the key from its own configuration. before is the statement up to the key.
func ofDaemon(file, before, key string) bool {
	base := path.Base(file)
	switch {
	case daemonFiles[base] || slices.Contains(daemonUses[base], key):
		return true
	case topologys.MatchString(before):
		return false
	case base == "Worker.java": // conf is the supervisor's storm.yaml there, topologyConf holds the topology's
		return workersOwn.MatchString(before)
	case base == "ThriftConnectionType.java":
		return ofServer.MatchString(key)
	}
	return daemonClasses[base] || !strings.HasPrefix(file, "storm-client/") && !strings.HasPrefix(file, "external/") &&
		!strings.HasPrefix(file, "flux/") && !strings.HasPrefix(file, "sql/")
}
