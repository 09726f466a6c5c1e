package wordcount;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.utils.TupleUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bolt that counts the words that the fields grouping gives to its task. On a tick, it logs the largest counts. */
public class Count extends BaseBasicBolt {
    private static final Logger LOG = LoggerFactory.getLogger(Count.class);
    private int top = 10;
    private transient Map<String, Integer> counts;
    private transient int total;
    private transient int logged;

    /** How many counts to log. */
    public void setTop(int top) {
        this.top = top;
    }

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context) {
        counts = new HashMap<>();
    }

    @Override
    public void execute(Tuple input, BasicOutputCollector collector) {
        if (!TupleUtils.isTick(input)) {
            counts.merge(input.getStringByField("word"), 1, Integer::sum);
            total++;
        } else if (total > logged) {
            logged = total;
            LOG.info("{} ({} words so far)", largest(), total);
        }
    }

    private String largest() {
        Comparator<Map.Entry<String, Integer>> byCount = Map.Entry.comparingByValue(Comparator.reverseOrder());
        return counts.entrySet().stream().sorted(byCount.thenComparing(Map.Entry.comparingByKey())).limit(top)
            .map(e -> e.getKey() + ": " + e.getValue()).collect(Collectors.joining(", "));
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
    }
}
