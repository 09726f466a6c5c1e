package stormflux.runtime;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.grouping.CustomStreamGrouping;
import org.apache.storm.grouping.LoadAwareCustomStreamGrouping;
import org.apache.storm.grouping.LoadMapping;
import org.apache.storm.task.WorkerTopologyContext;

/**
 * Runs the custom grouping of a definition, whether it wants to know the load of the tasks or not.
 *
 * Storm up to 0.10 has no LoadAwareCustomStreamGrouping. For those releases the jar has this class without the interface,
 * so the class must name CustomStreamGrouping too, and must not use the missing classes before it needs them.
 */
public final class Grouping implements CustomStreamGrouping, LoadAwareCustomStreamGrouping {
    private static final long serialVersionUID = 1;

    private final String definition;
    private transient CustomStreamGrouping grouping;
    private transient Method chooseByLoad;

    /** Grouping keeps the definition as JSON. The grouping is built when Storm prepares it. */
    public Grouping(String definition) {
        this.definition = definition;
    }

    @Override
    public void prepare(WorkerTopologyContext context, GlobalStreamId stream, List<Integer> targetTasks) {
        Definition read = new Definition(definition);
        Object built = read.build();
        read.require(built instanceof CustomStreamGrouping, built, "grouping", "it does not implement CustomStreamGrouping");
        grouping = (CustomStreamGrouping) built;
        grouping.prepare(context, stream, targetTasks);
    }

    @Override
    public List<Integer> chooseTasks(int taskId, List<Object> values) {
        return grouping.chooseTasks(taskId, values);
    }

    @Override
    public void refreshLoad(LoadMapping load) { // Storm 2.0 and later
        if (grouping instanceof LoadAwareCustomStreamGrouping) {
            ((LoadAwareCustomStreamGrouping) grouping).refreshLoad(load);
        }
    }

    /** chooseTasks with the load is a method of the interface in Storm 1.x only. */
    @SuppressWarnings("unchecked")
    public List<Integer> chooseTasks(int taskId, List<Object> values, LoadMapping load) {
        if (!(grouping instanceof LoadAwareCustomStreamGrouping)) {
            return grouping.chooseTasks(taskId, values);
        }
        try {
            if (chooseByLoad == null) {
                chooseByLoad = LoadAwareCustomStreamGrouping.class.getMethod("chooseTasks", int.class, List.class, LoadMapping.class);
            }
            return (List<Integer>) chooseByLoad.invoke(grouping, taskId, values, load);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause().toString(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
