package nimbus

import (
	"fmt"
	"strings"
)

// Stage is how far a submission got.
type Stage int

const (
	_          Stage = iota
	Checking         // nothing was sent that leaves a trace
	Uploading        // the jar
	Submitting       // the topology itself
)

// Outcome is what is known about a submission that failed.
type Outcome int

const (
	_            Outcome = iota
	NotSubmitted         // it is certain
	NotFound             // the connection broke; the client asked again, and the cluster does not have it
	Unknown              // the connection broke, and the cluster did not answer
)

// SubmitError is a submission that failed, and what it leaves behind.
type SubmitError struct {
	Name    string
	Stage   Stage
	Outcome Outcome

	// Inbox is the file that the upload left on Server, complete or not; empty if there is none. No call deletes it.
	// Nimbus deletes it after nimbus.inbox.jar.expiration.secs (an hour by default).
	Inbox       string
	Server      Address
	Sent, Total int64 // bytes of the jar

	// Blobs are the keys of uploaded dependencies that are the topology's own and could not be deleted.
	Blobs []string

	LookUp error // why the cluster did not answer, if Outcome is Unknown
	Err    error // usually an [*Error]
}

// Error reports on the first line whether the topology runs and why not. Each further line has one more fact.
func (e *SubmitError) Error() string {
	var b strings.Builder
	switch e.Outcome {
	case NotFound:
		fmt.Fprintf(&b, "topology %q is not on the cluster after its submission was interrupted", e.Name)
	case Unknown:
		fmt.Fprintf(&b, "whether topology %q runs is unknown", e.Name)
	default:
		fmt.Fprintf(&b, "topology %q was not submitted", e.Name)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	for _, line := range e.Remains() {
		b.WriteString("\n  " + line)
	}
	return b.String()
}

// Remains returns what the failed submission leaves behind or open, one sentence per line. It returns nothing if
// nothing reached Nimbus.
func (e *SubmitError) Remains() []string {
	var lines []string
	switch e.Outcome {
	case Unknown:
		line := fmt.Sprintf("Nimbus may have taken it: look at the cluster's topologies before you submit %q again", e.Name)
		if e.LookUp != nil {
			why, _, _ := strings.Cut(e.LookUp.Error(), "\n")
			line += " (asking it failed: " + why + ")"
		}
		lines = append(lines, line)
	case NotFound:
		lines = append(lines, fmt.Sprintf("it appears later if Nimbus still works on it: look at the cluster's topologies before you submit %q again", e.Name))
	}
	if e.Inbox != "" {
		what := "the uploaded jar"
		if e.Sent < e.Total {
			what = fmt.Sprintf("an incomplete jar (%d of %d bytes)", e.Sent, e.Total)
		}
		lines = append(lines, fmt.Sprintf("%s is left on %s as %s; Nimbus deletes it itself (nimbus.inbox.jar.expiration.secs, an hour by default)", what, e.Server, e.Inbox))
	}
	if len(e.Blobs) > 0 {
		lines = append(lines, "dependencies of it are left in the cluster's blobstore; \"storm blobstore delete KEY\" deletes them: "+strings.Join(e.Blobs, ", "))
	}
	return lines
}

func (e *SubmitError) Unwrap() error { return e.Err }
