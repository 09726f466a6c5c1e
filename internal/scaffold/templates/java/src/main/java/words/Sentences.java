package words;

import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;
import org.apache.storm.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A spout of sentences. */
public class Sentences extends BaseRichSpout {
    private static final Logger LOG = LoggerFactory.getLogger(Sentences.class);
    private static final String[] TEXTS = {
        "the cow jumped over the moon", "an apple a day keeps the doctor away", "four score and seven years ago"
    };
    private SpoutOutputCollector collector;
    private int number;

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
        LOG.info("emitting ten sentences a second; the counts come every five seconds");
    }

    @Override
    public void nextTuple() {
        Utils.sleep(100);
        collector.emit(new Values(TEXTS[number % TEXTS.length]), number); // the id makes Storm track it
        number++;
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("sentence"));
    }
}
