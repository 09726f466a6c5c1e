package nimbus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// Kind is the kind of failure of an [Error].
type Kind int

const (
	_                Kind = iota
	Unreachable           // no connection: refused, unresolvable, timed out
	NotNimbus             // something else answers there, or the answer is garbage
	NoAnswer              // the connection exists, but the answer did not come in time
	Disconnected          // the connection broke before the answer
	NoLeader              // Nimbus answers, but the cluster has no leader now
	NotLeader             // only the leader serves the call, and this Nimbus is not the leader
	AlreadyAlive          // the name is taken
	NotAlive              // there is no such topology
	Starting              // Nimbus has just started, and does not know its topologies by their names yet
	InvalidTopology       // Nimbus refuses the topology, its configuration, or an option
	NotAuthorized         // the user may not do this
	NotAuthenticated      // the login or the handshake failed: it is not certain who the user or the server is
	KeyNotFound           // there is no such blob
	KeyExists             // there is such a blob already
	IllegalState          // the blob is in use
	Internal              // "Internal error": Nimbus failed and does not say why
	Unsupported           // this Nimbus is too old for the call
	TooLarge              // the message exceeds what the server reads; it was not sent
	Canceled              // the caller's context ended
)

var kindNames = [...]string{
	Unreachable: "unreachable", NotNimbus: "not nimbus", NoAnswer: "no answer", Disconnected: "disconnected",
	NoLeader: "no leader", NotLeader: "not leader", AlreadyAlive: "already alive", NotAlive: "not alive", Starting: "starting",
	InvalidTopology: "invalid topology", NotAuthorized: "not authorized",
	NotAuthenticated: "not authenticated", KeyNotFound: "key not found",
	KeyExists: "key exists", IllegalState: "illegal state", Internal: "internal", Unsupported: "unsupported",
	TooLarge: "too large", Canceled: "canceled",
}

