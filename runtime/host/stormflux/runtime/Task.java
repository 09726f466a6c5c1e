package stormflux.runtime;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.ICredentialsListener;
import org.apache.storm.hooks.info.BoltExecuteInfo;
import org.apache.storm.hooks.info.SpoutAckInfo;
import org.apache.storm.hooks.info.SpoutFailInfo;
import org.apache.storm.spout.ISpout;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.IBolt;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.tuple.MessageId;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.TupleImpl;

/**
 * Task runs one instance of a spout or bolt. It understands the messages of the engine, which are those of Storm's
 * multilang protocol. The thread of its executor calls its methods, unless they say otherwise.
 */
final class Task {
    private static final String TICK_STREAM = "__tick";
    private static final String HEARTBEAT_STREAM = "__heartbeat";

    /** How many bytes of messages are sent at once, if there are so many. */
    private static final int BATCH = 1 << 14;

    private final Host host;
    private final Executor executor;
    private final int id;
    private final TopologyContext context;
    private final Collector collector = new Collector(this);
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    /** What the component sends while it is prepared, or null afterwards. The engine expects the answer to its handshake first. */
    private ByteArrayOutputStream early = new ByteArrayOutputStream();
    private long unsentSince;
    private volatile long answered; // the last tuple that the bolt acked or failed
    private ISpout spout;
    private IBolt bolt;

    Task(Host host, Executor executor, int id) {
        this.host = host;
        this.executor = executor;
        this.id = id;
        this.context = host.context(id, executor);
    }

    int id() {
        return id;
    }

    Host host() {
        return host;
    }

    TopologyContext context() {
        return context;
    }

    /** emitter may be called by any thread. */
    Emitter emitter() {
        return executor.emitter();
    }

    /** handle handles a message of the engine. */
    @SuppressWarnings("unchecked")
    void handle(String text) {
        Map<String, Object> message = (Map<String, Object>) StormJson.parse(text);
        if (spout == null && bolt == null) {
            prepare((Map<String, Object>) message.get("conf"));
        } else if (spout != null) {
            command(message);
        } else {
            execute(message);
        }
    }

    private void prepare(Map<String, Object> conf) {
        Object object = host.object(context.getThisComponentId());
        if (object instanceof ICredentialsListener) {
            ((ICredentialsListener) object).setCredentials(new HashMap<String, String>());
        }
        Map<String, Object> merged = new HashMap<>(conf);
        merged.put("storm.id", context.getStormId());
        executor.prepare(merged);
        if (object instanceof ISpout) {
            ISpout made = (ISpout) object;
            made.open(merged, context, new SpoutOutputCollector(collector));
            spout = made;
        } else if (object instanceof IBolt) {
            IBolt made = (IBolt) object;
            made.prepare(merged, context, new OutputCollector(collector));
            bolt = made;
        } else {
            throw new IllegalArgumentException("class " + object.getClass().getName() + " is neither a spout nor a bolt");
        }
        executor.prepared();
        synchronized (unsent) {
            byte[] sent = early.toByteArray();
            early = null;
            send(new StringBuilder("{\"pid\":0,\"pipelining\":true}"));
            unsent.write(sent, 0, sent.length);
        }
        flush();
    }

    private void command(Map<String, Object> message) {
        switch ((String) message.get("command")) {
            case "next":
                spout.nextTuple();
                break;
            case "ack":
                acked(collector.settle(((Number) message.get("id")).longValue()));
                break;
            case "fail":
                Object failed = collector.settle(((Number) message.get("id")).longValue());
                spout.fail(failed);
                if (!context.getHooks().isEmpty()) {
                    new SpoutFailInfo(failed, id, -1L).applyOn(context);
                }
                break;
            case "activate":
                spout.activate();
                break;
            case "deactivate":
                spout.deactivate();
                break;
            default:
                throw new IllegalArgumentException("unknown command " + message);
        }
        send(new StringBuilder("{\"command\":\"sync\"}"));
    }

    void acked(Object messageId) {
        spout.ack(messageId);
        if (!context.getHooks().isEmpty()) {
            new SpoutAckInfo(messageId, id, -1L).applyOn(context);
        }
    }

    @SuppressWarnings("unchecked")
    private void execute(Map<String, Object> message) {
        String stream = (String) message.get("stream");
        int source = ((Number) message.get("task")).intValue();
        if (source == -1 && stream.equals(HEARTBEAT_STREAM)) {
            send(new StringBuilder("{\"command\":\"sync\"}"));
            return;
        }
        Object values = message.get("tuple");
        if (values instanceof Number) {
            values = host.passed().take(((Number) values).longValue());
        }
        String component = (String) message.get("comp");
        String number = (String) message.get("id");
        boolean tick = source == -1 && stream.equals(TICK_STREAM);
        MessageId messageId = MessageId.makeUnanchored();
        if (!tick) {
            long input = Long.parseLong(number);
            messageId = MessageId.makeRootId(input, input);
        }
        Tuple tuple = new TupleImpl(context, (List<Object>) values, component, source, stream, messageId);
        executor.working(tuple);
        bolt.execute(tuple);
        executor.working(null);
        if (!context.getHooks().isEmpty()) {
            new BoltExecuteInfo(tuple, id, -1L).applyOn(context);
        }
        if (tick) { // bolts need not ack ticks
            send(new StringBuilder("{\"command\":\"ack\",\"id\":\"").append(number).append("\"}"));
        } else if (answered != Long.parseLong(number)) {
            send(new StringBuilder("{\"command\":\"executed\",\"id\":\"").append(number).append("\"}"));
        }
    }

    /** answered is called when the bolt acks or fails a tuple. Any thread may call it. */
    void answered(long input) {
        answered = input;
    }

    void close() {
        if (spout != null) {
            spout.close();
        } else if (bolt != null) {
            bolt.cleanup();
        }
        flush();
    }

    /** send sends a message soon. Any thread may call it. */
    void send(StringBuilder message) {
        byte[] text = message.append("\nend\n").toString().getBytes(StandardCharsets.UTF_8);
        boolean full;
        synchronized (unsent) {
            if (early != null) {
                early.write(text, 0, text.length);
                return;
            }
            if (unsent.size() == 0) {
                unsentSince = System.nanoTime();
            }
            unsent.write(text, 0, text.length);
            full = unsent.size() >= BATCH;
        }
        if (full || !executor.isCurrent()) {
            flush();
        }
    }

    /** flush sends what is not sent yet. Any thread may call it. */
    void flush() {
        synchronized (unsent) { // also while it sends: messages keep their order
            if (unsent.size() > 0) {
                byte[] messages = unsent.toByteArray();
                unsent.reset();
                host.link().sendMessages(id, messages, messages.length);
            }
        }
    }

    /** flushOld sends what has waited for some time. Any thread may call it. */
    void flushOld(long nanos) {
        synchronized (unsent) {
            if (unsent.size() > 0 && System.nanoTime() - unsentSince >= nanos) {
                flush();
            }
        }
    }

    static String trace(Throwable error) {
        StringWriter out = new StringWriter();
        error.printStackTrace(new PrintWriter(out));
        return out.toString();
    }

    /** split returns the messages of a frame. */
    static List<String> split(byte[] content) {
        List<String> messages = new ArrayList<>();
        String text = new String(content, StandardCharsets.UTF_8);
        int start = 0;
        for (int end; (end = text.indexOf("\nend\n", start)) >= 0; start = end + 5) {
            messages.add(text.substring(start, end));
        }
        return messages;
    }
}
