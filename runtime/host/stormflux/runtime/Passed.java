package stormflux.runtime;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passed holds the values of tuples on their way from one JVM task to others. The engine sees only a number for them, so
 * the values keep their types and their identity, as they do within a worker of Storm.
 */
final class Passed {
    private static final class Entry {
        final List<Object> values;
        final AtomicInteger receivers;

        Entry(List<Object> values, int receivers) {
            this.values = values;
            this.receivers = new AtomicInteger(receivers);
        }
    }

    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    /** put keeps values until take was called so many times, and returns their number. */
    long put(List<Object> values, int receivers) {
        long number = last.incrementAndGet();
        entries.put(number, new Entry(values, receivers));
        return number;
    }

    List<Object> take(long number) {
        Entry entry = entries.get(number);
        if (entry.receivers.decrementAndGet() == 0) {
            entries.remove(number);
        }
        return entry.values;
    }
}
