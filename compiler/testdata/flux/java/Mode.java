package com.example;

/** An enum with a method that its constants override, so the class of a constant is not the enum. */
public enum Mode {
    FAST,
    SAFE {
        @Override
        public int level() {
            return 2;
        }
    };

    public int level() {
        return 1;
    }
}
