// Package replace puts a new version of a topology in the place of the one that runs.
//
// It owns the steps of a replacement, their order, and the record of how far it came: check and upload, save the old
// topology, deactivate it, wait until its tuples are done, kill it, submit the new one, watch whether it runs, and put the
// old one back if it does not. It also owns the saved copies. It does not decide what changes (internal/plan), and prints
// nothing: [Options.Say] gets each step.
//
// Two facts shape this package. First, Storm has one name for one topology, so for some seconds there is none on the
// cluster: whatever can fail comes before. Second, the client, the connection and Nimbus can end between any two calls. So the
// record says what comes next before it is done, and the next call compares the record with the cluster ([Look]).
package replace
