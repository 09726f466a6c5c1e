package stormflux.runtime;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;

/**
 * Output sends what components print or log to the engine, with the task whose thread prints it. A thread that a
 * component starts belongs to its task too.
 */
final class Output extends OutputStream {
    /** The task that the thread works for, or 0. */
    static final InheritableThreadLocal<Integer> TASK = new InheritableThreadLocal<Integer>() {
        @Override
        protected Integer initialValue() {
            return 0;
        }
    };

    /** What the log configuration writes around the level, before each message. */
    private static final char MARK = '\u0001';

    private final Link link;
    private final ThreadLocal<ByteArrayOutputStream> line = new ThreadLocal<ByteArrayOutputStream>() {
        @Override
        protected ByteArrayOutputStream initialValue() {
            return new ByteArrayOutputStream();
        }
    };

    private Output(Link link) {
        this.link = link;
    }

    /** redirect makes System.out and System.err print to the engine. */
    static void redirect(Link link) {
        try {
            PrintStream out = new PrintStream(new Output(link), false, "UTF-8");
            System.setOut(out);
            System.setErr(out);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void write(int b) {
        if (b == '\n') {
            send(line.get());
        } else {
            line.get().write(b);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        ByteArrayOutputStream begun = line.get();
        if (begun.size() == 0 && length > 0 && bytes[offset] == MARK) { // a message of the log, which may have many lines
            begun.write(bytes, offset, length);
            send(begun);
            return;
        }
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    private void send(ByteArrayOutputStream begun) {
        String text = new String(begun.toByteArray(), StandardCharsets.UTF_8);
        begun.reset();
        String level = "";
        int end = text.isEmpty() || text.charAt(0) != MARK ? -1 : text.indexOf(MARK, 1);
        if (end > 0) {
            level = text.substring(1, end);
            text = text.substring(end + 1);
        }
        while (text.endsWith("\n") || text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        link.send(TASK.get(), Link.LOG, level + "\n" + text);
    }
}
