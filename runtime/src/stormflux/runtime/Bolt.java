package stormflux.runtime;

import java.util.Map;
import org.apache.storm.ICredentialsListener;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.tuple.Tuple;

/** Runs the bolt of a definition, which may be a bolt of any kind. */
public final class Bolt implements IRichBolt, ICredentialsListener {
    private static final long serialVersionUID = 1;
    private static final String CHECKPOINT_STREAM = "$checkpoint";

    private final String definition;
    private transient Object bolt;
    private transient IRichBolt executor;

    /** Bolt keeps the definition as JSON. The bolt is built when Storm first needs it. */
    public Bolt(String definition) {
        this.definition = definition;
    }

    private Object bolt() {
        if (bolt == null) {
            bolt = new Definition(definition).build();
        }
        return bolt;
    }

    /** declaring returns the executor for a topology of which only this bolt is known. */
    private IRichBolt declaring() {
        return executor(String.valueOf(Executors.kind(bolt())).startsWith("IStateful"));
    }

    private IRichBolt executor(boolean checkpoints) {
        String kind = Executors.kind(bolt());
        new Definition(definition).require(kind != null, bolt, "bolt", Executors.NO_BOLT);
        return Executors.of(bolt, kind, checkpoints);
    }

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
        boolean checkpoints = false;
        for (GlobalStreamId source : context.getThisSources().keySet()) {
            checkpoints = checkpoints || source.get_streamId().equals(CHECKPOINT_STREAM);
        }
        executor = executor(checkpoints);
        executor.prepare(Configuration.merge(conf, context, executor.getComponentConfiguration()), context, collector);
    }

    @Override
    public void execute(Tuple tuple) {
        executor.execute(tuple);
    }

    @Override
    public void cleanup() {
        if (executor != null) {
            executor.cleanup();
        }
    }

    @Override
    public void setCredentials(Map<String, String> credentials) {
        // Storm's executors of other kinds do not pass them on either.
        if (bolt() instanceof IRichBolt && bolt instanceof ICredentialsListener) {
            ((ICredentialsListener) bolt).setCredentials(credentials);
        }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declaring().declareOutputFields(declarer);
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        return declaring().getComponentConfiguration();
    }
}
