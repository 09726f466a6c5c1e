package com.example;

import java.util.Collections;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;

/** A bolt with the fields word and count, and a configuration of its own. */
public class Count extends BaseRichBolt {
    private static final long serialVersionUID = 1;

    private final Recorder made = new Recorder();

    public Count() {
        made.add("()");
    }

    public Count(Map<?, ?> map) {
        made.add("(Map)", map);
    }

    public Count(Settings settings, int number) {
        made.add("(Settings, int)", settings, number);
    }

    public void setSettings(Settings settings) {
        made.add("setSettings(Settings)", settings);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("word", "count"));
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        return Collections.singletonMap(Config.TOPOLOGY_TICK_TUPLE_FREQ_SECS, 7);
    }

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context, OutputCollector collector) {
    }

    @Override
    public void execute(Tuple tuple) {
    }
}
