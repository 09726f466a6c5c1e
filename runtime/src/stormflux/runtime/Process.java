package stormflux.runtime;

import java.util.Map;
import org.apache.storm.task.ShellBolt;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;

/**
 * A bolt that is a process, as an object. Storm passes checkpoints through objects only.
 *
 * The topology has its streams and its configuration already, so it declares none.
 */
public final class Process extends ShellBolt implements IRichBolt {
    private static final long serialVersionUID = 1;

    /** Process takes the words of the process: the program and its arguments. */
    public Process(String[] words) {
        super(words);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        return null;
    }
}
