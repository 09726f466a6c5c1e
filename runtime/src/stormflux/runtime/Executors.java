package stormflux.runtime;

import java.util.Arrays;
import org.apache.storm.topology.BaseStatefulBoltExecutor;
import org.apache.storm.topology.BasicBoltExecutor;
import org.apache.storm.topology.CheckpointTupleForwarder;
import org.apache.storm.topology.IBasicBolt;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.IStatefulBolt;
import org.apache.storm.topology.IStatefulWindowedBolt;
import org.apache.storm.topology.IWindowedBolt;
import org.apache.storm.topology.PersistentWindowedBoltExecutor;
import org.apache.storm.topology.StatefulBoltExecutor;
import org.apache.storm.topology.StatefulWindowedBoltExecutor;
import org.apache.storm.topology.WindowedBoltExecutor;

/**
 * Makes the bolt that a worker runs of a bolt of any kind, as Storm's TopologyBuilder does.
 *
 * Older releases lack the interfaces of some kinds. So this class asks for interfaces by their names, and the classes
 * that use such an interface are loaded only if a bolt has it.
 */
final class Executors {
    static final String NO_BOLT = "it implements neither IRichBolt nor IBasicBolt, IWindowedBolt or IStatefulBolt";

    private Executors() {
    }

    /** kind returns the name of the interface that decides how a bolt runs, or null if the object is not a bolt. */
    static String kind(Object bolt) {
        if (bolt instanceof IRichBolt) {
            return "IRichBolt";
        }
        if (bolt instanceof IBasicBolt) {
            return "IBasicBolt";
        }
        for (String kind : Arrays.asList("IStatefulWindowedBolt", "IWindowedBolt", "IStatefulBolt")) {
            if (implement(bolt.getClass(), "org.apache.storm.topology." + kind)) {
                return kind;
            }
        }
        return null;
    }

    /**
     * of returns the bolt itself or Storm's executor for it. In a topology with checkpoints, a bolt without state passes
     * them on. In one without, there is no state, and a stateful windowed bolt is only a windowed bolt, as it always is for
     * Flux.
     */
    static IRichBolt of(Object bolt, String kind, boolean checkpoints) {
        switch (kind) {
            case "IRichBolt":
                return forwarding((IRichBolt) bolt, checkpoints);
            case "IBasicBolt":
                return forwarding(new BasicBoltExecutor((IBasicBolt) bolt), checkpoints);
            case "IStatefulWindowedBolt":
                return checkpoints ? StatefulWindowed.executor(bolt) : Windowed.executor(bolt);
            case "IWindowedBolt":
                return forwarding(Windowed.executor(bolt), checkpoints);
            default:
                return Stateful.executor(bolt);
        }
    }

    private static IRichBolt forwarding(IRichBolt bolt, boolean checkpoints) {
        return checkpoints ? Forwarding.executor(bolt) : bolt;
    }

    static boolean implement(Class<?> type, String name) {
        if (type == null) {
            return false;
        }
        if (type.getName().equals(name)) {
            return true;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (implement(parent, name)) {
                return true;
            }
        }
        return implement(type.getSuperclass(), name);
    }

    private static final class Windowed {
        static IRichBolt executor(Object bolt) {
            return new WindowedBoltExecutor((IWindowedBolt) bolt);
        }
    }

    private static final class Stateful {
        @SuppressWarnings({"rawtypes", "unchecked"})
        static IRichBolt executor(Object bolt) {
            return new StatefulBoltExecutor((IStatefulBolt) bolt);
        }
    }

    private static final class StatefulWindowed {
        @SuppressWarnings({"rawtypes", "unchecked"})
        static IRichBolt executor(Object bolt) {
            IStatefulWindowedBolt windowed = (IStatefulWindowedBolt) bolt;
            boolean persistent;
            try {
                persistent = windowed.isPersistent();
            } catch (NoSuchMethodError e) { // Storm 1.x
                persistent = false;
            }
            return Stateful.executor(persistent ? Persistent.executor(windowed) : new StatefulWindowedBoltExecutor(windowed));
        }
    }

    private static final class Forwarding {
        static IRichBolt executor(IRichBolt bolt) {
            return bolt instanceof BaseStatefulBoltExecutor ? bolt : new CheckpointTupleForwarder(bolt);
        }
    }

    private static final class Persistent {
        @SuppressWarnings({"rawtypes", "unchecked"})
        static Object executor(IStatefulWindowedBolt bolt) {
            return new PersistentWindowedBoltExecutor(bolt);
        }
    }
}
