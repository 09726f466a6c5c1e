package stormflux.runtime;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.storm.daemon.StormCommon;
import org.apache.storm.generated.ComponentObject;
import org.apache.storm.generated.JavaObject;
import org.apache.storm.generated.NodeInfo;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.generated.StreamInfo;
import org.apache.storm.hooks.IWorkerHook;
import org.apache.storm.metrics2.StormMetricRegistry;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.utils.ThriftTopologyUtils;
import org.apache.storm.utils.Utils;
import org.apache.storm.Thrift;

/**
 * Host runs all JVM components of a topology for `stormflux run`: it is what a worker of Storm is for them. It speaks to
 * the engine over standard input and output; see {@link Link}.
 */
public final class Host {
    private static final int PORT = 6700;

    private final Link link;
    private final Passed passed = new Passed();
    private final Map<Integer, Executor> executors = new ConcurrentHashMap<>();
    private final Map<Integer, Emitter> processes = new HashMap<>();
    private final Map<String, Object> defaultResources = new HashMap<>();
    private final Map<String, Object> userResources = new ConcurrentHashMap<>();
    private final Map<String, Long> blobs = new ConcurrentHashMap<>();
    private final StormMetricRegistry metrics = new StormMetricRegistry();
    private final Map<Integer, String> components = new HashMap<>();
    private final Map<String, Map<String, Fields>> fields = new HashMap<>();
    private final Set<Integer> traced = new HashSet<>();
    private final List<IWorkerHook> hooks = new ArrayList<>();
    /** The thread that asks custom groupings for processes. The thread that reads frames must not wait for user code. */
    private final ExecutorService questions = Executors.newSingleThreadExecutor();
    private Map<String, Object> conf;
    private Map<String, List<Integer>> tasks;
    private List<Integer> all;
    private StormTopology topology;
    private StormTopology system;
    private String id;
    private String codeFolder;
    private String pidFolder;
    private boolean hasAckers;
    private WorkerTopologyContext workerContext;

    private Host(Link link) {
        this.link = link;
    }

    /** main serves an engine until it closes the pipe. */
    public static void main(String[] arguments) {
        Link link = new Link(System.in, new FileOutputStream(FileDescriptor.out));
        Output.redirect(link);
        Host host = new Host(link);
        try {
            host.start(StormJson.parse(link.read().text()));
            link.send(0, Link.READY, new byte[0]);
            host.serve();
            host.shutdown();
            Runtime.getRuntime().halt(0);
        } catch (Throwable e) {
            host.died(0, e, null);
        }
    }

