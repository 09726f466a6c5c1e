package cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.tuple.Fields;

/** Components that stress an interpreter. Each declares the names that it computes. */
public class Tricky {
    /** Declares each text with its number before it. */
    public abstract static class Names extends Plain.Quiet {
        abstract void fill(List<String> out) throws Exception;

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            List<String> out = new ArrayList<>();
            try {
                fill(out);
            } catch (Exception e) {
                out.add("failed " + e.getClass().getName());
            }
            String[] names = new String[out.size()];
            for (int i = 0; i < names.length; i++) {
                names[i] = i + ":" + out.get(i);
            }
            declarer.declare(new Fields(names));
        }
    }

    public static class Numbers extends Names {
        @Override
        void fill(List<String> out) {
            int big = Integer.MAX_VALUE;
            long far = Long.MAX_VALUE;
            out.add("" + (big + 1) + (far + 1) + (byte) 200 + (char) 66 + (short) 70000);
            out.add("" + (big * big) + Integer.MIN_VALUE / -1 + (-7 / 2) + (-7 % 3) + (5 >>> 1) + (-5 >>> 28) + (-5 >> 1) + (1 << 33) + (1L << 65));
            out.add("" + (int) 3.99e10 + (long) -2.5 + (int) Double.NaN + (char) ('a' + 1) + ('a' + 1) + (byte) 3.7e3f);
            int i = 5;
            i += 3.7;
            i <<= 2;
            i ^= 0xff;
            out.add("" + i + (i++ + ++i) + ~i + -i);
            long hash = 17;
            for (char c : "stormflux".toCharArray()) {
                hash = hash * 31 + c;
            }
            out.add(hash + "/" + (hash & 0xffff) + "/" + (int) (hash ^ (hash >>> 32)));
            out.add(Integer.toString(42) + Long.valueOf(7L) + Boolean.TRUE + Integer.parseInt("-12") + 0.5 + 1.5f + 100.0);
            out.add("" + Math.max(3, 4) + Math.min(3L, 4L) + Math.abs(-3) + Integer.compare(3, 4) + "x".compareTo("z"));
            out.add("" + Integer.valueOf(5).equals(5) + Integer.valueOf(5).equals(5L) + new Integer(6).intValue() + (Object) 'c');
        }
    }

    public static class Texts extends Names {
        @Override
        void fill(List<String> out) {
            String s = " Storm,Flux,, ";
            out.add(s.trim());
            out.add(Arrays.asList(s.trim().split(",")).toString());
            out.add(String.join("-", "a", "b", "c") + String.join("+", Arrays.asList("x", "y")));
            out.add(String.format("%s has %d%%", "it", 5) + "abc".substring(1) + "abc".substring(1, 2) + "abcabc".indexOf("c") + "abcabc".lastIndexOf('c'));
            out.add("a.b.c".replace('.', '_') + "aXbX".replace("X", "--") + "abc".charAt(1) + "abc".contains("bc") + "abc".startsWith("ab") + "x".isEmpty());
            StringBuilder b = new StringBuilder("x").append(1).append('c').append(2L).append(true).append((Object) null).append(1.5);
            b.setLength(b.length() - 1);
            out.add(b.toString() + b.length());
            out.add("a|b|c".split("\\|").length + "" + "a b".split(" ").length + ",".split(",").length + "".split(",").length);
            switch (s.trim().toLowerCase(java.util.Locale.ROOT)) {
                case "storm,flux,,":
                    out.add("switched");
                    break;
                default:
                    out.add("not switched");
            }
            out.add("é\u4e2d\uD83D\uDE00".length() + new String("q") + String.valueOf(new char[] {'o', 'k'}));
            out.add("Hi".equalsIgnoreCase("hI") + "" + "a".equals(null) + "b".hashCode() + "AaBB".hashCode() + ("AaBB".hashCode() == "BBAa".hashCode()));
        }
    }

    public static class Patterns extends Names {
        @Override
        void fill(List<String> out) {
            out.add("a1b22".replaceAll("[0-9]+", "#"));
            out.add(new StringBuilder("abc").reverse().insert(0, "!").toString());
        }
    }

    public static class Collected extends Names {
        @Override
        void fill(List<String> out) {
            List<Integer> numbers = new ArrayList<>(Arrays.asList(5, 3, 9));
            numbers.remove(Integer.valueOf(3));
            numbers.remove(0);
            numbers.add(0, 1);
            out.add(numbers.toString() + numbers.contains(9) + numbers.indexOf(7) + numbers.size());
            Map<String, Integer> map = new HashMap<>();
            for (int i = 0; i < 40; i++) {
                map.put("key" + i * 7, i);
            }
            map.remove("key7");
            map.put("key0", 99);
            StringBuilder b = new StringBuilder();
            for (Map.Entry<String, Integer> e : map.entrySet()) {
                b.append(e.getKey()).append(e.getValue());
            }
            out.add(b.toString());
            Map<Integer, String> small = new HashMap<>(2);
            small.put(17, "a");
            small.put(1, "b");
            small.put(-3, "c");
            small.put(null, "d");
            out.add(small.values().size() + "" + new ArrayList<>(small.values()));
            Map<String, List<String>> groups = new LinkedHashMap<>();
            for (String word : "one two three four five".split(" ")) {
                groups.computeIfAbsent(word.substring(0, 1), k -> new ArrayList<>()).add(word);
            }
            groups.forEach((k, v) -> out.add(k + v));
            out.add(new TreeMap<>(map).keySet().iterator().next() + new TreeSet<>(Arrays.asList("b", "a", "C")));
            out.add(new HashSet<>(Arrays.asList("banana", "apple", "cherry", "date", "elder", "fig", "grape")).toString());
            out.add(new LinkedHashSet<>(Arrays.asList("z", "y", "z")).toString());
            Map<String, Integer> copy = new HashMap<>(map);
            copy.putAll(Collections.singletonMap("more", 1));
            out.add(copy.size() + "" + copy.keySet().iterator().next() + copy.getOrDefault("none", -1) + copy.putIfAbsent("key0", 5));
        }
    }

    /** Views and aliases. */
    public static class Views extends Names {
        @Override
        void fill(List<String> out) {
            Map<String, String> map = new LinkedHashMap<>();
            map.put("a", "1");
            map.put("b", "2");
            map.put("c", "3");
            Map<String, String> view = Collections.unmodifiableMap(map);
            map.put("d", "4");
            out.add("" + view.size() + view.get("d"));
            map.keySet().remove("a");
            out.add(new ArrayList<>(map.keySet()).toString());
            map.values().remove("2");
            out.add("" + map.size());
            for (Iterator<Map.Entry<String, String>> it = map.entrySet().iterator(); it.hasNext(); ) {
                Map.Entry<String, String> e = it.next();
                e.setValue(e.getValue() + "!");
                if (e.getKey().equals("c")) {
                    it.remove();
                }
            }
            out.add(new ArrayList<>(map.values()).toString());
        }
    }

    public static class Lists extends Names {
        @Override
        void fill(List<String> out) {
            String[] array = {"x", "y", "z"};
            List<String> list = Arrays.asList(array);
            array[0] = "w";
            list.set(1, "v");
            out.add(array[1] + list.get(0));
            List<String> unmodifiable = Collections.unmodifiableList(list);
            list.set(2, "u");
            out.add(unmodifiable.get(2));
            try {
                unmodifiable.add("t");
            } catch (UnsupportedOperationException e) {
                out.add("cannot");
            }
            List<String> some = new ArrayList<>(list);
            List<String> part = some.subList(1, 3);
            some.set(1, "set");
            out.add(part.toString() + part.size());
        }
    }

    public static class Sorting extends Names {
        @Override
        void fill(List<String> out) {
            List<String> list = new ArrayList<>(Arrays.asList("pear", "fig", "apple"));
            Collections.sort(list);
            out.addAll(list);
            String[] array = {"b", "a"};
            Arrays.sort(array);
            out.addAll(Arrays.asList(array));
            Integer[] numbers = {3, -1, 2};
            Arrays.sort(numbers);
            out.add("" + numbers[0] + numbers[2]);
        }
    }

    public static class Comparing extends Names {
        @Override
        void fill(List<String> out) {
            List<String> list = new ArrayList<>(Arrays.asList("pear", "fig", "apple"));
            list.sort(Comparator.comparing(String::length));
            out.addAll(list);
            Collections.reverse(list);
            out.addAll(list);
        }
    }

    /** Code without a model changes objects. */
    public static class Hidden extends Names {
        private final List<String> names = new ArrayList<>();

        @Override
        void fill(List<String> out) {
            Queue<List<String>> queue = new ConcurrentLinkedQueue<>();
            queue.add(names);
            queue.peek().add("from the queue");
            out.addAll(names);
            AtomicReference<StringBuilder> reference = new AtomicReference<>(new StringBuilder("a"));
            StringBuilder b = reference.get();
            b.append("b");
            out.add(reference.get().toString());
        }
    }

    public static class Called extends Names {
        private static String shared = "before";
        private static final List<String> ALL = new ArrayList<>();
        private String own = "own";

        @Override
        void fill(List<String> out) throws Exception {
            Runnable r = () -> {
                shared = "after";
                ALL.add("ran");
                own = "changed";
            };
            Thread thread = new Thread(r);
            thread.start();
            thread.join();
            out.add(shared + ALL + own);
        }
    }

    public static class Reflected extends Names {
        private String own = "own";
        private static String shared = "shared";

        @Override
        void fill(List<String> out) throws Exception {
            java.lang.reflect.Field field = Reflected.class.getDeclaredField("own");
            field.set(this, "set");
            Reflected.class.getDeclaredField("shared").set(null, "set too");
            out.add(own + shared);
        }
    }

    public static class Failures extends Names {
        private int finallies;

        private String tried(Supplier<String> body) {
            try {
                return body.get();
            } catch (NullPointerException e) {
                return "null";
            } catch (ArrayIndexOutOfBoundsException | ClassCastException e) {
                return "index or cast";
            } catch (IllegalArgumentException e) {
                return "argument " + e.getMessage();
            } catch (RuntimeException e) {
                return e instanceof ArithmeticException ? "arithmetic" : "other";
            } finally {
                finallies++;
            }
        }

        @SuppressWarnings("finally")
        private int confusing() {
            try {
                throw new IllegalStateException();
            } finally {
                return 7;
            }
        }

        @Override
        void fill(List<String> out) {
            String nothing = null;
            int zero = finallies;
            Object text = "text";
            out.add(tried(() -> nothing.trim()));
            out.add(tried(() -> "" + new int[2][3][1].length + new int[1][zero + 1].length));
            out.add(tried(() -> "" + new int[1][5 - 4 - 1 + 1].length + new String[0][3].length));
            out.add(tried(() -> (new String[1][2 + zero])[0][1].trim()));
            out.add(tried(() -> ((Integer) text).toString()));
            out.add(tried(() -> "" + 1 / zero));
            out.add(tried(() -> "" + Integer.parseInt("12x")));
            out.add(tried(() -> Objects.requireNonNull(nothing, "none")));
            out.add(tried(() -> Plain.Constant.class.getSimpleName() + Plain.class.getName()));
            out.add(tried(() -> "abc".substring(4)));
            out.add(tried(() -> new ArrayList<String>().get(0)));
            out.add(tried(() -> java.util.concurrent.TimeUnit.valueOf("NEVER").name()));
            out.add(tried(() -> Color.valueOf("GREEN").name() + Color.valueOf("BLUE").paint() + Color.values().length));
            out.add(finallies + "" + confusing());
        }
    }

    public enum Color {
        RED, GREEN {
            @Override
            String paint() {
                return "grass";
            }
        }, BLUE;

        String paint() {
            return "plain " + ordinal() + this;
        }
    }

    public static class Enums extends Names {
        @Override
        void fill(List<String> out) {
            for (Color c : Color.values()) {
                switch (c) {
                    case RED:
                        out.add("red");
                        break;
                    case GREEN:
                        out.add(c.paint() + c.getDeclaringClass().getName());
                        break;
                    default:
                        out.add(c.paint() + c.compareTo(Color.RED));
                }
            }
            Map<Color, String> hash = new HashMap<>();
            hash.put(Color.BLUE, "b");
            out.add(hash.get(Color.BLUE) + hash.get(Color.RED) + (Color.RED == Color.values()[0]));
        }
    }

    public static class Mapped extends Names {
        @Override
        void fill(List<String> out) {
            Map<Color, String> map = new EnumMap<>(Color.class);
            map.put(Color.BLUE, "b");
            map.put(Color.RED, "r");
            out.add(Color.BLUE.name() + map);
        }
    }

    /** The order in which Java initialises. */
    public static class Order extends Base {
        static {
            log("static Order");
        }

        private String field = log("field Order");

        {
            log("block Order");
        }

        public Order() {
            super("x");
            log("constructor Order " + field);
        }

        @Override
        void hook() {
            log("hook " + field);
        }
    }

    public abstract static class Base extends Names {
        private static final List<String> LOG = new ArrayList<>();
        static int count = start();

        static {
            log("static Base " + count);
        }

        Base(String s) {
            log("constructor Base " + s + Lazy.VALUE + Lazy.CONSTANT);
            hook();
        }

        static String log(String s) {
            LOG.add(s);
            return s;
        }

        private static int start() {
            return 40 + 2;
        }

        abstract void hook();

        @Override
        void fill(List<String> out) {
            out.addAll(LOG);
        }
    }

    static class Lazy {
        static final String CONSTANT = "constant";
        static final String VALUE = Base.log("lazy") + "!";
    }

    interface Walker {
        default String move() {
            return "walk";
        }
    }

    interface Runner extends Walker {
        @Override
        default String move() {
            return "run after " + Walker.super.move();
        }

        static String name() {
            return "Runner";
        }
    }

    public static class Defaults extends Names implements Walker, Runner {
        private class Inner {
            private String secret = "inner of " + move();

            class Deeper {
                String both() {
                    return secret + "/" + Defaults.this.hashCode();
                }
            }
        }

        @Override
        public int hashCode() {
            return 11;
        }

        @Override
        void fill(List<String> out) {
            out.add(move() + Runner.name());
            Inner inner = new Inner();
            out.add(inner.new Deeper().both());
            Walker anonymous = new Walker() {
                @Override
                public String move() {
                    return "anonymous " + out.size() + Walker.super.move();
                }
            };
            out.add(anonymous.move());
        }
    }

    public static class Lambdas extends Names {
        private String prefix = "p";

        private String decorate(String s) {
            return prefix + s;
        }

        @Override
        void fill(List<String> out) {
            Function<String, String> f = this::decorate;
            BiFunction<Integer, Integer, Integer> add = (a, b) -> a + b;
            Supplier<List<String>> make = ArrayList::new;
            IntFunction<String> of = i -> "i" + i;
            Function<Object, String> text = Object::toString;
            out.add(f.apply("1") + add.apply(3, 4) + make.get().size() + of.apply(9) + text.apply("t"));
            prefix = "q";
            Arrays.asList("x", "y").forEach(s -> out.add(f.apply(s)));
            out.add(Optional.of("o").map(f).orElse("none"));
        }
    }

    public static class Streamed extends Names {
        @Override
        void fill(List<String> out) {
            Function<String, String> f = s -> s + s;
            out.add(Arrays.asList("b", "a").stream().map(f).sorted().collect(Collectors.joining("+")));
            out.add(f.andThen(String::length).apply("abc").toString());
        }
    }

    public static class Loops extends Names {
        private static int fibonacci(int n) {
            return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
        }

        @Override
        void fill(List<String> out) {
            outer:
            for (int i = 0; ; i++) {
                for (int j = 0; j < 5; j++) {
                    if (i * j == 12) {
                        out.add(i + "*" + j);
                        break outer;
                    }
                    if (j > i) {
                        continue outer;
                    }
                }
            }
            out.add("" + fibonacci(12));
            int n = 27;
            int steps = 0;
            do {
                n = n % 2 == 0 ? n / 2 : 3 * n + 1;
                steps++;
            } while (n != 1);
            out.add("" + steps);
            long[] table = new long[5];
            table[0] = 1;
            for (int i = 1; i < table.length; i++) {
                table[i] += table[i - 1] * 10 + i;
                table[i]++;
            }
            out.add(table[4] + "" + table.clone().length + Arrays.copyOf(table, 2).length);
            int[][] matrix = {{1, 2}, {3, 4, 5}};
            out.add("" + matrix[1].length + matrix[0][1] + new boolean[2][3].length);
            LinkedList<String> linked = new LinkedList<>(Arrays.asList("m", "n"));
            linked.addFirst("l");
            out.add(linked.getFirst() + linked.getLast() + linked);
        }
    }

    /** A key with its own equality, and one without. */
    public static class Keys extends Names {
        private static final class Key {
            private final int n;

            Key(int n) {
                this.n = n;
            }

            @Override
            public boolean equals(Object o) {
                return o instanceof Key && ((Key) o).n % 10 == n % 10;
            }

            @Override
            public int hashCode() {
                return n % 10;
            }

            @Override
            public String toString() {
                return "k" + n;
            }
        }

        @Override
        void fill(List<String> out) {
            Map<Key, String> map = new HashMap<>();
            map.put(new Key(12), "a");
            map.put(new Key(1), "b");
            map.put(new Key(22), "c");
            out.add(map.size() + map.get(new Key(2)) + map.keySet());
            Map<Object, Integer> identity = new HashMap<>();
            Object o = new Object();
            identity.put(o, 1);
            identity.put(new Object(), 2);
            out.add(identity.get(o) + "" + identity.size() + identity.get(new Object()));
        }
    }

    /** Equal keys with different hash codes, and collections that override methods. */
    public static class Inconsistent extends Names {
        private static final class Key {
            @Override
            public boolean equals(Object o) {
                return o instanceof Key;
            }
        }

        private static final class Shouting extends ArrayList<String> {
            @Override
            public boolean add(String s) {
                return super.add(s + "!");
            }

            @Override
            public String get(int i) {
                return super.get(i).trim() + "?";
            }
        }

        private static final class Adding extends HashSet<String> {
            @Override
            public boolean add(String s) {
                return super.add(s + "+");
            }
        }

        @Override
        void fill(List<String> out) {
            Map<Key, String> map = new HashMap<>();
            map.put(new Key(), "a");
            map.put(new Key(), "b");
            Shouting shouting = new Shouting();
            shouting.add("a");
            shouting.addAll(Arrays.asList("b"));
            out.add(shouting.get(0) + shouting.get(1));
            Adding adding = new Adding();
            adding.addAll(Arrays.asList("c"));
            out.add(adding.contains("c") + "" + adding.contains("c+"));
            out.add("" + map.size());
        }
    }

    public static class Selfish extends Names {
        @Override
        void fill(List<String> out) {
            List<Object> self = new ArrayList<>();
            self.add(self);
            out.add("" + self);
        }
    }

    public static class Subclassed extends Names {
        private static final class Shouting extends ArrayList<String> {
            @Override
            public boolean add(String s) {
                return super.add(s + "!");
            }
        }

        @Override
        void fill(List<String> out) {
            Shouting shouting = new Shouting();
            shouting.add("a");
            shouting.addAll(Arrays.asList("b"));
            out.add(shouting.get(0) + shouting.get(1) + shouting.size());
            Map<String, Integer> map = new HashMap<>(Collections.singletonMap("x", 1));
            map.put("seven", 7);
            map.put("eight", 8);
            out.add("" + map.size() + new HashMap<>(map).get("eight"));
        }
    }

    public static class Identity extends Names {
        @Override
        void fill(List<String> out) {
            String a = "a";
            String b = new String("a");
            Integer small = 100;
            Integer same = 100;
            Integer large = 1000;
            Integer other = 1000;
            out.add("" + (a == b) + (a == b.intern()) + (small == same) + (large == other) + large.equals(other) + (a == "a"));
        }
    }

    public static class Guards extends Names {
        private final AtomicInteger calls = new AtomicInteger();
        private final Map<String, String> concurrent = new ConcurrentHashMap<>();
        private transient Object lock = new Object();

        @Override
        synchronized void fill(List<String> out) {
            concurrent.put("a", "1");
            synchronized (lock) {
                out.add(concurrent.get("a"));
            }
            calls.incrementAndGet();
            if (calls.get() > 5) {
                out.add("never");
            }
        }
    }

    /** Overloads among which the order of reflection decides, without consequences. */
    public static class Overloaded extends Names {
        private final long n;

        public Overloaded(int n) {
            this.n = n;
        }

        public Overloaded(long n) {
            this((int) n);
        }

        @Override
        void fill(List<String> out) {
            out.add("n" + n);
        }
    }

    /** Overloads among which the order of reflection decides. */
    public static class Ambiguous extends Names {
        private final String n;

        public Ambiguous(int n) {
            this.n = "int";
        }

        public Ambiguous(long n) {
            this.n = "long";
        }

        @Override
        void fill(List<String> out) {
            out.add(n);
        }
    }

    /** Setters of all types. */
    public static class Setters extends Names {
        private final List<String> seen = new ArrayList<>();
        public short small;
        public Double real;

        public void setFlag(boolean b) {
            seen.add("flag" + b);
        }

        public void setChar(char c) {
            seen.add("char" + c);
        }

        public void setLongs(long[] l) {
            seen.add("longs" + l.length + l[0]);
        }

        public void setColor(Color c) {
            seen.add("color" + c.paint());
        }

        public Setters setFloat(Float f) {
            seen.add("float" + f);
            return this;
        }

        public void setMap(Map<String, Object> map) {
            seen.add("map" + map.get("k") + map.keySet());
        }

        public void many(String first, int second, Object... rest) {
            seen.add(first + second + rest.length + rest[0]);
        }

        public static Setters of(String s) {
            Setters made = new Setters();
            made.seen.add("made of " + s);
            return made;
        }

        @Override
        void fill(List<String> out) {
            out.addAll(seen);
            out.add(small + "/" + real);
        }
    }
}
