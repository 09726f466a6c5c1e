package stormflux.cases;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.spout.ISpoutOutputCollector;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.IOutputCollector;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BoltDeclarer;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.IRichSpout;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;

/**
 * Calls the adapter as a worker of Storm does, with Storm's own classes around it, and prints what the component emits.
 * Each four arguments are a name, the kind of the component, its definition, and "checkpoints" if the bolt reads the
 * checkpoint stream.
 */
public final class Worker {
    private static final PrintStream OUT = System.out;

    private Worker() {
    }

    public static void main(String[] args) throws Exception {
        System.setOut(System.err); // Storm logs to it
        for (int i = 0; i < args.length; i += 4) {
            print("==", args[i]);
            try {
                run(args[i + 1], args[i + 2], args[i + 3].equals("checkpoints"));
            } catch (InvocationTargetException e) {
                print("failed", e.getCause());
            } catch (Exception e) {
                print("failed", e);
            }
        }
        System.exit(0); // some of Storm's classes start threads
    }

    private static void run(String kind, String definition, boolean checkpoints) throws Exception {
        Object adapter = instantiate("stormflux.runtime." + kind, definition);
        TopologyContext context = context(checkpoints);
        Map<String, Object> conf = new HashMap<>();
        conf.put("topology.name", "top");
        conf.put("declared", "topology");
        if (kind.equals("Spout")) {
            IRichSpout spout = (IRichSpout) adapter;
            credentials(adapter);
            spout.open(conf, context, new SpoutOutputCollector(printing(ISpoutOutputCollector.class)));
            spout.activate();
            spout.nextTuple();
            spout.ack("id");
            spout.deactivate();
            spout.close();
        } else if (kind.equals("Bolt")) {
            IRichBolt bolt = (IRichBolt) adapter;
            credentials(adapter);
            bolt.prepare(conf, context, new OutputCollector(printing(IOutputCollector.class)));
            if (checkpoints) {
                bolt.execute(tuple("$checkpointspout", "$checkpoint", checkpoint()));
            }
            bolt.execute(tuple("source", "default", "a"));
            bolt.execute(tuple("source", "default", "b"));
            bolt.cleanup();
        } else if (kind.equals("Grouping")) {
            CustomStreamGrouping grouping = (CustomStreamGrouping) adapter;
            grouping.prepare(context, new GlobalStreamId("source", "default"), Arrays.asList(4, 5, 6));
            byLoad(grouping);
            print("tasks", grouping.chooseTasks(1, Collections.<Object>singletonList("x")));
        } else {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(adapter);
            Object hook = deserialize(bytes.toByteArray());
            for (Method method : hook.getClass().getInterfaces()[0].getMethods()) {
                if (method.getName().equals("start")) {
                    method.invoke(hook, conf, null);
                }
            }
            hook.getClass().getInterfaces()[0].getMethod("shutdown").invoke(hook);
        }
    }

    /** Releases before 2.0 let Clojure compile (new Class "text"), and this is how they call the constructor. */
    private static Object instantiate(String name, String definition) throws Exception {
        Class<?> runtime;
        try {
            runtime = Class.forName("clojure.lang.RT"); // the compiler needs it
        } catch (ClassNotFoundException e) {
            return Class.forName(name).getConstructor(String.class).newInstance(definition);
        }
        Method symbol = Class.forName("clojure.lang.Symbol").getMethod("intern", String.class);
        Method list = runtime.getMethod("list", Object.class, Object.class, Object.class);
        Object form = list.invoke(null, symbol.invoke(null, "new"), symbol.invoke(null, name), definition);
        return Class.forName("clojure.lang.Compiler").getMethod("eval", Object.class).invoke(null, form);
    }

    static void print(String what, Object value) {
        OUT.println(what + " " + value);
    }

    /** As the Clojure code of older releases does: by reflection. */
    private static void credentials(Object adapter) throws Exception {
        for (Class<?> type : adapter.getClass().getInterfaces()) {
            if (type.getSimpleName().equals("ICredentialsListener")) {
                type.getMethod("setCredentials", Map.class).invoke(adapter, Collections.singletonMap("user", "bob"));
            }
        }
    }

