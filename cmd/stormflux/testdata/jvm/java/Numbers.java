package stormflux.cases;

import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;
import org.apache.storm.utils.Utils;

/** Emits 1, 2, 3 and so on with the type that it is told to, and emits a number again when it fails. */
public class Numbers extends BaseRichSpout {
    /** What the numbers are in the tuples. */
    public enum Type { INTEGER, LONG, BYTES }

    private final Type type;
    private final String field;
    private int last;
    private int pause = 1;
    private transient SpoutOutputCollector collector;
    private int next;

    public Numbers(Type type, String field) {
        this.type = type;
        this.field = field;
    }

    /** The last number. */
    public void setLast(int last) {
        this.last = last;
    }

    public Numbers withPause(int milliseconds) {
        pause = milliseconds;
        return this;
    }

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
    }

    @Override
    public void nextTuple() {
        if (next < last) {
            next++;
            emit(next);
        }
        Utils.sleep(pause);
    }

    private void emit(int number) {
        Object value = type == Type.INTEGER ? (Object) number : type == Type.LONG ? (Object) (long) number : new byte[] {(byte) number};
        collector.emit(new Values(value, "n" + number), number);
    }

    @Override
    public void fail(Object id) {
        emit((Integer) id);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields(field, "text"));
    }
}
