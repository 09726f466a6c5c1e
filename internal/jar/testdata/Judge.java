import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;

/** Prints the jar's entries as Java reads them: through its directory, and as a stream. */
public class Judge {
    public static void main(String[] args) throws Exception {
        try (JarFile jar = new JarFile(args[0], true)) {
            System.out.println("manifest " + jar.getManifest().getMainAttributes().getValue("Manifest-Version"));
            for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements();) {
                JarEntry entry = all.nextElement();
                try (InputStream in = jar.getInputStream(entry)) {
                    print("file", entry.getName(), in);
                }
            }
        }
        if (args.length > 1) {
            return;
        }
        try (JarInputStream in = new JarInputStream(new java.io.FileInputStream(args[0]), true)) {
            System.out.println("stream manifest " + (in.getManifest() != null));
            for (JarEntry entry; (entry = in.getNextJarEntry()) != null;) {
                print("stream", entry.getName(), in);
            }
        }
    }

    private static void print(String how, String name, InputStream in) throws Exception {
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        for (int n; (n = in.read(buffer)) > 0; size += n) {
            sum.update(buffer, 0, n);
        }
        System.out.println(how + " " + name + " " + size + " " + HexFormat.of().formatHex(sum.digest()));
    }
}
