package stormflux.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.daemon.GrouperFactory;
import org.apache.storm.generated.Grouping;
import org.apache.storm.grouping.LoadAwareCustomStreamGrouping;
import org.apache.storm.task.WorkerTopologyContext;

/** Emitter chooses the tasks that get the tuples of a component, with Storm's own groupings. */
final class Emitter {
    /** One list of groupings for each stream, by the component that reads it. The order is Storm's. */
    private final Map<String, Map<String, LoadAwareCustomStreamGrouping>> groupings = new HashMap<>();
    private final WorkerTopologyContext context;
    private final String component;

    /** Emitter makes and prepares the groupings, or only the custom ones. */
    Emitter(WorkerTopologyContext context, Map<String, Object> conf, String component, boolean customOnly) {
        this.context = context;
        this.component = component;
        Map<String, Object> plain = new HashMap<>(conf);
        plain.put(Config.TOPOLOGY_DISABLE_LOADAWARE_MESSAGING, true); // all tasks are here
        for (String stream : context.getComponentCommon(component).get_streams().keySet()) {
            groupings.put(stream, new HashMap<String, LoadAwareCustomStreamGrouping>());
        }
        for (Map.Entry<String, Map<String, Grouping>> targets : context.getTargets(component).entrySet()) {
            String stream = targets.getKey();
            Map<String, LoadAwareCustomStreamGrouping> byTarget = groupings.get(stream);
            for (Map.Entry<String, Grouping> target : targets.getValue().entrySet()) {
                Grouping grouping = target.getValue();
                if (customOnly && !grouping.is_set_custom_object() && !grouping.is_set_custom_serialized()) {
                    continue;
                }
                byTarget.put(target.getKey(), GrouperFactory.mkGrouper(context, component, stream,
                    context.getComponentOutputFields(component, stream), grouping, context.getComponentTasks(target.getKey()), plain));
            }
        }
    }

    /** choose returns the tasks that get an emit. It throws what Storm throws (Task.getOutgoingTasks). */
    synchronized List<Integer> choose(int task, String stream, List<Object> values) {
        Map<String, LoadAwareCustomStreamGrouping> byTarget = groupings.get(stream);
        if (byTarget == null) {
            throw new IllegalArgumentException("Unknown stream ID: " + stream);
        }
        List<Integer> tasks = new ArrayList<>();
        for (LoadAwareCustomStreamGrouping grouping : byTarget.values()) {
            if (grouping == GrouperFactory.DIRECT) {
                throw new IllegalArgumentException("Cannot do regular emit to direct stream");
            }
            tasks.addAll(grouping.chooseTasks(task, values));
        }
        return tasks;
    }

    /** choose returns the tasks of one component that get an emit. */
    synchronized List<Integer> choose(int task, String stream, String target, List<Object> values) {
        return groupings.get(stream).get(target).chooseTasks(task, values);
    }

    /** direct returns the target if its component reads the stream with a direct grouping, or no task. */
    List<Integer> direct(int target, String stream) {
        List<Integer> tasks = new ArrayList<>();
        Map<String, LoadAwareCustomStreamGrouping> byTarget = groupings.get(stream);
        if (byTarget == null) {
            throw new IllegalArgumentException("Unknown stream ID: " + stream);
        }
        LoadAwareCustomStreamGrouping grouping = byTarget.get(context.getComponentId(target));
        if (grouping != null && grouping != GrouperFactory.DIRECT) {
            throw new IllegalArgumentException("Cannot emitDirect to a task expecting a regular grouping");
        }
        if (grouping != null) {
            tasks.add(target);
        }
        return tasks;
    }
}
