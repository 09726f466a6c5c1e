package stormflux.judge;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.storm.generated.Bolt;
import org.apache.storm.generated.ComponentObject;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.generated.Grouping;
import org.apache.storm.generated.JavaObject;
import org.apache.storm.generated.SpoutSpec;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.utils.Utils;

/**
 * Replaces the definitions in a topology by the objects that stormflux's adapter makes of them on a worker. So a topology
 * of stormflux looks like one of Flux, which makes the objects before the submission. The adapter must be on the class
 * path.
 */
final class Adapter {
    private static final String PACKAGE = "stormflux.runtime.";

    private Adapter() {
    }

    static void makeAll(StormTopology topology) throws Refusal {
        Refusal.of(() -> {
            for (SpoutSpec spout : topology.get_spouts().values()) {
                String definition = definition(spout.get_spout_object());
                if (definition != null) {
                    spout.set_spout_object(ComponentObject.serialized_java(Utils.javaSerialize(make(definition))));
                }
            }
            for (Bolt bolt : topology.get_bolts().values()) {
                makeBolt(bolt);
            }
            if (topology.is_set_worker_hooks()) {
                List<ByteBuffer> hooks = new ArrayList<>();
                for (ByteBuffer hook : topology.get_worker_hooks()) {
                    hooks.add(ByteBuffer.wrap(Utils.javaSerialize(makeHook(CanonicalTopology.bytes(hook)))));
                }
                topology.set_worker_hooks(hooks);
            }
            return null;
        });
    }

    private static void makeBolt(Bolt bolt) throws Throwable {
        boolean checkpoints = false;
        for (Map.Entry<GlobalStreamId, Grouping> input : bolt.get_common().get_inputs().entrySet()) {
            checkpoints |= input.getKey().get_streamId().equals("$checkpoint");
            if (input.getValue().is_set_custom_object()) {
                String definition = definition(input.getValue().get_custom_object());
                if (definition != null) {
                    input.setValue(Grouping.custom_serialized(Utils.javaSerialize(make(definition))));
                }
            }
        }
        String definition = definition(bolt.get_bolt_object());
        if (definition != null) {
            bolt.set_bolt_object(ComponentObject.serialized_java(Utils.javaSerialize(executor(make(definition), checkpoints))));
        }
    }

    /** Returns the definition in an object of the adapter; null for any other object. A long one is serialized. */
    private static String definition(ComponentObject object) throws Throwable {
        if (object.is_set_serialized_java()) {
            Object adapter = Utils.javaDeserialize(object.get_serialized_java(), Object.class);
            return adapter.getClass().getName().startsWith(PACKAGE) ? definitionOf(adapter) : null;
        }
        return object.is_set_java_object() ? definition(object.get_java_object()) : null;
    }

    private static String definitionOf(Object adapter) throws Throwable {
        Field definition = adapter.getClass().getDeclaredField("definition");
        definition.setAccessible(true);
        return (String) definition.get(adapter);
    }

    private static String definition(JavaObject object) {
        return object.get_full_class_name().startsWith(PACKAGE) ? object.get_args_list().get(0).get_string_arg() : null;
    }

    private static Object make(String definition) throws Throwable {
        Constructor<?> read = Class.forName(PACKAGE + "Definition").getConstructor(String.class);
        Object definitionObject = read.newInstance(definition);
        return call(definitionObject.getClass().getMethod("build"), definitionObject);
    }

    /** Returns what a worker runs of a bolt. */
    private static Object executor(Object bolt, boolean checkpoints) throws Throwable {
        Class<?> executors = Class.forName(PACKAGE + "Executors");
        Object kind = call(executors.getDeclaredMethod("kind", Object.class), null, bolt);
        for (Method method : executors.getDeclaredMethods()) {
            if (method.getName().equals("of")) {
                return call(method, null, bolt, kind, checkpoints);
            }
        }
        throw new NoSuchMethodException("Executors.of");
    }

    /** A hook of the adapter becomes a proxy when it is read; the handler has the definition. */
    private static Object makeHook(byte[] serialized) throws Throwable {
        Object hook = Utils.javaDeserialize(serialized, Object.class);
        if (!Proxy.isProxyClass(hook.getClass())) {
            return hook;
        }
        return make(definitionOf(Proxy.getInvocationHandler(hook)));
    }

    private static Object call(Method method, Object on, Object... arguments) throws Throwable {
        method.setAccessible(true);
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
