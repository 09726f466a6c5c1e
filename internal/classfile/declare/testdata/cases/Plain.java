package cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.storm.Config;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.state.KeyValueState;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.ShellBolt;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.topology.base.BaseStatefulWindowedBolt;
import org.apache.storm.topology.base.BaseWindowedBolt;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.windowing.TupleWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Components as people write them. Each nested class is one. */
public class Plain {
    /** A bolt that only declares. */
    public abstract static class Quiet extends BaseRichBolt {
        @Override
        public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
        }

        @Override
        public void execute(Tuple tuple) {
        }
    }

    public static class Constant extends Quiet {
        private static final Logger LOG = LoggerFactory.getLogger(Constant.class);

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            LOG.info("declaring for {}", this);
            declarer.declare(new Fields("a", "b"));
        }
    }

    public static class Nothing extends Quiet {
        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
        }
    }

    public static class Streams extends Quiet {
        private final String[] names;
        private boolean direct = true;

        public Streams(String... names) {
            this.names = names;
        }

        public void setDirect(boolean direct) {
            this.direct = direct;
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            for (int i = 0; i < names.length; i++) {
                declarer.declareStream(names[i] + "-" + i, direct && i % 2 == 0, new Fields("f" + i, names[i].toUpperCase(java.util.Locale.ROOT)));
            }
            declarer.declare(true, new Fields(Arrays.asList("x")));
        }
    }

    public static class Spout extends BaseRichSpout {
        public int limit = 3;
        public List<String> fields = new ArrayList<>();

        public Spout add(String field) {
            fields.add(field);
            return this;
        }

        @Override
        public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        }

        @Override
        public void nextTuple() {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            List<String> names = new ArrayList<>(fields);
            for (int i = 0; i < limit; i++) {
                names.add(String.format("n%d", i));
            }
            declarer.declare(new Fields(names));
        }

        @Override
        public Map<String, Object> getComponentConfiguration() {
            Config conf = new Config();
            conf.setMaxTaskParallelism(limit);
            conf.put("names", fields);
            conf.put("flag", true);
            conf.put("half", 0.5);
            return conf;
        }
    }

    public static class Basic extends BaseBasicBolt {
        @Override
        public void execute(Tuple tuple, BasicOutputCollector collector) {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            Map<String, String> streams = new HashMap<>();
            for (String s : "zeta,alpha,gamma,beta,delta,epsilon,eta,theta,iota,kappa,lambda,mu,nu,xi".split(",")) {
                streams.put(s, s.substring(1));
            }
            for (Map.Entry<String, String> e : streams.entrySet()) {
                declarer.declareStream(e.getKey(), new Fields(e.getValue()));
            }
            for (String key : new TreeMap<>(Collections.singletonMap("last", 1)).keySet()) {
                declarer.declareStream(key, new Fields());
            }
        }

        @Override
        public Map<String, Object> getComponentConfiguration() {
            Map<String, Object> conf = new LinkedHashMap<>();
            conf.put(Config.TOPOLOGY_TICK_TUPLE_FREQ_SECS, 10);
            return conf;
        }
    }

    public static class Windowed extends BaseWindowedBolt {
        @Override
        public void execute(TupleWindow window) {
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("sum"));
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
            declarer.declare(new Fields("total"));
        }
    }

    public static class StatefulWindowed extends BaseStatefulWindowedBolt<KeyValueState<String, Long>> {
        @Override
        public void initState(KeyValueState<String, Long> state) {
        }

        @Override
        public void execute(TupleWindow window) {
        }
    }

    public static class Shell extends ShellBolt implements IRichBolt {
        public Shell(String[] command) {
            super(command);
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("word"));
        }

        @Override
        public Map<String, Object> getComponentConfiguration() {
            return null;
        }
    }

    /** Depends on the machine. */
    public static class Environment extends Quiet {
        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            if (System.getenv("STORMFLUX_NO_SUCH_VARIABLE") != null) {
                declarer.declare(new Fields("a"));
            } else {
                declarer.declare(new Fields("b"));
            }
        }
    }

    /** Looks at the machine, but declares the same. */
    public static class Harmless extends Quiet {
        private final long started = System.currentTimeMillis();
        private String home;
        private int units;

        public Harmless(TimeUnit unit, int n) {
            units = (int) unit.toMillis(n);
            try {
                home = System.getenv("HOME").toString();
            } catch (RuntimeException e) {
                home = "";
            }
            if (started % 2 == 0) {
                home += "x";
            }
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("ms" + units));
        }
    }
}
