package stormflux.cases;

import java.util.Map;
import org.apache.storm.state.KeyValueState;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseStatefulBolt;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/** Adds up the numbers, emits the sum after each, and keeps it in Storm's state. */
public class Total extends BaseStatefulBolt<KeyValueState<String, Long>> {
    private transient OutputCollector collector;
    private transient KeyValueState<String, Long> state;

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
        this.collector = collector;
    }

    @Override
    public void initState(KeyValueState<String, Long> state) {
        this.state = state;
    }

    @Override
    public void execute(Tuple tuple) {
        long sum = state.get("sum", 0L) + tuple.getLong(0);
        state.put("sum", sum);
        collector.emit(tuple, new Values(sum, ProcessHandle.current().pid()));
        collector.ack(tuple);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("sum", "pid"));
    }
}
