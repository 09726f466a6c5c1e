package stormflux.parts;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.hooks.BaseWorkerHook;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.state.KeyValueState;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.IBasicBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.topology.base.BaseStatefulWindowedBolt;
import org.apache.storm.topology.base.BaseWindowedBolt;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.windowing.TupleWindow;

/** Components of every kind, which do nothing. */
@SuppressWarnings({"rawtypes", "unchecked"})
public final class Parts {
    private Parts() {
    }

    public static class Words extends BaseRichSpout {
        public enum Order { FORWARD, BACKWARD }

        private final Order order;
        private final List<Object> words;

        public Words(Order order, List<Object> words) {
            this.order = order;
            this.words = words;
        }

        public void open(Map conf, TopologyContext context, SpoutOutputCollector collector) {
        }

        public void nextTuple() {
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("word"));
            declarer.declareStream("late", true, new Fields("word", "age"));
        }

        public Map getComponentConfiguration() {
            Map<String, Object> own = new HashMap<>();
            own.put("of.class", 5);
            own.put("of.both", "class");
            own.put("of.file", 1.5);
            return own;
        }
    }

    public static class Exclaim extends BaseBasicBolt {
        public String mark;
        private short times;

        public void setTimes(short times) {
            this.times = times;
        }

        public void execute(Tuple tuple, BasicOutputCollector collector) {
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("word"));
        }
    }

    public static class Sink extends BaseRichBolt {
        public void prepare(Map conf, TopologyContext context, OutputCollector collector) {
        }

        public void execute(Tuple tuple) {
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
        }
    }

    public static class Both extends Sink implements IBasicBolt {
        public void prepare(Map conf, TopologyContext context) {
        }

        public void execute(Tuple tuple, BasicOutputCollector collector) {
        }

        public void cleanup() {
        }
    }

    public static class Join extends BaseWindowedBolt {
        public void execute(TupleWindow window) {
        }
    }

    public static class StatefulJoin extends BaseStatefulWindowedBolt<KeyValueState<String, Long>> {
        public void initState(KeyValueState<String, Long> state) {
        }

        public void execute(TupleWindow window) {
        }
    }

    public static class Count extends BaseStatefulBolt<KeyValueState<String, Long>> {
        public void initState(KeyValueState<String, Long> state) {
        }

        public void execute(Tuple tuple) {
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("n"));
        }
    }

    public static class Nth implements CustomStreamGrouping {
        private final int nth;
        private final long[] more;

        public Nth(int nth, long[] more) {
            this.nth = nth;
            this.more = more;
        }

        public Nth(String nth, long[] more) {
            this(Integer.parseInt(nth), more);
        }

        public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> tasks) {
        }

        public List<Integer> chooseTasks(int task, List<Object> values) {
            return Collections.singletonList(nth);
        }
    }

    public static class Hello extends BaseWorkerHook {
        public String name;
    }

    public static class Source {
        private final int parallelism;

        public Source(int parallelism) {
            this.parallelism = parallelism;
        }

        public StormTopology make(Config conf) {
            TopologyBuilder builder = new TopologyBuilder();
            builder.setSpout("words", new Words(Words.Order.FORWARD, Arrays.<Object>asList(conf.get("app.word"))), parallelism);
            builder.setBolt("count", new Count(), (Integer) conf.get("app.counters")).fieldsGrouping("words", new Fields("word"));
            return builder.createTopology();
        }
    }
}