    @SuppressWarnings("unchecked")
    private void start(Object message) throws Throwable {
        Map<String, Object> start = (Map<String, Object>) message;
        conf = (Map<String, Object>) start.get("conf");
        id = (String) start.get("id");
        codeFolder = (String) start.get("codeDir");
        pidFolder = (String) start.get("pidDir");
        hasAckers = (Boolean) start.get("ackers");
        for (Map.Entry<String, Object> task : ((Map<String, Object>) start.get("tasks")).entrySet()) {
            components.put(Integer.valueOf(task.getKey()), (String) task.getValue());
        }
        tasks = Utils.reverseMap(components);
        for (List<Integer> ids : tasks.values()) {
            Collections.sort(ids);
        }
        all = new ArrayList<>(components.keySet());
        Collections.sort(all);
        topology = Utils.thriftDeserialize(StormTopology.class, Base64.getDecoder().decode((String) start.get("topology")));
        system = StormCommon.systemTopology(conf, topology);
        for (String component : ThriftTopologyUtils.getComponentIds(system)) {
            Map<String, Fields> streams = new HashMap<>();
            for (Map.Entry<String, StreamInfo> stream :
                ThriftTopologyUtils.getComponentCommon(system, component).get_streams().entrySet()) {
                streams.put(stream.getKey(), new Fields(stream.getValue().get_output_fields()));
            }
            fields.put(component, streams);
        }
        ExecutorService shared = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "shared-executor");
            thread.setDaemon(true);
            return thread;
        });
        defaultResources.put(WorkerTopologyContext.SHARED_EXECUTOR, shared);
        workerContext = Contexts.worker(system, conf, components, tasks, fields, id, codeFolder, pidFolder, PORT, all,
            defaultResources, userResources, new AtomicReference<Map<Integer, NodeInfo>>(new HashMap<Integer, NodeInfo>()), "local",
            new AtomicReference<Map<String, String>>(new HashMap<String, String>()));
        for (Object task : (List<Object>) start.get("traced")) {
            traced.add(((Number) task).intValue());
        }
        for (Object ids : (List<Object>) start.get("executors")) {
            Executor executor = new Executor(this, (List<Object>) ids);
            for (int task : executor.ids()) {
                executors.put(task, executor);
            }
        }
        startHooks();
        for (Object task : (List<Object>) start.get("processes")) { // those that need a custom grouping
            int source = ((Number) task).intValue();
            processes.put(source, new Emitter(workerContext, conf, component(source), true));
        }
        for (Executor executor : new HashSet<>(executors.values())) {
            executor.start();
        }
        Thread flusher = new Thread(this::flush, "flusher");
        flusher.setDaemon(true);
        flusher.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::exiting, "exit"));
    }

    private void startHooks() throws Throwable {
        if (!topology.is_set_worker_hooks()) {
            return;
        }
        for (java.nio.ByteBuffer hook : topology.get_worker_hooks()) {
            byte[] serialized = new byte[hook.remaining()];
            hook.duplicate().get(serialized);
            hooks.add(Utils.javaDeserialize(serialized, IWorkerHook.class));
        }
        for (IWorkerHook hook : hooks) {
            Contexts.start(hook, conf, workerContext);
        }
    }

    private void shutdown() {
        for (IWorkerHook hook : hooks) {
            hook.shutdown();
        }
    }

    private void serve() throws IOException {
        while (true) {
            final Link.Frame frame;
            try {
                frame = link.read();
            } catch (EOFException e) {
                return;
            }
            switch (frame.kind) {
                case Link.MESSAGES:
                case Link.END:
                    executors.get(frame.task).add(frame);
                    break;
                case Link.CREDIT:
                    link.credit(frame.task, frame.number());
                    break;
                case Link.QUESTION:
                    questions.execute(() -> link.send(frame.task, Link.ANSWER, answer(frame.task, frame.text())));
                    break;
                default:
                    throw new IOException("unknown kind of frame: " + frame.kind);
            }
        }
    }

    /** answer chooses the tasks that get emits of a process through custom groupings. */
    @SuppressWarnings("unchecked")
    private String answer(int task, String question) {
        List<List<Integer>> chosen = new ArrayList<>();
        Output.TASK.set(task);
        try {
            for (Object asked : (List<Object>) StormJson.parse(question)) {
                List<Object> emit = (List<Object>) asked;
                chosen.add(processes.get(task).choose(task, (String) emit.get(0), (String) emit.get(1), (List<Object>) emit.get(2)));
            }
        } catch (Throwable e) {
            return "{\"error\":" + Json.write(Task.trace(e)) + "}";
        }
        return "{\"tasks\":" + chosen + "}";
    }

    private void flush() {
        while (true) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
            for (Executor executor : executors.values()) {
                executor.flushOld();
            }
        }
    }

    /** died reports an exception, of which a worker of Storm would die. The engine then ends this process. */
    void died(int task, Throwable error, Tuple tuple) {
        String text = Task.trace(error);
        if (tuple != null) {
            text = tuple + "\n" + text;
        } else {
            text = "\n" + text;
        }
        link.send(task, Link.DIED, text);
    }

    /** exiting reports which task ends the JVM. */
    private void exiting() {
        for (Executor executor : executors.values()) {
            StackTraceElement[] trace = executor.thread().getStackTrace();
            for (StackTraceElement at : trace) {
                if (at.getClassName().equals("java.lang.Shutdown") || at.getClassName().equals("java.lang.Runtime")) {
                    StringBuilder text = new StringBuilder("\njava.lang.System.exit was called");
                    for (StackTraceElement frame : trace) {
                        text.append("\n\tat ").append(frame);
                    }
                    link.send(executor.current(), Link.DIED, text.toString());
                    return;
                }
            }
        }
    }

    Link link() {
        return link;
    }

    Passed passed() {
        return passed;
    }

    boolean hasAckers() {
        return hasAckers;
    }

    boolean isHere(int task) {
        return executors.containsKey(task);
    }

    boolean isTraced(int task) {
        return traced.contains(task);
    }

    String component(int task) {
        return components.get(task);
    }

    WorkerTopologyContext workerContext() {
        return workerContext;
    }

    TopologyContext context(int task, Executor executor) {
        return Contexts.task(topology, conf, components, tasks, fields, blobs, id, codeFolder, pidFolder, task, PORT, all,
            defaultResources, userResources, executor.data, executor.metrics, executor.prepared, metrics);
    }

    /** object makes a new spout or bolt of a component, as a worker does (Task.mkTaskObject). */
    Object object(String component) {
        ComponentObject object = topology.get_spouts().containsKey(component)
            ? topology.get_spouts().get(component).get_spout_object()
            : topology.get_bolts().get(component).get_bolt_object();
        Object made = Utils.getSetComponentObject(object);
        return made instanceof JavaObject ? Thrift.instantiateJavaObject((JavaObject) made) : made;
    }
}
