import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Prints what the class path gives for each name. */
public final class ClassPath {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            try (InputStream in = ClassLoader.getSystemClassLoader().getResourceAsStream(name)) {
                System.out.println(name + ": " + (in == null ? "nothing" : new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            }
        }
    }
}
