package com.example;

import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.trident.TridentTopology;
import org.apache.storm.trident.testing.FixedBatchSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;

/** A topology source. */
public class Builds {
    private final String name;
    private int parallelism = 1;

    public Builds() {
        this("words");
    }

    public Builds(String name) {
        this.name = name;
    }

    public void setParallelism(int parallelism) {
        this.parallelism = parallelism;
    }

    public StormTopology getTopology(Map<String, Object> conf) {
        TopologyBuilder builder = new TopologyBuilder();
        builder.setSpout(name, new Source(conf.get("rate")), parallelism);
        builder.setBolt("count", new Count(), 2).fieldsGrouping(name, new Fields("word"));
        builder.addWorkerHook(new Hook());
        return builder.createTopology();
    }

    public StormTopology small(Config conf) {
        TopologyBuilder builder = new TopologyBuilder();
        builder.setSpout(name, new Source());
        return builder.createTopology();
    }

    public StormTopology trident(Config conf) {
        TridentTopology topology = new TridentTopology();
        topology.newStream("sentences", new FixedBatchSpout(new Fields("sentence"), 3, new Values("a b"))).shuffle();
        return topology.build();
    }

    public StormTopology takesNothing() {
        return null;
    }
}
