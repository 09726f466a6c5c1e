package com.example;

import java.util.List;
import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;

/** A spout with the fields word and n, and the streams late and direct. */
public class Source extends BaseRichSpout {
    private static final long serialVersionUID = 1;

    private final Recorder made = new Recorder();
    public long rate;

    public Source() {
        made.add("()");
    }

    public Source(Settings settings) {
        made.add("(Settings)", settings);
    }

    public Source(Object any) {
        made.add("(Object)", any);
    }

    public Source(Settings settings, List<Object> list) {
        made.add("(Settings, List)", settings, list);
    }

    public Source(Settings.Builder builder, String... words) {
        made.add("(Builder, String...)", builder, words);
    }

    public void setSettings(Settings settings) {
        made.add("setSettings(Settings)", settings);
    }

    public void setMany(List<?> many) {
        made.add("setMany(List)", many);
    }

    public Source with(Object value) {
        made.add("with(Object)", value);
        return this;
    }

    public Source with(String name, int number) {
        made.add("with(String, int)", name, number);
        return this;
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields("word", "n"));
        declarer.declareStream("late", new Fields("word"));
        declarer.declareStream("direct", true, new Fields("to"));
    }

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
    }

    @Override
    public void nextTuple() {
    }
}