func (k Kind) String() string {
	if k <= 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// Refusal reports whether Nimbus understood the call and refused it. Otherwise there was trouble on the way to Nimbus
// or inside it.
func (k Kind) Refusal() bool {
	switch k {
	case AlreadyAlive, NotAlive, InvalidTopology, NotAuthorized, NotAuthenticated, KeyNotFound, KeyExists, IllegalState, TooLarge:
		return true
	}
	return false
}

// Error is a failed call, or a failed attempt at a connection.
type Error struct {
	Kind   Kind
	Call   string   // Nimbus's name for the call; empty for a connection
	Addr   string   // the Nimbus, HOST:PORT; empty if none was reached
	Said   string   // Nimbus's own words, if there are any
	Reason string   // one line: what happened, with Nimbus's words
	Advice []string // what to do, or the likely causes; each one line
	Next   Next     // what the caller has a command or a flag for
	Err    error    // the cause, if there is one below this package
}

// Error returns the reason, and then each piece of advice on its own indented line.
func (e *Error) Error() string {
	if len(e.Advice) == 0 {
		return e.Reason
	}
	return e.Reason + "\n  " + strings.Join(e.Advice, "\n  ")
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the [Error] in err's chain, or 0.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// A Step is something that a user can do next and that only the caller has words for: its commands and flags.
type Step uint8

const (
	_                Step = iota
	LookAtTopologies      // see which topologies the cluster has, and their status
	KillFirst             // kill the topology that has the name
	NameLeader            // set Config.LeaderOverride
	ReadErrors            // read the whole text of the topology's errors
)

// Next is what a user can do next. The zero value is nothing.
type Next struct {
	Step     Step
	Topology string   // of KillFirst and ReadErrors; of LookAtTopologies, the name that no topology has
	Known    []string // of LookAtTopologies: the names that the cluster has instead, if they are known
}

// NextOf returns the next step after a failure of this package.
func NextOf(err error) Next {
	var submission *SubmitError
	if errors.As(err, &submission) && (submission.Outcome == Unknown || submission.Outcome == NotFound) {
		return Next{Step: LookAtTopologies}
	}
	var e *Error
	switch {
	case !errors.As(err, &e):
	case e.Next.Step == 0 && e.Kind == NotAlive:
		return Next{Step: LookAtTopologies}
	default:
		return e.Next
	}
	return Next{}
}

// callError turns the error of a generated call into an Error. fault is the error of the connection itself, or nil.
func callError(ctx context.Context, call, addr string, err, fault error) *Error {
	e := &Error{Call: call, Addr: addr, Err: err}
	if ctx.Err() != nil {
		e.Kind, e.Err = Canceled, context.Cause(ctx)
		e.Reason = fmt.Sprintf("stopped while waiting for Nimbus at %s (%s): %v", addr, call, e.Err)
		return e
	}
	if fault != nil {
		return faultError(e, fault)
	}
	switch cause := err.(type) {
	case *storm.AlreadyAliveException:
		return refused(e, AlreadyAlive, cause.Msg)
	case *storm.NotAliveException:
		return refused(e, NotAlive, cause.Msg)
	case *storm.InvalidTopologyException:
		return refused(e, InvalidTopology, cause.Msg)
	case *storm.AuthorizationException:
		return refused(e, NotAuthorized, cause.Msg)
	case *storm.KeyNotFoundException:
		return refused(e, KeyNotFound, cause.Msg)
	case *storm.KeyAlreadyExistsException:
		return refused(e, KeyExists, cause.Msg)
	case *storm.IllegalStateException:
		return refused(e, IllegalState, cause.Msg)
	}
	var application thrift.TApplicationException
	if errors.As(err, &application) {
		switch application.TypeId() {
		case thrift.INTERNAL_ERROR:
			e.Kind, e.Said = Internal, application.Error()
			e.Reason = fmt.Sprintf("Nimbus at %s failed and says only %q", addr, e.Said)
			e.Advice = internalCauses(call)
			return e
		case thrift.UNKNOWN_METHOD:
			e.Kind, e.Said = Unsupported, application.Error()
			e.Reason = fmt.Sprintf("Nimbus at %s is too old: it does not know the call %s", addr, call)
			return e
		case thrift.MISSING_RESULT:
			e.Kind, e.Said = Internal, application.Error()
			e.Reason = fmt.Sprintf("Nimbus at %s answered %s with nothing", addr, call)
			e.Advice = []string{seeLog}
			return e
		}
	}
	e.Kind = NotNimbus
	e.Reason = fmt.Sprintf("what answers at %s sends garbage instead of an answer to %s: %v", addr, call, err)
	e.Advice = []string{adviceWrongPort}
	return e
}

func refused(e *Error, kind Kind, said string) *Error {
	e.Kind, e.Said = kind, said
	e.Reason = fmt.Sprintf("Nimbus at %s refused: %s", e.Addr, said)
	if said == "" {
		e.Reason = fmt.Sprintf("Nimbus at %s refused %s (%s) and gives no reason", e.Addr, e.Call, kind)
	}
	e.Advice = adviceFor(said)
	return e
}

// faultError describes what happened to a connection during a call.
func faultError(e *Error, fault error) *Error {
	e.Err = fault
	var garbage *garbageError
	var large *frameTooLargeError
	switch {
	case errors.As(fault, &large):
		e.Kind = TooLarge
		e.Reason = fmt.Sprintf("the message %s has %d bytes, but Nimbus at %s reads at most %d (nimbus.thrift.max_buffer_size); it was not sent, because a larger one can hang Nimbus",
			e.Call, large.size, e.Addr, large.limit)
		e.Advice = []string{"make the topology and its configuration smaller, or raise nimbus.thrift.max_buffer_size in Nimbus's storm.yaml and restart it"}
	case errors.As(fault, &garbage):
		e.Kind = NotNimbus
		e.Reason = fmt.Sprintf("what answers at %s is not Nimbus's Thrift port: %s", e.Addr, garbage.what)
		e.Advice = []string{garbage.advice}
	case isTimeout(fault):
		e.Kind = NoAnswer
		e.Reason = fmt.Sprintf("Nimbus at %s did not answer %s in time", e.Addr, e.Call)
		e.Advice = []string{"it may be overloaded, hung, or not a Nimbus: see its nimbus.log, and whether the port is nimbus.thrift.port"}
	default:
		e.Kind = Disconnected
		e.Reason = fmt.Sprintf("the connection to Nimbus at %s broke before it answered %s: %v", e.Addr, e.Call, plainCause(fault))
		e.Advice = []string{"Nimbus may have stopped, or refuse this kind of connection (storm.thrift.transport): see its nimbus.log"}
	}
	return e
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}
