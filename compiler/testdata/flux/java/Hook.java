package com.example;

import org.apache.storm.hooks.BaseWorkerHook;

/** A worker hook. */
public class Hook extends BaseWorkerHook {
    private static final long serialVersionUID = 1;

    private final Recorder made = new Recorder();

    public Hook() {
        made.add("()");
    }

    public Hook(String text, Settings settings) {
        made.add("(String, Settings)", text, settings);
    }

    public void setLimit(int limit) {
        made.add("setLimit(int)", limit);
    }
}
