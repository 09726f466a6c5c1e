package stormflux.classfile;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;

/**
 * Prints what Java's reflection says of the classes whose names it reads, one a line. The first arguments are the names of
 * interfaces; it prints which of them each class implements.
 */
public final class Reflect {
    private Reflect() { }

    public static void main(String[] interfaces) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String name = in.readLine(); name != null; name = in.readLine()) {
            StringBuilder text = new StringBuilder();
            try {
                describe(name, interfaces, text);
            } catch (Throwable e) { // a class that it mentions is missing
                text.setLength(0);
                text.append("X\t").append(name).append('\t').append(e.getClass().getName()).append('\n');
            }
            out.print(text);
        }
        out.flush();
    }

    private static void describe(String name, String[] interfaces, StringBuilder out) throws Exception {
        ClassLoader loader = Reflect.class.getClassLoader();
        Class<?> c = Class.forName(name, false, loader);
        line(out, "C", name, c.getModifiers(), c.getSuperclass() == null ? "" : c.getSuperclass().getName());
        for (Class<?> i : c.getInterfaces()) {
            line(out, "I", i.getName());
        }
        for (String i : interfaces) {
            if (Class.forName(i, false, loader).isAssignableFrom(c)) {
                line(out, "K", i);
            }
        }
        for (Constructor<?> k : c.getDeclaredConstructors()) {
            line(out, "N", k.getModifiers(), MethodType.methodType(void.class, k.getParameterTypes()).toMethodDescriptorString());
        }
        for (Method m : c.getMethods()) {
            line(out, "M", m.getModifiers(), MethodType.methodType(m.getReturnType(), m.getParameterTypes()).toMethodDescriptorString(),
                m.getName(), m.getDeclaringClass().getName());
        }
        TreeSet<String> fields = new TreeSet<>();
        for (Field f : c.getFields()) {
            fields.add(f.getName());
        }
        for (String f : fields) {
            line(out, "F", c.getField(f).getType().getName(), f, c.getField(f).getDeclaringClass().getName());
        }
        if (c.isEnum()) {
            for (Field f : c.getDeclaredFields()) {
                if (f.isEnumConstant()) {
                    line(out, "E", f.getName());
                }
            }
        }
    }

    private static void line(StringBuilder out, Object... words) {
        for (int i = 0; i < words.length; i++) {
            out.append(i > 0 ? "\t" : "").append(words[i]);
        }
        out.append('\n');
    }
}
