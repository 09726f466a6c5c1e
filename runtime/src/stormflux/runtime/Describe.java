package stormflux.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.topology.IComponent;
import org.apache.storm.topology.IRichSpout;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.OutputFieldsGetter;
import org.apache.storm.tuple.Fields;

/**
 * Builds components on the machine of the compiler, and reports what their classes say.
 *
 * The input is one JSON object. "components" is a list of {"role": spout, bolt, grouping, hook, or "" for a spout or a
 * bolt, "definition": as {@link Definition} reads it}. "source", if there is one, is {"definition", "method", "config": the definition of a Map};
 * its method returns a topology. "credentials", if there are any, is {"plugins": the names of classes, "conf"}.
 *
 * The output is one JSON object. "components" has for each component {"class", "kind", "streams": [{"id", "fields",
 * "direct"}], "conf": JSON as text, or null}, or {"error"}. "topology" is Thrift in base64, and "credentials" is a map of
 * texts; or "error" says why there is none.
 */
public final class Describe {
    private Describe() {
    }

    /** main answers one request and ends the process, whatever threads the components have started. */
    public static void main(String[] args) throws IOException {
        OutputStream answer = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err); // components may print
        String request = new String(readAll(System.in), StandardCharsets.UTF_8);
        System.setIn(new ByteArrayInputStream(new byte[0]));
        answer.write(Json.write(describe(map(Json.parse(request)))).getBytes(StandardCharsets.UTF_8));
        answer.flush();
        Runtime.getRuntime().halt(0);
    }

    private static byte[] readAll(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
        }
        return out.toByteArray();
    }

    private static Map<String, Object> describe(Map<String, Object> request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        List<Object> components = new ArrayList<>();
        for (Object each : (List<?>) request.get("components")) {
            Map<String, Object> component = map(each);
            components.add(component(new Definition((String) component.get("definition")), (String) component.get("role")));
        }
        answer.put("components", components);
        if (request.get("source") != null) {
            Map<String, Object> source = map(request.get("source"));
            Definition definition = new Definition((String) source.get("definition"));
            Definition config = new Definition((String) source.get("config"));
            try {
                byte[] topology = serialize(topology(definition, (String) source.get("method"), map(config.build())));
                answer.put("topology", Base64.getEncoder().encodeToString(topology));
            } catch (Throwable e) {
                answer.put("error", message(e));
            }
        }
        if (request.get("credentials") != null) {
            Map<String, Object> credentials = map(request.get("credentials"));
            try {
                answer.put("credentials", Credentials.collect((List<?>) credentials.get("plugins"), map(credentials.get("conf"))));
            } catch (Throwable e) {
                answer.put("error", message(e));
            }
        }
        return answer;
    }

    private static Map<String, Object> component(Definition definition, String role) {
        Map<String, Object> out = new LinkedHashMap<>();
        try {
            Object built = definition.build();
            Class<?> type = built.getClass();
            out.put("class", type.getName());
            if (role.equals("grouping")) {
                definition.require(built instanceof CustomStreamGrouping, built, role, "it does not implement CustomStreamGrouping");
            } else if (role.equals("hook")) {
                boolean hook = Executors.implement(type, "org.apache.storm.hooks.IWorkerHook");
                definition.require(hook, built, "worker hook", "it does not implement IWorkerHook");
            } else {
                IComponent component;
                if (built instanceof IRichSpout && !role.equals("bolt")) {
                    out.put("kind", "IRichSpout");
                    component = (IRichSpout) built;
                } else {
                    definition.require(!role.equals("spout"), built, role, "it does not implement IRichSpout");
                    String kind = Executors.kind(built);
                    definition.require(kind != null, built, role.isEmpty() ? "spout or bolt" : role,
                        role.isEmpty() ? "it does not implement an interface of theirs" : Executors.NO_BOLT);
                    out.put("kind", kind);
                    component = described(built, kind);
                }
                Streams streams = new Streams();
                component.declareOutputFields(streams);
                Map<String, Object> conf = component.getComponentConfiguration();
                out.put("streams", streams.all);
                out.put("conf", conf == null ? null : Configuration.print(conf));
            }
        } catch (Throwable e) {
            out.clear();
            out.put("error", message(e));
        }
        return out;
    }

    /** The checkpoint stream depends on the whole topology, so what a stateful bolt declares for it is left out. */
    private static IComponent described(Object bolt, String kind) {
        return kind.equals("IStatefulBolt") ? (IComponent) bolt : Executors.of(bolt, kind, false);
    }

    private static String message(Throwable e) {
        Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
        return cause instanceof BuildException ? ((BuildException) cause).reason() : cause.toString();
    }

    /** As Flux: the first method of the name that returns a topology and takes a Map or a Config. */
    private static StormTopology topology(Definition definition, String name, Map<String, Object> conf) throws Exception {
        Object source = definition.build();
        for (Method method : source.getClass().getMethods()) {
            Class<?>[] types = method.getParameterTypes();
            boolean matches = method.getName().equals(name) && method.getReturnType() == StormTopology.class && types.length == 1;
            if (matches && (types[0].isAssignableFrom(Map.class) || types[0].isAssignableFrom(Config.class))) {
                method.setAccessible(true); // of a class that is not public
                Object topology = method.invoke(source, types[0] == Config.class ? config(conf) : conf);
                if (topology == null) {
                    throw new BuildException(definition.place(), "the method \"" + name + "\" returned null", null);
                }
                return (StormTopology) topology;
            }
        }
        throw new BuildException(definition.place(), "class " + source.getClass().getName() + " has no public method \"" + name
            + "\" that takes a Map or a Config and returns a StormTopology", null);
    }

    private static Config config(Map<String, Object> conf) {
        Config config = new Config();
        config.putAll(conf);
        return config;
    }

    /** Each release has Thrift in another package. */
    private static byte[] serialize(StormTopology topology) throws ReflectiveOperationException {
        for (Class<?> base : StormTopology.class.getInterfaces()) {
            if (base.getSimpleName().equals("TBase")) {
                Class<?> serializer = Class.forName(base.getPackage().getName() + ".TSerializer");
                Object instance = serializer.getConstructor().newInstance();
                return (byte[]) serializer.getMethod("serialize", base).invoke(instance, topology);
            }
        }
        throw new IllegalStateException("StormTopology is not a structure of Thrift");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    /** Collects streams in their order, and refuses what Storm refuses. */
    private static final class Streams implements OutputFieldsDeclarer {
        final List<Object> all = new ArrayList<>();
        private final OutputFieldsGetter storm = new OutputFieldsGetter();

        @Override
        public void declare(Fields fields) {
            declare(false, fields);
        }

        @Override
        public void declare(boolean direct, Fields fields) {
            declareStream("default", direct, fields);
        }

        @Override
        public void declareStream(String id, Fields fields) {
            declareStream(id, false, fields);
        }

        @Override
        public void declareStream(String id, boolean direct, Fields fields) {
            storm.declareStream(id, direct, fields);
            Map<String, Object> stream = new LinkedHashMap<>();
            stream.put("id", id);
            stream.put("fields", fields.toList());
            stream.put("direct", direct);
            all.add(stream);
        }
    }
}
