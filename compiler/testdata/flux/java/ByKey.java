package com.example;

import java.util.Collections;
import java.util.List;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.task.WorkerTopologyContext;

/** A custom grouping. */
public class ByKey implements CustomStreamGrouping {
    private static final long serialVersionUID = 1;

    private final Recorder made = new Recorder();
    private List<Integer> tasks;

    public ByKey() {
        made.add("()");
    }

    public ByKey(int index, Settings settings) {
        made.add("(int, Settings)", index, settings);
    }

    public void setSalt(String salt) {
        made.add("setSalt(String)", salt);
    }

    @Override
    public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> targetTasks) {
        tasks = targetTasks;
    }

    @Override
    public List<Integer> chooseTasks(int taskId, List<Object> values) {
        return Collections.singletonList(tasks.get(0));
    }
}
