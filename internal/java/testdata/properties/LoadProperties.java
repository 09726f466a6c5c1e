import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeSet;

/**
 * Prints what java.util.Properties.load makes of texts: one text a line on standard input, its bytes in hexadecimal;
 * on standard output the same, and behind tabs the sorted keys and values, each as UTF-8 in hexadecimal, or "error".
 * answers.tsv is its output for the first column of itself:
 *
 *     cut -f1 answers.tsv | java LoadProperties.java > answers.new
 */
public class LoadProperties {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line; (line = in.readLine()) != null; ) {
            byte[] text = new byte[line.length() / 2];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) Integer.parseInt(line.substring(2 * i, 2 * i + 2), 16);
            }
            StringBuilder out = new StringBuilder(line);
            try {
                Properties p = new Properties();
                p.load(new ByteArrayInputStream(text));
                for (String key : new TreeSet<>(p.stringPropertyNames())) {
                    out.append('\t').append(hex(key)).append('\t').append(hex(p.getProperty(key)));
                }
            } catch (IllegalArgumentException e) {
                out.append("\terror");
            }
            System.out.println(out);
        }
    }

    private static String hex(String s) {
        StringBuilder b = new StringBuilder();
        for (byte c : s.getBytes(StandardCharsets.UTF_8)) {
            b.append(String.format("%02x", c & 0xff));
        }
        return b.toString();
    }
}
