package rooms;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;
import org.apache.storm.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures twelve rooms on three floors, twenty times a second. If a room is too hot, its floor gets an alarm. */
public class Sensors extends BaseRichSpout {
    private static final Logger LOG = LoggerFactory.getLogger(Sensors.class);
    private static final int FLOORS = 3;
    private static final int ROOMS = 4;
    private transient SpoutOutputCollector collector;
    private transient List<Integer> floors;
    private transient Queue<Integer> failed;
    private transient int next;

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
        floors = context.getComponentTasks("floors");
        failed = new ArrayDeque<>();
        LOG.info("measuring {} rooms; the first alarm comes after a second, the first report after four", FLOORS * ROOMS);
    }

    @Override
    public void nextTuple() {
        Utils.sleep(50);
        emit(failed.isEmpty() ? next++ : failed.remove());
    }

    /** Emits a measurement, and perhaps an alarm. Storm tracks both under the number of the measurement. */
    private void emit(int number) {
        int floor = number / ROOMS % FLOORS;
        int room = 100 * (floor + 1) + 1 + number % ROOMS;
        double celsius = number % 19 == 18 ? 31 : 20 + number % 7 / 2.0;
        collector.emit("measurements", new Values(room, celsius), number);
        if (celsius > 30) {
            collector.emitDirect(floors.get(floor % floors.size()), "alarms", new Values(room, celsius), number);
        }
    }

    @Override
    public void fail(Object number) {
        failed.add((Integer) number);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        Fields fields = new Fields("room", "celsius");
        declarer.declareStream("measurements", fields);
        declarer.declareStream("alarms", true, fields); // direct: the emitter chooses the task
    }
}
