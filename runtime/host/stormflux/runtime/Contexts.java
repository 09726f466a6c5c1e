package stormflux.runtime;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import org.apache.storm.hooks.IWorkerHook;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.task.WorkerTopologyContext;

/** Contexts bridges what differs between Storm 2.0 and 2.8 in the contexts of components and worker hooks. */
final class Contexts {
    private Contexts() {
    }

    /** worker returns a WorkerUserContext, which Storm has since 2.6, or else a WorkerTopologyContext. */
    static WorkerTopologyContext worker(Object... arguments) {
        Class<?> type;
        try {
            type = Class.forName("org.apache.storm.task.WorkerUserContext");
        } catch (ClassNotFoundException e) {
            type = WorkerTopologyContext.class;
        }
        return (WorkerTopologyContext) make(type, arguments);
    }

    static TopologyContext task(Object... arguments) {
        return (TopologyContext) make(TopologyContext.class, arguments);
    }

    /** make calls the longest constructor. Those of older releases lack the last arguments. */
    private static Object make(Class<?> type, Object[] arguments) {
        Constructor<?> longest = null;
        for (Constructor<?> constructor : type.getConstructors()) {
            if (longest == null || constructor.getParameterTypes().length > longest.getParameterTypes().length) {
                longest = constructor;
            }
        }
        try {
            return longest.newInstance(Arrays.copyOf(arguments, longest.getParameterTypes().length));
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** start starts a worker hook. The context's type is that of worker. */
    static void start(IWorkerHook hook, Map<String, Object> conf, WorkerTopologyContext context) throws Throwable {
        Method start;
        try {
            start = IWorkerHook.class.getMethod("start", Map.class, context.getClass());
        } catch (NoSuchMethodException e) {
            start = IWorkerHook.class.getMethod("start", Map.class, WorkerTopologyContext.class);
        }
        try {
            start.invoke(hook, conf, context);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
