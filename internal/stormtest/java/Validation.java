package stormflux.judge;

import java.lang.reflect.Method;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.Config;
import org.apache.storm.DaemonConfig;
import org.apache.storm.daemon.StormCommon;
import org.apache.storm.daemon.nimbus.Nimbus;
import org.apache.storm.generated.InvalidTopologyException;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.nimbus.ITopologyValidator;
import org.apache.storm.shade.net.minidev.json.JSONValue;
import org.apache.storm.utils.ObjectReader;
import org.apache.storm.utils.ReflectionUtils;
import org.apache.storm.utils.ServerUtils;
import org.apache.storm.utils.SimpleVersion;
import org.apache.storm.utils.Utils;
import org.apache.storm.utils.VersionInfo;
import org.apache.storm.utils.WrappedInvalidTopologyException;
import org.apache.storm.validation.ConfigValidation;

/** Makes the checks that Nimbus makes before it runs a submission, without a cluster. */
final class Validation {
    private Validation() {
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parse(String json) {
        return (Map<String, Object>) JSONValue.parse(json);
    }

    /** Runs ConfigValidation on a topology configuration, which is parsed as Nimbus parses it. */
    static Object conf(String json) throws Refusal {
        return Refusal.of(() -> {
            ConfigValidation.validateTopoConf(parse(json));
            return "ok";
        });
    }

    private static Map<String, Object> nimbusConf(Question q) {
        Map<String, Object> conf = Utils.readDefaultConfig();
        if (q.has("nimbusConf")) {
            conf.putAll(parse(q.text("nimbusConf")));
        }
        return conf;
    }

    /** Returns the configuration and the topology after the additions of Nimbus. */
    private static final class Normal {
        Map<String, Object> topoConf;
        Map<String, Object> totalConf;
        StormTopology topology;
    }

    /** The steps of Nimbus.submitTopologyWithOpts from normalizeConf to normalizeTopology that need no cluster. */
    private static Normal normalize(Map<String, Object> conf, Map<String, Object> topoConf, StormTopology topology) throws Throwable {
        Normal normal = new Normal();
        normal.topoConf = call("normalizeConf", conf, topoConf, topology);
        String version = topology.get_storm_version();
        if (version == null) {
            version = (String) conf.getOrDefault(Config.SUPERVISOR_WORKER_DEFAULT_VERSION, VersionInfo.getVersion());
        }
        Map<SimpleVersion, List<String>> known = Collections.unmodifiableMap(Utils.getConfiguredClasspathVersions(conf, Collections.emptyList()));
        List<String> classpath = Utils.getCompatibleVersion(Utils.getConfiguredClasspathVersions(conf, Collections.emptyList()),
            new SimpleVersion(version), "classpath", null);
        if (classpath == null) {
            throw new WrappedInvalidTopologyException("Topology submitted with storm version " + version
                + " but could not find a configured compatible version to use " + known.keySet());
        }
        normal.totalConf = Utils.merge(conf, Utils.merge(Utils.getConfigFromClasspath(classpath, conf), normal.topoConf));
        normal.topology = call("normalizeTopology", normal.totalConf, topology);
        return normal;
    }

    /** Calls a private static method of Nimbus. */
    @SuppressWarnings("unchecked")
    private static <T> T call(String name, Object... args) throws Throwable {
        for (Method method : Nimbus.class.getDeclaredMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == args.length) {
                method.setAccessible(true);
                return (T) method.invoke(null, args);
            }
        }
        throw new NoSuchMethodException("Nimbus." + name);
    }

    /** Makes Nimbus's checks in order, except authorization, names in use, blobs and the Resource Aware Scheduler. */
    static Object submission(Question q) throws Refusal {
        StormTopology topology = Topologies.read(q.bytes("topology"), q.text("protocol"));
        Map<String, Object> conf = nimbusConf(q);
        String name = q.text("name");
        return Refusal.of(() -> {
            call("validateTopologyName", name);
            Map<String, Object> topoConf = parse(q.text("conf"));
            try {
                ConfigValidation.validateTopoConf(topoConf);
            } catch (IllegalArgumentException e) {
                throw new WrappedInvalidTopologyException(e.getMessage());
            }
            String validator = (String) conf.getOrDefault(DaemonConfig.NIMBUS_TOPOLOGY_VALIDATOR,
                "org.apache.storm.nimbus.DefaultTopologyValidator");
            ITopologyValidator own = ReflectionUtils.newInstance(validator);
            own.prepare(conf);
            own.validate(name, topoConf, topology);
            ServerUtils.validateTopologyWorkerMaxHeapSizeConfigs(topoConf, topology,
                ObjectReader.getDouble(conf.get(Config.TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB)));
            topoConf.put(Config.STORM_ID, name + "-1-1");
            topoConf.put(Config.TOPOLOGY_NAME, name);
            Normal normal = normalize(conf, topoConf, topology);
            StormCommon.systemTopology(normal.totalConf, normal.topology);
            call("validateTopologySize", normal.topoConf, conf, normal.topology);
            return "ok";
        });
    }

    /** Returns the component of each task id, as Storm numbers the tasks. */
    static Object taskIds(Question q) throws Refusal {
        StormTopology topology = Topologies.read(q.bytes("topology"), q.text("protocol"));
        Map<String, Object> conf = nimbusConf(q);
        return Refusal.of(() -> {
            Map<String, Object> topoConf = new HashMap<>(parse(q.text("conf")));
            topoConf.put(Config.STORM_ID, "topology-1-1");
            topoConf.putIfAbsent(Config.TOPOLOGY_NAME, "topology");
            Normal normal = normalize(conf, topoConf, topology);
            return new TreeMap<>(StormCommon.stormTaskInfo(normal.topology, normal.totalConf));
        });
    }
}
