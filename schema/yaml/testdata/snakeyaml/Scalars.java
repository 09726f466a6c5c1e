import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Prints how SnakeYAML 2.2, the reader inside Storm Flux 2.8, types plain scalars: one scalar a line on standard input,
 * "scalar TAB Java class TAB value" on standard output. scalars.tsv is its output for scalars.txt:
 *
 *     java -cp snakeyaml-2.2.jar Scalars.java < scalars.txt > scalars.tsv
 */
public class Scalars {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String type;
            String value;
            try {
                Object o = new Yaml(new SafeConstructor(new LoaderOptions())).load("- " + line);
                o = ((java.util.List<?>) o).get(0);
                type = o == null ? "null" : o.getClass().getSimpleName();
                value = String.valueOf(o);
            } catch (Exception e) {
                type = "error";
                value = e.getClass().getSimpleName();
            }
            out.print(line + "\t" + type + "\t" + value + "\n");
        }
        out.flush();
    }
}