    /** Each release asks a grouping in its own way. */
    private static void byLoad(CustomStreamGrouping grouping) throws Exception {
        for (Class<?> type : grouping.getClass().getInterfaces()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals("refreshLoad")) {
                    method.invoke(grouping, (Object) null);
                } else if (method.getParameterTypes().length == 3 && method.getName().equals("chooseTasks")) {
                    print("by load", method.invoke(grouping, 1, Collections.singletonList("x"), null));
                }
            }
        }
    }

    private static Object deserialize(byte[] bytes) throws Exception {
        Class<?> utils = Class.forName("org.apache.storm.utils.Utils");
        return utils.getMethod("javaDeserialize", byte[].class, Class.class).invoke(null, bytes, Object.class);
    }

    private static <T> T printing(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            String text = method.getName();
            for (Object argument : arguments) {
                text += " " + argument;
            }
            OUT.println(text);
            return method.getReturnType() == List.class ? Collections.emptyList() : null;
        }));
    }

    private static Map<String, Object> checkpoint() throws Exception {
        Map<String, Object> fields = new HashMap<>();
        for (Object action : Class.forName("org.apache.storm.spout.CheckPointState$Action").getEnumConstants()) {
            if (action.toString().equals("INITSTATE")) {
                fields.put("action", action);
            }
        }
        fields.put("txid", 0L);
        return fields;
    }

    @SuppressWarnings("unchecked")
    private static Tuple tuple(String component, String stream, Object value) {
        return (Tuple) Proxy.newProxyInstance(Worker.class.getClassLoader(), new Class<?>[] {Tuple.class}, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "getString":
                    return value;
                case "getSourceComponent":
                    return component;
                case "getSourceStreamId":
                    return stream;
                case "getValueByField":
                case "getLongByField":
                    return value instanceof Map ? ((Map<String, Object>) value).get(arguments[0]) : (Object) 7L;
                case "getSourceGlobalStreamId":
                case "getSourceGlobalStreamid": // its name before 1.0
                    return new GlobalStreamId(component, stream);
                case "getSourceTask":
                    return 2;
                case "toString":
                    return "tuple:" + (value instanceof Map ? "checkpoint" : value);
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "equals":
                    return proxy == arguments[0];
                default:
                    throw new UnsupportedOperationException(method.toString());
            }
        });
    }

    /** A context of the only task of a component. Its constructor has other parameters in each release. */
    private static TopologyContext context(boolean checkpoints) throws Exception {
        TopologyBuilder builder = new TopologyBuilder();
        builder.setSpout("source", new Sources.Nothing());
        BoltDeclarer declarer = builder.setBolt("it", new Sources.Sink());
        declarer.shuffleGrouping("source").addConfiguration("declared", "topology");
        if (checkpoints) {
            declarer.shuffleGrouping("$checkpointspout", "$checkpoint");
        }
        StormTopology topology = builder.createTopology();
        Map<Integer, String> components = new HashMap<>();
        components.put(1, "it");
        components.put(2, "source");
        components.put(3, "$checkpointspout");
        Map<String, List<Integer>> tasks = new HashMap<>();
        for (Map.Entry<Integer, String> entry : components.entrySet()) {
            tasks.put(entry.getValue(), Collections.singletonList(entry.getKey()));
        }
        Map<String, Map<String, Fields>> streams = new HashMap<>();
        streams.put("it", Collections.singletonMap("default", new Fields("word")));
        List<Object> maps = new ArrayList<>(Arrays.<Object>asList(
            new HashMap<>(), components, tasks, streams));
        Constructor<?> constructor = TopologyContext.class.getConstructors()[0];
        List<Object> arguments = new ArrayList<>();
        boolean task = true;
        for (Class<?> type : constructor.getParameterTypes()) {
            if (type == StormTopology.class) {
                arguments.add(topology);
            } else if (type == Map.class) {
                arguments.add(maps.isEmpty() ? new HashMap<>() : maps.remove(0));
            } else if (type == Integer.class) {
                arguments.add(task ? 1 : 6700);
                task = false;
            } else if (type == String.class) {
                arguments.add("top-1");
            } else if (type == List.class) {
                arguments.add(Collections.singletonList(1));
            } else if (type == AtomicBoolean.class) {
                arguments.add(new AtomicBoolean());
            } else if (type.getName().equals("clojure.lang.Atom")) {
                arguments.add(type.getConstructor(Object.class).newInstance(false));
            } else {
                arguments.add(null);
            }
        }
        return (TopologyContext) constructor.newInstance(arguments.toArray());
    }
}
