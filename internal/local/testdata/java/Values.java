package stormflux.cases;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;

/** Values emits one value of many types, each as a tuple. */
public class Values extends BaseRichSpout {
    public static class Own implements Serializable {
        @Override
        public String toString() {
            return "own";
        }
    }

    private static final List<Object> VALUES = Arrays.<Object>asList(1, 1L << 40, 1.5, 1.5f, (short) 2, (byte) 3, 'c', "text", true,
        new byte[] {1, 2}, new BigInteger("123456789012345678901234567890"), new BigDecimal("1.5"), Arrays.asList(1, "a"),
        Collections.singletonMap("k", 1L), new Own(), null);

    private SpoutOutputCollector collector;
    private int next;

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
    }

    @Override
    public void nextTuple() {
        if (next < VALUES.size()) {
            collector.emit(Collections.singletonList(VALUES.get(next)), "message " + next);
            next++;
        }
    }

    @Override
    public void ack(Object id) {
        System.out.println("acked " + id);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("value"));
    }

    /** Types prints the class of each value. */
    public static class Types extends BaseRichBolt {
        private OutputCollector collector;
        private int task;

        @Override
        public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
            this.task = context.getThisTaskId();
        }

        @Override
        public void execute(Tuple tuple) {
            Object value = tuple.getValue(0);
            System.out.println("got " + (value == null ? "null" : value.getClass().getName() + " " + value));
            collector.ack(tuple);
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
        }
    }
}
