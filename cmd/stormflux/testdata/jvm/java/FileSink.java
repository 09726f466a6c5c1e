package stormflux.cases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.tuple.Tuple;

/** Writes a line for each tuple into a file for each of its tasks: the values with the names of their classes. */
public class FileSink extends BaseBasicBolt {
    private final String folder;
    private final Lines lines;
    private transient Path file;

    public FileSink(String folder, Lines lines) {
        this.folder = folder;
        this.lines = lines;
    }

    @Override
    public void prepare(Map<String, Object> conf, TopologyContext context) {
        file = Paths.get(folder, context.getThisComponentId() + "-" + context.getThisTaskIndex() + ".txt");
    }

    @Override
    public void execute(Tuple tuple, BasicOutputCollector collector) {
        StringBuilder line = new StringBuilder();
        for (Object value : tuple.getValues()) {
            Object shown = value instanceof byte[] ? Arrays.toString((byte[]) value) : value;
            line.append(line.length() == 0 ? "" : lines.separator)
                .append(value == null ? "null" : value.getClass().getSimpleName() + ' ' + shown);
        }
        try {
            Files.write(file, (line + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
    }

    /** How to write a line: an object that a topology file refers to. */
    public static class Lines implements java.io.Serializable {
        private String separator = " ";

        public void setSeparator(String separator) {
            this.separator = separator;
        }
    }
}
