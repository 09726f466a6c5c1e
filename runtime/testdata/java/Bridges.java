package stormflux.cases;

/** The compiler adds methods here: for the generic interface, and because the superclass is not public. */
public class Bridges extends Invisible implements Holder<Long> {
    @Override
    public void hold(Long value) {
        called += " hold(Long) " + value;
    }
}
