import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.shade.net.minidev.json.JSONValue;

/** Shows what json-smart makes of texts, one a line in base64. Strings are shown as the hex of their UTF-16 units. */
public class ParseJSON {
    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null;) {
            String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
            StringBuilder out = new StringBuilder();
            try {
                show(JSONValue.parseWithException(text), out);
            } catch (Exception e) {
                out.setLength(0);
                out.append("refused");
            }
            System.out.println(out);
        }
    }

    @SuppressWarnings("unchecked")
    static void show(Object value, StringBuilder out) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Map) {
            out.append('{');
            new TreeMap<>((Map<String, Object>) value).forEach((key, element) -> {
                show(key, out);
                out.append(':');
                show(element, out);
                out.append(',');
            });
            out.append('}');
        } else if (value instanceof List) {
            out.append('[');
            ((List<Object>) value).forEach(element -> {
                show(element, out);
                out.append(',');
            });
            out.append(']');
        } else if (value instanceof String) {
            out.append('"');
            ((String) value).chars().forEach(unit -> out.append(String.format("%04x", unit)));
            out.append('"');
        } else {
            out.append(value.getClass().getSimpleName()).append('(').append(value.hashCode()).append(')');
        }
    }
}
