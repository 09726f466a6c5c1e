package stormflux.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/** Components that every release of Storm can run. */
@SuppressWarnings({"rawtypes", "unchecked"})
public final class Sources {
    private Sources() {
    }

    /** Emits the configuration that it gets, and configures itself. */
    public static class Echo extends BaseRichSpout {
        private final String word;
        private Map conf;
        private SpoutOutputCollector collector;

        public Echo(String word) {
            this.word = word;
        }

        public void open(Map conf, TopologyContext context, SpoutOutputCollector collector) {
            this.conf = conf;
            this.collector = collector;
        }

        public void nextTuple() {
            Map<String, String> typed = new TreeMap<>();
            for (Map.Entry entry : ((Map<Object, Object>) conf).entrySet()) {
                typed.put((String) entry.getKey(), entry.getValue().getClass().getSimpleName() + " " + entry.getValue());
            }
            collector.emit(new Values(word, typed), "id");
        }

        public void ack(Object id) {
            Worker.print("acked", id);
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("word", "conf"));
        }

        public Map getComponentConfiguration() {
            Map<String, Object> own = new HashMap<>();
            own.put("own", 5);
            own.put("declared", "class");
            own.put("topology.workers", 9); // no setting of a component
            own.put("topology.max.task.parallelism", 1);
            return own;
        }
    }

    public static class Nothing extends Echo {
        public Nothing() {
            super("");
        }

        public Map getComponentConfiguration() {
            return null;
        }
    }

    public static class Exclaim extends BaseBasicBolt {
        public String mark;

        public void execute(Tuple tuple, BasicOutputCollector collector) {
            collector.emit(new Values(tuple.getString(0) + mark));
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("word"));
        }
    }

    public static class Sink extends BaseRichBolt {
        protected OutputCollector collector;

        public void prepare(Map conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
            Worker.print("prepared", context.getThisComponentId());
        }

        public void execute(Tuple tuple) {
            collector.ack(tuple);
        }

        public void declareOutputFields(OutputFieldsDeclarer declarer) {
        }
    }

    public static class Nth implements CustomStreamGrouping {
        private final int nth;
        private List<Integer> tasks;

        public Nth(int nth) {
            this.nth = nth;
        }

        public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> tasks) {
            this.tasks = new ArrayList<>(tasks);
        }

        public List<Integer> chooseTasks(int task, List<Object> values) {
            return Arrays.asList(tasks.get(nth));
        }
    }
}
