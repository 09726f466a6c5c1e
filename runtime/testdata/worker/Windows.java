package stormflux.cases;

import java.util.List;
import java.util.Map;
import org.apache.storm.grouping.LoadAwareCustomStreamGrouping;
import org.apache.storm.grouping.LoadMapping;
import org.apache.storm.hooks.BaseWorkerHook;
import org.apache.storm.state.KeyValueState;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.topology.base.BaseStatefulWindowedBolt;
import org.apache.storm.topology.base.BaseWindowedBolt;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;
import org.apache.storm.windowing.TupleWindow;

/** Components that Storm has since 1.0. */
@SuppressWarnings({"rawtypes", "unchecked"})
public final class Windows {
    private Windows() {
    }

    public static class Join extends BaseWindowedBolt {
        private OutputCollector collector;

        public void prepare(Map conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
        }

        public void execute(TupleWindow window) {
            collector.emit(new Values(window.get().toString()));
        }
    }

    public static class StatefulJoin extends BaseStatefulWindowedBolt<KeyValueState<String, Long>> {
        private OutputCollector collector;
        private KeyValueState<String, Long> state;

        public void prepare(Map conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
        }

        public void initState(KeyValueState<String, Long> state) {
            this.state = state;
            Worker.print("state", state.get("n", 0L));
        }

        public void execute(TupleWindow window) {
            collector.emit(new Values(window.get().toString(), state != null));
        }
    }

    public static class Count extends BaseStatefulBolt<KeyValueState<String, Long>> {
        private OutputCollector collector;
        private KeyValueState<String, Long> state;

        public void prepare(Map conf, TopologyContext context, OutputCollector collector) {
            this.collector = collector;
        }

        public void initState(KeyValueState<String, Long> state) {
            this.state = state;
        }

        public void execute(Tuple tuple) {
            state.put("n", state.get("n", 0L) + 1);
            collector.emit(tuple, new Values(state.get("n")));
        }
    }

    public static class ByLoad extends Sources.Nth implements LoadAwareCustomStreamGrouping {
        public ByLoad(int nth) {
            super(nth);
        }

        public void refreshLoad(LoadMapping load) {
            Worker.print("refreshed", load);
        }

        public List<Integer> chooseTasks(int task, List<Object> values, LoadMapping load) {
            return chooseTasks(task + 1, values);
        }
    }

    public static class Hello extends BaseWorkerHook {
        public String name;

        public void shutdown() {
            Worker.print("bye", name);
        }
    }
}
