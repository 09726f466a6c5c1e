// Package nimbus is a client of a Storm cluster. It finds the leading Nimbus, and submits, manages and watches
// topologies.
//
// It owns the connection to Nimbus: storm.yaml and -c options ([LoadStormConf], [ParseOption]), addresses, retries,
// leader discovery, the transport, the upload of the jar, and the meaning of each refusal and silence of Nimbus
// ([Error], [SubmitError]). It does not build topologies, validate configurations, or read YAML: a topology comes as
// Thrift structures of internal/storm, and the caller passes a YAML decoder. It prints nothing.
//
//	conf, err := nimbus.LoadStormConf(nimbus.StormConfOptions{Decode: decodeYAML})
//	config, err := nimbus.ConfigOf(conf.Values)
//	client, err := nimbus.Connect(ctx, config)
//	defer client.Close()
//	result, err := client.Submit(ctx, nimbus.SubmitRequest{Name: "wordcount", ...})
//	for state, err := range client.Watch(ctx, "wordcount", nimbus.WatchOptions{}) { ... }
//
// Three facts about Nimbus shape this package. First, a frame larger than its nimbus.thrift.max_buffer_size hangs it
// forever (libthrift 0.17 and later). So the client asks for this limit before a submission, compares every message
// with it, and checks it again where it writes frames. Second, for every failure inside it, Nimbus gives the same
// answer: "Internal error processing X". So the client finds causes before it sends anything, or names them afterwards.
// Third, when a connection breaks, nobody knows what Nimbus has done. So the client then asks the cluster again.
package nimbus
