package stormflux.cases;

import java.io.IOException;
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
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;
import org.apache.storm.testing.TestWordCounter;
import org.apache.storm.testing.TestWordSpout;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.topology.base.BaseWindowedBolt;
import org.apache.storm.trident.TridentTopology;
import org.apache.storm.trident.testing.FixedBatchSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;
import org.apache.storm.windowing.TupleWindow;

/** Components of all kinds, and classes that build topologies. */
public final class Declared {
    private Declared() {
    }

    public static class Words extends BaseRichSpout {
        private final List<String> fields;

        /** It prints, reads and starts a thread, which must not disturb anybody. */
        public Words(List<String> fields) throws IOException {
            this.fields = fields;
            System.out.println("{\"components\": []}");
            if (System.in.read() >= 0) {
                throw new IllegalStateException("the request can be read");
            }
            Thread thread = new Thread(() -> {
                while (true) {
                    Thread.yield();
                }
            });
            thread.start();
        }

        @Override
        public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        }

        @Override
        public void nextTuple() {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declareStream("z", true, new Fields("a"));
            declarer.declare(new Fields(fields));
            declarer.declareStream("b", new Fields());
        }

        @Override
        public Map<String, Object> getComponentConfiguration() {
            Map<String, Object> conf = new HashMap<>();
            conf.put("n", 5L);
            conf.put("x", 1.0);
            conf.put("list", Collections.singletonList("é"));
            return conf;
        }
    }

    public static class Twice extends BaseBasicBolt {
        @Override
        public void execute(Tuple tuple, BasicOutputCollector collector) {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("a"));
            declarer.declare(new Fields("b"));
        }
    }

    public static class Windowed extends BaseWindowedBolt {
        @Override
        public void execute(TupleWindow window) {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("w"));
        }
    }

    public static class Stateful extends BaseStatefulBolt<KeyValueState<String, Long>> {
        @Override
        public void initState(KeyValueState<String, Long> state) {
        }

        @Override
        public void execute(Tuple tuple) {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("s"));
        }
    }

    public static class First implements CustomStreamGrouping {
        @Override
        public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> tasks) {
        }

        @Override
        public List<Integer> chooseTasks(int task, List<Object> values) {
            return null;
        }
    }

    public static class Greet extends BaseWorkerHook {
    }

    public static class Exits {
        public Exits() {
            System.err.println("good bye");
            System.exit(3);
        }
    }

    public static class Waits {
        public Waits() throws InterruptedException {
            System.err.println("waiting");
            new java.util.concurrent.CountDownLatch(1).await();
        }
    }

    public static class FromMap {
        public StormTopology getTopology(Map<String, Object> conf) {
            TopologyBuilder builder = new TopologyBuilder();
            builder.setSpout((String) conf.get("id"), new TestWordSpout(), (Integer) conf.get("n"));
            return builder.createTopology();
        }

        public StormTopology none(Map<String, Object> conf) {
            return null;
        }

        public StormTopology broken(Map<String, Object> conf) {
            throw new IllegalStateException("because");
        }
    }

    public static class FromConfig {
        private final int count;

        public FromConfig(int count) {
            this.count = count;
        }

        public StormTopology trident(Config conf) {
            TridentTopology topology = new TridentTopology();
            topology.newStream("words", new FixedBatchSpout(new Fields("word"), count, new Values("a"))).parallelismHint(2);
            return topology.build();
        }
    }
}
