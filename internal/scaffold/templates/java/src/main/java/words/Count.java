package words;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.utils.TupleUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bolt that counts words. With each tick, it logs the counts that have changed. */
public class Count extends BaseBasicBolt {
    private static final Logger LOG = LoggerFactory.getLogger(Count.class);
    private transient Map<String, Integer> counts;
    private transient TreeSet<String> changed;

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context) {
        counts = new HashMap<>();
        changed = new TreeSet<>();
    }

    @Override
    public void execute(Tuple input, BasicOutputCollector collector) {
        if (!TupleUtils.isTick(input)) {
            String word = input.getStringByField("word");
            counts.merge(word, 1, Integer::sum);
            changed.add(word);
            return;
        }
        for (String word : changed) {
            LOG.info("{}: {}", word, counts.get(word));
        }
        changed.clear();
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
    }
}
