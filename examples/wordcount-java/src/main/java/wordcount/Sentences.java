package wordcount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
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

/** A spout that emits the lines of a text, each once. A line that fails is emitted again. */
public class Sentences extends BaseRichSpout {
    private static final Logger LOG = LoggerFactory.getLogger(Sentences.class);
    private final String file;
    private transient SpoutOutputCollector collector;
    private transient List<String> lines;
    private transient Queue<Integer> waiting;

    /** The file is one of the topology's resources. */
    public Sentences(String file) {
        this.file = file;
    }

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
        waiting = new ArrayDeque<>();
        Path text = Paths.get(context.getCodeDir(), file);
        try {
            lines = Files.readAllLines(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int number = 0; number < lines.size(); number++) {
            waiting.add(number);
        }
        LOG.info("emitting {} sentences; once a second, each counter logs its largest counts", lines.size());
    }

    @Override
    public void nextTuple() {
        Integer number = waiting.poll();
        if (number == null) {
            return; // without an emit, Storm waits a little before it asks again
        }
        Utils.sleep(20);
        collector.emit(new Values(lines.get(number)), number); // the id makes Storm track it
    }

    @Override
    public void fail(Object number) {
        waiting.add((Integer) number);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("sentence"));
    }
}
