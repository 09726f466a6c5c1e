package stormflux.cases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.hooks.BaseWorkerHook;
import org.apache.storm.metric.api.CountMetric;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.state.KeyValueState;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;
import org.apache.storm.task.WorkerUserContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.topology.base.BaseWindowedBolt;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.windowing.TupleWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cases are the components of the tests. */
public final class Cases {
    private static final Logger LOG = LoggerFactory.getLogger(Cases.class);

    private Cases() {
    }

    /** Numbers emits the numbers from 1 to n. */
    public static class Numbers extends BaseRichSpout {
        private final int count;
        private SpoutOutputCollector collector;
        private int last;
        private boolean quiet;

        public Numbers(int count) {
            this.count = count;
        }

        /** setQuiet has the spout emit without message ids. */
        public void setQuiet(boolean quiet) {
            this.quiet = quiet;
        }

        @Override
        public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
            this.collector = collector;
        }

        @Override
        public void nextTuple() {
            if (last < count && quiet) {
                last++;
                collector.emit(Collections.<Object>singletonList(last));
            } else if (last < count) {
                last++;
                List<Integer> tasks = collector.emit(Collections.<Object>singletonList(last), last);
                LOG.info("emitted {} to {}", last, tasks);
            }
        }

        @Override
        public void fail(Object id) {
            LOG.info("failed {}", id);
        }

        @Override
        public void activate() {
            LOG.info("activated");
        }

        @Override
        public void close() {
            LOG.info("closed");
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("number"));
        }
    }

    /** Trouble does what its name says with the number 3, and passes on all others. */
    public static class Trouble extends BaseRichBolt {
        private final String kind;
        private OutputCollector collector;
        private TopologyContext context;
        private CountMetric metric;
        private Tuple late;

        public Trouble(String kind) {
            this.kind = kind;
        }

        @Override
        public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
            this.context = context;
            metric = context.registerMetric("count", new CountMetric(), 10);
            context.registerCounter("counter").inc();
            if (kind.equals("early")) {
                collector.emit(Collections.<Object>singletonList("early"));
                collector.reportError(new IllegalStateException("reported in prepare"));
            }
            if (kind.equals("prepare")) {
                throw new IllegalStateException("cannot prepare");
            }
        }

        @Override
        public void execute(Tuple tuple) {
            if (tuple.getSourceStreamId().equals("__tick")) {
                LOG.warn("tick {} of {}", tuple.getValues(), tuple.getFields());
                return;
            }
            metric.incr();
            if (tuple.getValue(0).equals(3)) {
                switch (kind) {
                    case "throw":
                        throw new IllegalStateException("three is too many");
                    case "once":
                        try {
                            Files.createFile(Paths.get("once"));
                        } catch (IOException e) {
                            break; // in the second life
                        }
                        throw new IllegalStateException("once is enough");
                    case "exit":
                        System.exit(7);
                        break;
                    case "halt":
                        Runtime.getRuntime().halt(9);
                        break;
                    case "late":
                        late = tuple;
                        return;
                    case "fail":
                        collector.fail(tuple);
                        return;
                    case "error":
                        collector.reportError(new IllegalArgumentException("a strange number"));
                        break;
                    case "twice":
                        collector.ack(tuple);
                        break;
                    case "block":
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            return;
                        }
                        break;
                    case "stream":
                        collector.emit("nosuch", tuple, tuple.getValues());
                        break;
                    case "reset":
                        collector.resetTimeout(tuple);
                        break;
                    case "thread":
                        Thread thread = new Thread(() -> {
                            System.out.println("from a thread");
                            collector.emit(tuple, tuple.getValues());
                            collector.ack(tuple);
                        });
                        thread.start();
                        return;
                    default:
                        break;
                }
            }
            if (kind.equals("never")) {
                return;
            }
            if (late != null) {
                collector.ack(late);
                late = null;
            }
            collector.emit(tuple, tuple.getValues());
            collector.ack(tuple);
        }

        @Override
        public void cleanup() {
            LOG.info("cleaned up task {} of {} tasks", context.getThisTaskId(), context.getComponentTasks(context.getThisComponentId()).size());
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("number"));
        }
    }

    /** LastTask is a grouping. */
    public static class LastTask implements CustomStreamGrouping {
        private List<Integer> tasks;

        @Override
        public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> tasks) {
            LOG.info("{} of {} goes to {}", stream.get_streamId(), stream.get_componentId(), tasks);
            this.tasks = new ArrayList<>(tasks);
        }

        @Override
        public List<Integer> chooseTasks(int task, List<Object> values) {
            if ("refuse".equals(values.get(0))) {
                throw new IllegalArgumentException("no task for " + values);
            }
            return Arrays.asList(tasks.get(tasks.size() - 1));
        }
    }

    /** Hook is a worker hook. */
    public static class Hook extends BaseWorkerHook {
        @Override
        public void start(Map<String, Object> conf, WorkerUserContext context) {
            LOG.info("hook started for {}", context.getStormId());
            LOG.info("flag {}", System.getProperty("stormflux.flag"));
            context.setResource("shared", "from the hook");
        }

        @Override
        public void shutdown() {
            LOG.info("hook ended");
        }
    }

    /** BadHook is a worker hook that cannot start. */
    public static class BadHook extends BaseWorkerHook {
        @Override
        public void start(Map<String, Object> conf, WorkerUserContext context) {
            throw new IllegalStateException("the hook cannot start");
        }
    }

    /** Sum is a bolt with a sliding window. */
    public static class Sum extends BaseWindowedBolt {
        private OutputCollector collector;

        @Override
        public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
        }

        @Override
        public void execute(TupleWindow window) {
            int sum = 0;
            for (Tuple tuple : window.get()) {
                sum += tuple.getInteger(0);
            }
            LOG.info("window of {} has sum {}", window.get().size(), sum);
            collector.emit(Collections.<Object>singletonList(sum));
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("sum"));
        }
    }

    /** Total is a bolt with a state. */
    public static class Total extends BaseStatefulBolt<KeyValueState<String, Integer>> {
        private KeyValueState<String, Integer> state;
        private OutputCollector collector;

        @Override
        public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
        }

        @Override
        public void initState(KeyValueState<String, Integer> state) {
            this.state = state;
            LOG.info("state begins with {}", state.get("total", 0));
        }

        @Override
        public void execute(Tuple tuple) {
            state.put("total", state.get("total", 0) + tuple.getInteger(0));
            LOG.info("total is {}", state.get("total"));
            collector.emit(tuple, Collections.<Object>singletonList(state.get("total")));
            collector.ack(tuple);
        }

        @Override
        public void preCommit(long transaction) {
            LOG.info("commits {}", transaction >= 0 ? "a transaction" : transaction);
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("total"));
        }
    }
}
