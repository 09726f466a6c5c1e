package stormflux.cases;

import java.util.Collections;
import java.util.List;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.task.WorkerTopologyContext;

/** Sends a tuple to the task with the number that is the length of its second value, plus an offset. */
public class ByLength implements CustomStreamGrouping {
    private final int offset;
    private List<Integer> tasks;

    public ByLength(int offset) {
        this.offset = offset;
    }

    @Override
    public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> tasks) {
        this.tasks = tasks;
    }

    @Override
    public List<Integer> chooseTasks(int task, List<Object> values) {
        return Collections.singletonList(tasks.get((values.get(1).toString().length() + offset) % tasks.size()));
    }
}
