package com.example;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** An object for `components`: it has constructors, setters, public fields, methods, factories and a builder. */
public class Settings implements Serializable {
    private static final long serialVersionUID = 1;

    public String name;
    public int size;
    public Object anything;
    public Mode mode;
    private final Recorder made = new Recorder();

    public Settings() {
        made.add("()");
    }

    public Settings(String text) {
        made.add("(String)", text);
    }

    public Settings(int number) {
        made.add("(int)", number);
    }

    public Settings(Mode mode, boolean flag) {
        made.add("(Mode, boolean)", mode, flag);
    }

    public Settings(List<?> list, Map<String, ?> map) {
        made.add("(List, Map)", list, map);
    }

    public Settings(String[] words, long number, double ratio) {
        made.add("(String[], long, double)", words, number, ratio);
    }

    public Settings(Settings other, String text) {
        made.add("(Settings, String)", other, text);
    }

    private Settings(Builder builder) {
        made.add("(Builder)", builder);
    }

    public static Settings of(String text) {
        Settings made = new Settings();
        made.made.add("of(String)", text);
        return made;
    }

    public static Settings create() {
        return of("create");
    }

    public Settings notStatic(String text) {
        return this;
    }

    public void setLimit(int limit) {
        made.add("setLimit(int)", limit);
    }

    public void setMode(Mode mode) {
        made.add("setMode(Mode)", mode);
    }

    public void setWords(String[] words) {
        made.add("setWords(String[])", words);
    }

    public void setOther(Settings other) {
        made.add("setOther(Settings)", other);
    }

    public void setRatio(float ratio) {
        made.add("setRatio(float)", ratio);
    }

    public void setBytes(byte[] bytes) {
        made.add("setBytes(byte[])", bytes.length, bytes[0]);
    }

    public Settings with(String name, Object value) {
        made.add("with(String, Object)", name, value);
        return this;
    }

    public Settings with(String name) {
        made.add("with(String)", name);
        return this;
    }

    public Settings withAll(List<?> values) {
        made.add("withAll(List)", values);
        return this;
    }

    public Settings ready() {
        made.add("ready()");
        return this;
    }

    /** The usual pattern: the object's only constructor for it takes the builder. */
    public static class Builder implements Serializable {
        private static final long serialVersionUID = 1;

        private final Recorder made = new Recorder();

        public Builder(String text) {
            made.add("(String)", text);
        }

        public Builder limit(long limit) {
            made.add("limit(long)", limit);
            return this;
        }

        public Settings build() {
            return new Settings(this);
        }
    }
}
