package stormflux.runtime;

import java.util.Map;
import org.apache.storm.ICredentialsListener;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.IRichSpout;
import org.apache.storm.topology.OutputFieldsDeclarer;

/** Runs the spout of a definition. */
public final class Spout implements IRichSpout, ICredentialsListener {
    private static final long serialVersionUID = 1;

    private final String definition;
    private transient IRichSpout spout;

    /** Spout keeps the definition as JSON. The spout is built when Storm first needs it. */
    public Spout(String definition) {
        this.definition = definition;
    }

    private IRichSpout spout() {
        if (spout == null) {
            Definition read = new Definition(definition);
            Object built = read.build();
            read.require(built instanceof IRichSpout, built, "spout", "it does not implement IRichSpout");
            spout = (IRichSpout) built;
        }
        return spout;
    }

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        spout().open(Configuration.merge(conf, context, spout.getComponentConfiguration()), context, collector);
    }

    @Override
    public void close() {
        if (spout != null) {
            spout.close();
        }
    }

    @Override
    public void activate() {
        spout.activate();
    }

    @Override
    public void deactivate() {
        spout.deactivate();
    }

    @Override
    public void nextTuple() {
        spout.nextTuple();
    }

    @Override
    public void ack(Object id) {
        spout.ack(id);
    }

    @Override
    public void fail(Object id) {
        spout.fail(id);
    }

    @Override
    public void setCredentials(Map<String, String> credentials) {
        if (spout() instanceof ICredentialsListener) {
            ((ICredentialsListener) spout).setCredentials(credentials);
        }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        spout().declareOutputFields(declarer);
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        return spout().getComponentConfiguration();
    }
}
