package stormflux.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.storm.metric.api.IMetric;
import org.apache.storm.tuple.Tuple;

/** Executor is a thread that runs some tasks of a component, as an executor of Storm does. */
final class Executor implements Runnable {
    /** How long a message waits for others while the executor is busy, in nanoseconds. */
    static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(1);

    /** What Storm shares between the tasks of an executor. */
    final Map<String, Object> data = new HashMap<>();
    final Map<Integer, Map<Integer, Map<String, IMetric>>> metrics = new HashMap<>();
    final AtomicBoolean prepared = new AtomicBoolean();

    private final Host host;
    private final Map<Integer, Task> tasks = new HashMap<>();
    private final LinkedBlockingQueue<Link.Frame> frames = new LinkedBlockingQueue<>();
    private final Thread thread;
    private String component;
    private int started;
    private Emitter emitter;
    private int current; // the task that it works for
    private Tuple tuple; // the tuple that a task works on

    Executor(Host host, Iterable<? extends Object> ids) {
        this.host = host;
        StringBuilder name = new StringBuilder();
        for (Object id : ids) {
            int task = ((Number) id).intValue();
            component = host.component(task);
            tasks.put(task, null);
            name.append(name.length() == 0 ? "[" : " ").append(task);
        }
        thread = new Thread(this, component + "-executor" + name + "]");
    }

    Iterable<Integer> ids() {
        return tasks.keySet();
    }

    void start() {
        thread.start();
    }

    /** add gives the executor a frame. Any thread may call it. */
    void add(Link.Frame frame) {
        frames.add(frame);
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    Thread thread() {
        return thread;
    }

    /** current returns the task that the executor works for. */
    int current() {
        return current;
    }

    synchronized Emitter emitter() {
        return emitter;
    }

    synchronized void prepare(Map<String, Object> conf) {
        if (emitter == null) {
            emitter = new Emitter(host.workerContext(), conf, component, false);
        }
    }

    /** prepared is called when a task was prepared. Nobody may register metrics once all of them are. */
    void prepared() {
        if (++started == tasks.size()) {
            prepared.set(true);
        }
    }

    void working(Tuple tuple) {
        this.tuple = tuple;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Link.Frame frame = frames.poll();
                if (frame == null) {
                    flush();
                    frame = frames.take();
                }
                handle(frame);
            }
        } catch (Throwable e) {
            host.died(current, e, tuple);
        }
    }

    private void handle(Link.Frame frame) {
        current = frame.task;
        Output.TASK.set(frame.task);
        if (frame.kind == Link.END) {
            close(frame.task);
            return;
        }
        synchronized (tasks) {
            if (tasks.get(frame.task) == null) {
                tasks.put(frame.task, new Task(host, this, frame.task));
            }
        }
        Task task = tasks.get(frame.task);
        for (String message : Task.split(frame.content)) {
            task.handle(message);
            task.flushOld(PATIENCE);
        }
        host.link().sendNumber(frame.task, Link.CREDIT, frame.content.length);
    }

    private void close(int id) {
        Task task = tasks.get(id);
        try {
            if (task != null) {
                task.close();
            }
        } finally {
            host.link().send(id, Link.END, new byte[0]);
        }
    }

    private void flush() {
        for (Task task : tasks.values()) {
            if (task != null) {
                task.flush();
            }
        }
    }

    /** flushOld sends what has waited for long, while a task takes its time. Any thread may call it. */
    void flushOld() {
        synchronized (tasks) {
            for (Task task : tasks.values()) {
                if (task != null) {
                    task.flushOld(5 * PATIENCE);
                }
            }
        }
    }
}
