package stormflux.cases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import org.apache.storm.hooks.BaseWorkerHook;
import org.apache.storm.task.WorkerUserContext;

/** A worker hook that leaves a file when a worker starts and one when it ends. */
public class Marker extends BaseWorkerHook {
    private final String folder;

    public Marker(String folder) {
        this.folder = folder;
    }

    @Override
    public void start(Map<String, Object> conf, WorkerUserContext context) {
        write("started");
    }

    @Override
    public void shutdown() {
        write("ended");
    }

    private void write(String name) {
        try {
            Files.write(Paths.get(folder, name), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
