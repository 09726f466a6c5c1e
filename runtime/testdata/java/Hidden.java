package stormflux.cases;

/** A class that is not public, as builders often are. */
class Hidden {
    public int number;

    public Hidden(int number) {
        this.number = number;
    }

    public static Hidden of(int number) {
        return new Hidden(number);
    }
}

class Invisible {
    public String called = "";

    public void call(CharSequence text) {
        called += " call(CharSequence)";
    }

    public void call(int number) {
        called += " call(int)";
    }
}

interface Holder<T> {
    void hold(T value);
}

abstract class Abstract {
    public Abstract() {
    }
}
