package stormflux.runtime;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.storm.Config;
import org.apache.storm.task.TopologyContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the worker passes to a component, together with what the component's class configures itself. */
final class Configuration {
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);

    /** A worker takes no other settings of Storm from a component (Executor.normalizedComponentConf). */
    private static final List<String> COMPONENT_KEYS = Arrays.asList(
        "topology.debug", "topology.max.spout.pending", "topology.max.task.parallelism", "topology.transactional.id",
        "topology.tick.tuple.freq.secs", "topology.sleep.spout.wait.strategy.time.ms", "topology.spout.wait.strategy",
        "topology.bolts.window.length.count", "topology.bolts.window.length.duration.ms",
        "topology.bolts.window.sliding.interval.count", "topology.bolts.window.sliding.interval.duration.ms",
        "topology.bolts.tuple.timestamp.max.lag.ms", "topology.bolts.message.id.field.name", "topology.state.provider",
        "topology.state.provider.config", "topology.bolts.late.tuple.stream");

    /** The worker itself reads these before it prepares a component, so they have no effect here. */
    private static final List<String> WORKER_KEYS = Arrays.asList(
        "topology.debug", "topology.max.spout.pending", "topology.tick.tuple.freq.secs",
        "topology.sleep.spout.wait.strategy.time.ms", "topology.spout.wait.strategy");

    /** The JSON libraries of Storm's releases, the newest first: they decide whether a number is an Integer or a Long. */
    private static final List<String> JSON_LIBRARIES = Arrays.asList(
        "org.apache.storm.shade.net.minidev.json.JSONValue", "net.minidev.json.JSONValue",
        "org.apache.storm.shade.org.json.simple.JSONValue", "org.json.simple.JSONValue");

    private Configuration() {
    }

    /**
     * merge adds the configuration of a component's class. Storm does so when a topology is submitted. Whatever the
     * topology says about the component wins.
     */
    static Map<String, Object> merge(Map<String, Object> conf, TopologyContext context, Map<String, Object> own) {
        if (own == null || own.isEmpty()) {
            return conf;
        }
        String component = context.getThisComponentId();
        Map<String, Object> added = map(parse(print(own)));
        added.keySet().removeAll(map(parse(context.getComponentCommon(component).get_json_conf())).keySet());
        Set<String> ineffective = new HashSet<>(WORKER_KEYS);
        ineffective.retainAll(added.keySet());
        if (!ineffective.isEmpty()) {
            LOG.warn("The class of component {} sets {}. That has no effect unless the topology sets it.", component, ineffective);
        }
        added.keySet().removeAll(ignored());
        Map<String, Object> merged = new HashMap<>(conf);
        merged.putAll(added);
        return merged;
    }

    private static Set<String> ignored() {
        Set<String> keys = new HashSet<>();
        for (Field field : Config.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                try {
                    keys.add((String) field.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e); // getFields returns public fields
                }
            }
        }
        keys.removeAll(COMPONENT_KEYS);
        return keys;
    }

    static String print(Object value) {
        Object text = call("toJSONString", Object.class, value);
        return text != null ? (String) text : Json.write(value);
    }

    private static Object parse(String text) {
        if (text == null) {
            return null;
        }
        Object value = call("parse", String.class, text);
        return value != null ? value : Json.parse(text);
    }

    /** call returns null where Storm's JSON library is not there. */
    private static Object call(String method, Class<?> type, Object argument) {
        for (String library : JSON_LIBRARIES) {
            try {
                return Class.forName(library).getMethod(method, type).invoke(null, argument);
            } catch (ReflectiveOperationException e) {
                // the next one
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return json instanceof Map ? (Map<String, Object>) json : new HashMap<String, Object>();
    }
}
