package stormflux.judge;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.storm.generated.ComponentCommon;
import org.apache.storm.generated.ComponentObject;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.generated.Grouping;
import org.apache.storm.generated.JavaObject;
import org.apache.storm.generated.JavaObjectArg;
import org.apache.storm.generated.SharedMemory;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.generated.StreamInfo;
import org.apache.storm.shade.net.minidev.json.JSONValue;
import org.apache.storm.utils.Utils;

/**
 * Writes a StormTopology as JSON, so that equal topologies have equal texts. Names are those of storm.thrift. Inputs are
 * a list, sorted by component and stream. JSON configuration is parsed as Storm parses it. Serialized Java objects have
 * the form of {@link ObjectDump}. A field that is not set is absent.
 */
final class CanonicalTopology {
    private CanonicalTopology() {
    }

    static Map<String, Object> of(StormTopology topology) {
        Map<String, Object> out = new LinkedHashMap<>();
        Map<String, Object> spouts = new LinkedHashMap<>();
        topology.get_spouts().forEach((id, spout) -> spouts.put(id, component("spout_object", spout.get_spout_object(), spout.get_common())));
        out.put("spouts", spouts);
        Map<String, Object> bolts = new LinkedHashMap<>();
        topology.get_bolts().forEach((id, bolt) -> bolts.put(id, component("bolt_object", bolt.get_bolt_object(), bolt.get_common())));
        out.put("bolts", bolts);
        Map<String, Object> states = new LinkedHashMap<>();
        topology.get_state_spouts().forEach((id, s) -> states.put(id, component("state_spout_object", s.get_state_spout_object(), s.get_common())));
        out.put("state_spouts", states);
        if (topology.is_set_worker_hooks()) {
            List<Object> hooks = new ArrayList<>();
            for (ByteBuffer hook : topology.get_worker_hooks()) {
                hooks.add(serialized(bytes(hook)));
            }
            out.put("worker_hooks", hooks);
        }
        if (topology.is_set_dependency_jars()) {
            out.put("dependency_jars", topology.get_dependency_jars());
        }
        if (topology.is_set_dependency_artifacts()) {
            out.put("dependency_artifacts", topology.get_dependency_artifacts());
        }
        if (topology.is_set_storm_version()) {
            out.put("storm_version", topology.get_storm_version());
        }
        if (topology.is_set_jdk_version()) {
            out.put("jdk_version", topology.get_jdk_version());
        }
        if (topology.is_set_component_to_shared_memory()) {
            Map<String, Object> shared = new LinkedHashMap<>();
            topology.get_component_to_shared_memory().forEach((id, names) -> shared.put(id, new ArrayList<>(new TreeSet<>(names))));
            out.put("component_to_shared_memory", shared);
        }
        if (topology.is_set_shared_memory()) {
            Map<String, Object> shared = new LinkedHashMap<>();
            topology.get_shared_memory().forEach((name, memory) -> shared.put(name, sharedMemory(memory)));
            out.put("shared_memory", shared);
        }
        return out;
    }

    private static Map<String, Object> sharedMemory(SharedMemory memory) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", memory.get_name());
        if (memory.is_set_on_heap()) {
            out.put("on_heap", memory.get_on_heap());
        }
        if (memory.is_set_off_heap_worker()) {
            out.put("off_heap_worker", memory.get_off_heap_worker());
        }
        if (memory.is_set_off_heap_node()) {
            out.put("off_heap_node", memory.get_off_heap_node());
        }
        return out;
    }

    private static Map<String, Object> component(String name, ComponentObject object, ComponentCommon common) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put(name, object(object));
        out.put("common", common(common));
        return out;
    }

    private static Object object(ComponentObject object) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (object.getSetField() == null) {
            return out;
        }
        switch (object.getSetField()) {
            case SERIALIZED_JAVA:
                out.put("serialized_java", serialized(object.get_serialized_java()));
                break;
            case SHELL:
                Map<String, Object> shell = new LinkedHashMap<>();
                shell.put("execution_command", object.get_shell().get_execution_command());
                shell.put("script", object.get_shell().get_script());
                out.put("shell", shell);
                break;
            case JAVA_OBJECT:
                out.put("java_object", javaObject(object.get_java_object()));
                break;
            default:
                throw new IllegalStateException("component object " + object.getSetField());
        }
        return out;
    }

    private static Map<String, Object> common(ComponentCommon common) {
        Map<String, Object> out = new LinkedHashMap<>();
        Map<String, Object> inputs = new TreeMap<>();
        for (Map.Entry<GlobalStreamId, Grouping> entry : common.get_inputs().entrySet()) {
            Map<String, Object> input = new LinkedHashMap<>();
            input.put("componentId", entry.getKey().get_componentId());
            input.put("streamId", entry.getKey().get_streamId());
            input.put("grouping", grouping(entry.getValue()));
            inputs.put(entry.getKey().get_componentId() + '\0' + entry.getKey().get_streamId(), input);
        }
        out.put("inputs", new ArrayList<>(inputs.values()));
        Map<String, Object> streams = new LinkedHashMap<>();
        for (Map.Entry<String, StreamInfo> entry : common.get_streams().entrySet()) {
            Map<String, Object> stream = new LinkedHashMap<>();
            stream.put("output_fields", entry.getValue().get_output_fields());
            stream.put("direct", entry.getValue().is_direct());
            streams.put(entry.getKey(), stream);
        }
        out.put("streams", streams);
        if (common.is_set_parallelism_hint()) {
            out.put("parallelism_hint", common.get_parallelism_hint());
        }
        if (common.is_set_json_conf()) {
            out.put("json_conf", JSONValue.parse(common.get_json_conf()));
        }
        return out;
    }

    private static Object grouping(Grouping grouping) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (grouping.getSetField() == null) {
            return out;
        }
        String name = grouping.getSetField().getFieldName();
        switch (grouping.getSetField()) {
            case FIELDS:
                out.put(name, grouping.get_fields());
                break;
            case CUSTOM_OBJECT:
                out.put(name, javaObject(grouping.get_custom_object()));
                break;
            case CUSTOM_SERIALIZED:
                out.put(name, serialized(grouping.get_custom_serialized()));
                break;
            default:
                out.put(name, new LinkedHashMap<>());
        }
        return out;
    }

    private static Map<String, Object> javaObject(JavaObject object) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("full_class_name", object.get_full_class_name());
        List<Object> args = new ArrayList<>();
        for (JavaObjectArg arg : object.get_args_list()) {
            Map<String, Object> one = new LinkedHashMap<>();
            if (arg.getSetField() != null) {
                Object value = arg.getFieldValue();
                if (arg.getSetField() == JavaObjectArg._Fields.BINARY_ARG) {
                    value = Base64.getEncoder().encodeToString(arg.get_binary_arg());
                }
                one.put(arg.getSetField().getFieldName(), value);
            }
            args.add(one);
        }
        out.put("args_list", args);
        return out;
    }

    /** Returns the object in a Java serialization stream, or the reason why Storm cannot read it. */
    static Object serialized(byte[] bytes) {
        try {
            return ObjectDump.of(Utils.javaDeserialize(bytes, Object.class));
        } catch (Throwable e) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("unreadable", e.toString());
            return out;
        }
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
