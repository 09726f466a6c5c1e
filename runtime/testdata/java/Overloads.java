package stormflux.cases;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Overloads among which Flux chooses the last one that it accepts. */
public class Overloads extends Kinds {
    public Overloads(int i) {
        remember("(int)", i);
    }

    public Overloads(long i) {
        remember("(long)", i);
    }

    public Overloads(short i) {
        remember("(short)", i);
    }

    public Overloads(String s) {
        remember("(String)", s);
    }

    public Overloads(TimeUnit unit) {
        remember("(TimeUnit)", unit);
    }

    public Overloads(Object o, String s) {
        remember("(Object, String)", o, s);
    }

    public Overloads(String s, Object o) {
        remember("(String, Object)", s, o);
    }

    // What Flux chooses here always fails.

    public Overloads(int i, int j, int k) {
        remember("(int, int, int)", i, j, k);
    }

    public Overloads(int i, int j, char k) {
        remember("(int, int, char)", i, j, k);
    }

    private Overloads(int i, int j, short k) {
        remember("private", i, j, k);
    }

    public Overloads(String[] words, int a, int b, int c) {
        remember("(String[], int, int, int)", words, a, b, c);
    }

    public Overloads(long[] numbers, int a, int b, int c) {
        remember("(long[], int, int, int)", numbers, a, b, c);
    }

    public Overloads(BigDecimal d, List<Object> l, char c, TimeUnit[] units, int[][] matrix) {
        remember("(BigDecimal, List, char, TimeUnit[], int[][])", d, l, c, units, matrix);
    }

    // Neither is better.

    public Overloads(CharSequence s, String t, String u, String v, String w, String x) {
        remember("(CharSequence, String, ...)", s);
    }

    public Overloads(String s, CharSequence t, String u, String v, String w, String x) {
        remember("(String, CharSequence, ...)", s);
    }
}
