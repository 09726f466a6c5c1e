package com.example;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keeps what an object was made with: each call with its arguments. */
public class Recorder implements Serializable {
    private static final long serialVersionUID = 1;

    private final List<Object> calls = new ArrayList<>();

    /** add notes a call. An array becomes a list of its type and its elements. */
    public final void add(String call, Object... arguments) {
        List<Object> noted = new ArrayList<>();
        noted.add(call);
        for (Object argument : arguments) {
            if (argument instanceof Object[]) {
                noted.add(argument.getClass().getName());
                noted.add(new ArrayList<>(Arrays.asList((Object[]) argument)));
            } else {
                noted.add(argument);
            }
        }
        calls.add(noted);
    }
}
