package stormflux.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.hooks.info.BoltAckInfo;
import org.apache.storm.hooks.info.BoltFailInfo;
import org.apache.storm.hooks.info.EmitInfo;
import org.apache.storm.spout.ISpoutOutputCollector;
import org.apache.storm.task.IOutputCollector;
import org.apache.storm.tuple.Tuple;

/** Collector sends to the engine what a spout or bolt emits and answers. */
final class Collector implements IOutputCollector, ISpoutOutputCollector {
    private final Task task;
    private final Map<Long, Object> pending = new HashMap<>(); // the message ids of a spout, by number
    private long lastNumber;

    Collector(Task task) {
        this.task = task;
    }

    @Override
    public List<Integer> emit(String stream, Collection<Tuple> anchors, List<Object> values) {
        List<Integer> targets = task.emitter().choose(task.id(), stream, values);
        send(stream, anchors, 0, targets, values);
        return targets;
    }

    @Override
    public void emitDirect(int target, String stream, Collection<Tuple> anchors, List<Object> values) {
        send(stream, anchors, 0, task.emitter().direct(target, stream), values);
    }

    @Override
    public List<Integer> emit(String stream, List<Object> values, Object messageId) {
        List<Integer> targets = task.emitter().choose(task.id(), stream, values);
        sendOfSpout(stream, targets, values, messageId);
        return targets;
    }

    @Override
    public void emitDirect(int target, String stream, List<Object> values, Object messageId) {
        sendOfSpout(stream, task.emitter().direct(target, stream), values, messageId);
    }

    private void sendOfSpout(String stream, List<Integer> targets, List<Object> values, Object messageId) {
        long number = 0;
        if (messageId != null) {
            synchronized (pending) {
                number = ++lastNumber;
                if (task.host().hasAckers()) {
                    pending.put(number, messageId);
                }
            }
        }
        send(stream, null, number, targets, values);
        if (messageId != null && !task.host().hasAckers()) {
            task.acked(messageId); // as Storm does, within the emit
        }
    }

    private void send(String stream, Collection<Tuple> anchors, long number, List<Integer> targets, List<Object> values) {
        if (!task.context().getHooks().isEmpty()) {
            new EmitInfo(values, stream, task.id(), targets).applyOn(task.context());
        }
        boolean traced = task.host().isTraced(task.id());
        int receivers = 0;
        for (int target : targets) {
            if (task.host().isHere(target)) {
                receivers++;
            }
            traced |= task.host().isTraced(target);
        }
        StringBuilder message = new StringBuilder("{\"command\":\"emit\",\"stream\":").append(Json.write(stream));
        if (number != 0) {
            message.append(",\"id\":").append(number);
        }
        if (anchors != null && !anchors.isEmpty()) {
            message.append(",\"anchors\":[");
            String comma = "\"";
            for (Tuple anchor : anchors) {
                for (long id : anchor.getMessageId().getAnchors()) {
                    message.append(comma).append(id).append('"');
                    comma = ",\"";
                }
            }
            message.append(']');
        }
        if (receivers < targets.size()) { // processes get JSON
            message.append(",\"tuple\":").append(StormJson.print(values));
        } else if (traced) {
            message.append(",\"tuple\":").append(shown(values));
        }
        if (receivers > 0) {
            message.append(",\"values\":").append(task.host().passed().put(values, receivers));
        }
        message.append(",\"tasks\":").append(targets).append('}');
        task.send(message);
    }

    /** shown returns values for people. Not all that passes between JVM components has a form in JSON. */
    private static String shown(List<Object> values) {
        try {
            return StormJson.print(values);
        } catch (RuntimeException | StackOverflowError e) {
            return "[" + Json.write(String.valueOf(values)) + "]";
        }
    }

    @Override
    public void ack(Tuple input) {
        if (!task.context().getHooks().isEmpty()) {
            new BoltAckInfo(input, task.id(), -1L).applyOn(task.context());
        }
        answer("ack", input);
    }

    @Override
    public void fail(Tuple input) {
        if (!task.context().getHooks().isEmpty()) {
            new BoltFailInfo(input, task.id(), -1L).applyOn(task.context());
        }
        answer("fail", input);
    }

    @Override
    public void resetTimeout(Tuple input) {
        answer("reset_timeout", input);
    }

    private void answer(String command, Tuple input) {
        for (long id : input.getMessageId().getAnchors()) { // none of a tick
            if (!command.equals("reset_timeout")) {
                task.answered(id);
            }
            task.send(new StringBuilder("{\"command\":\"").append(command).append("\",\"id\":\"").append(id).append("\"}"));
        }
    }

    @Override
    public void reportError(Throwable error) {
        task.send(new StringBuilder("{\"command\":\"error\",\"msg\":").append(Json.write(Task.trace(error))).append('}'));
    }

    @Override
    public void flush() {
        task.flush();
    }

    @Override
    public long getPendingCount() {
        synchronized (pending) {
            return pending.size();
        }
    }

    /** settle returns the message id with a number, and forgets it. */
    Object settle(long number) {
        synchronized (pending) {
            return pending.remove(number);
        }
    }
}
