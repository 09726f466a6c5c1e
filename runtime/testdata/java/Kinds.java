package stormflux.cases;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One class for each way to pass a value. The list remembers which member was called with what. */
public class Kinds {
    public final List<Object> calls = new ArrayList<>();
    public int field;
    public long wide;
    public TimeUnit unitField;
    public int[] arrayField;
    public String both;
    public String text;

    public Kinds() {
        remember("()");
    }

    public Kinds(String s) {
        remember("(String)", s);
    }

    public Kinds(int i, long l, double d, float f, short h, byte b) {
        remember("(int, long, double, float, short, byte)", i, l, d, f, h, b);
    }

    public Kinds(Integer i, Long l) {
        remember("(Integer, Long)", i, l);
    }

    public Kinds(TimeUnit unit, boolean flag, Boolean other) {
        remember("(TimeUnit, boolean, Boolean)", unit, flag, other);
    }

    public Kinds(String[] words, int[] numbers, List<Object> list, Map<String, Object> map) {
        remember("(String[], int[], List, Map)", words, numbers, list, map);
    }

    public Kinds(Object a, Number b, Comparable<?> c, Iterable<?> d, CharSequence e) {
        remember("(Object, Number, Comparable, Iterable, CharSequence)", a, b, c, d, e);
    }

    public Kinds(Date date, byte[] bytes, Set<Object> set, BigInteger big, Object rest, Object more, Object last) {
        remember("(Date, byte[], Set, BigInteger, Object, Object, Object)", date, bytes, set, big, rest, more, last);
    }

    public static Kinds of(int i) {
        return make("of(int)", i);
    }

    public static Kinds of(String s) {
        return make("of(String)", s);
    }

    public static Kinds of() {
        return make("of()");
    }

    public static Object other(String text) {
        return new StringBuilder(text);
    }

    public static Kinds nothing() {
        return null;
    }

    public Kinds member(String text) {
        return this;
    }

    public void setName(String name) {
        remember("setName(String)", name);
    }

    public void setCount(int count) {
        remember("setCount(int)", count);
    }

    public void setUnit(TimeUnit unit) {
        remember("setUnit(TimeUnit)", unit);
    }

    public void setWords(String[] words) {
        remember("setWords(String[])", words);
    }

    public void setBoth(TimeUnit unit) {
        remember("setBoth(TimeUnit)", unit);
    }

    public void setText(char c) {
        remember("setText(char)", c);
    }

    public void setPeer(Kinds peer) {
        remember("setPeer(Kinds)", peer);
    }

    public Kinds with(String key, Object value) {
        return remember("with(String, Object)", key, value);
    }

    public Kinds with(long number) {
        return remember("with(long)", number);
    }

    public void start() {
        remember("start()");
    }

    public static void shared(String text) {
    }

    public void fail(String text) {
        throw new IllegalStateException(text);
    }

    private static Kinds make(String what, Object... values) {
        Kinds made = new Kinds();
        made.calls.clear();
        return made.remember(what, values);
    }

    Kinds remember(String what, Object... values) {
        List<Object> call = new ArrayList<>();
        call.add(what);
        for (Object value : values) {
            call.add(value);
        }
        calls.add(call);
        return this;
    }
}
