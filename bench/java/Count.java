package stormflux.bench;

import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.tuple.Tuple;

/**
 * A bolt that counts its tuples. Every 100 ms it adds a line to the file that bench.counter of the configuration names: the
 * time in nanoseconds since 1970, and the number.
 */
public class Count extends BaseBasicBolt {
    private transient FileWriter file;
    private transient long tuples;
    private transient long written;

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context) {
        try {
            file = new FileWriter((String) conf.get("bench.counter"), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void execute(Tuple input, BasicOutputCollector collector) {
        tuples++;
        long now = System.currentTimeMillis();
        if (now - written < 100) {
            return;
        }
        written = now;
        try {
            file.write(now * 1_000_000 + " " + tuples + "\n");
            file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
    }
}
