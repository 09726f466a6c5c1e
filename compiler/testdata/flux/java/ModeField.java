package com.example;

/** A public field of an enum. */
public class ModeField {
    public Mode mode;
}
