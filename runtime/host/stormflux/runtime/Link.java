package stormflux.runtime;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Link is the pair of pipes between the host and the engine. Both directions carry frames: the length of the rest as an
 * int, the task as an int (0: the host itself), the kind as a byte, and the content. docs/host.md describes them.
 */
final class Link {
    /** The kinds of frames. */
    static final char START = 'S';
    static final char READY = 'R';
    static final char MESSAGES = 'M';
    static final char CREDIT = 'C';
    static final char END = 'E';
    static final char DIED = 'D';
    static final char LOG = 'L';
    static final char QUESTION = 'Q';
    static final char ANSWER = 'A';

    /** How many bytes of messages of one task may be on their way in one direction. */
    static final int WINDOW = 1 << 18;

    private final DataInputStream in;
    private final DataOutputStream out;
    private final Map<Integer, Integer> underway = new HashMap<>();

    Link(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new java.io.BufferedInputStream(in, 1 << 16));
        this.out = new DataOutputStream(new java.io.BufferedOutputStream(out, 1 << 16));
    }

    /** A frame from the engine. */
    static final class Frame {
        final int task;
        final char kind;
        final byte[] content;

        Frame(int task, char kind, byte[] content) {
            this.task = task;
            this.kind = kind;
            this.content = content;
        }

        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        int number() {
            return java.nio.ByteBuffer.wrap(content).getInt();
        }
    }

    /** read returns the next frame. It throws an EOFException when the engine has closed the pipe. */
    Frame read() throws IOException {
        int length = in.readInt();
        int task = in.readInt();
        char kind = (char) in.readByte();
        byte[] content = new byte[length - 5];
        in.readFully(content);
        return new Frame(task, kind, content);
    }

    void send(int task, char kind, String text) {
        send(task, kind, text.getBytes(StandardCharsets.UTF_8));
    }

    void send(int task, char kind, byte[] content) {
        send(task, kind, content, content.length);
    }

    private synchronized void send(int task, char kind, byte[] content, int length) {
        try {
            out.writeInt(length + 5);
            out.writeInt(task);
            out.writeByte(kind);
            out.write(content, 0, length);
            out.flush();
        } catch (IOException e) {
            Runtime.getRuntime().halt(1); // the engine is gone
        }
    }

    /** sendMessages waits until the engine has room for messages of the task. */
    void sendMessages(int task, byte[] content, int length) {
        synchronized (underway) {
            while (underway.getOrDefault(task, 0) > WINDOW) {
                try {
                    underway.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new RuntimeException(e);
                }
            }
            underway.merge(task, length, Integer::sum);
        }
        send(task, MESSAGES, content, length);
    }

    /** credit says that the engine has read so many bytes of the task's messages. */
    void credit(int task, int bytes) {
        synchronized (underway) {
            underway.merge(task, -bytes, Integer::sum);
            underway.notifyAll();
        }
    }

    void sendNumber(int task, char kind, int number) {
        send(task, kind, java.nio.ByteBuffer.allocate(4).putInt(number).array());
    }
}
