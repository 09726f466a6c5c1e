import java.util.jar.JarFile;

/** Prints the size of each entry of a jar as Java reads its directory, and opens each. */
public class Sizes {
    public static void main(String[] args) throws Exception {
        try (JarFile jar = new JarFile(args[0])) {
            for (var entry : java.util.Collections.list(jar.entries())) {
                System.out.println(entry.getName() + " " + entry.getSize());
                try (var in = jar.getInputStream(entry)) {
                    in.read();
                }
            }
        }
    }
}
