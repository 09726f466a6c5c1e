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

abstract class Abstract {
    public Abstract() {
    }
}
