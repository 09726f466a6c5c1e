// Package nimbus is a client of a Storm cluster: it finds the leading Nimbus,
// submits topologies, manages and watches them.
//
// It owns the way to Nimbus: storm.yaml and -c options ([LoadStormConf],
// [ParseOption]), addresses, retries, leader discovery, the transport, the jar's
// upload, and what each of Nimbus's refusals and silences means ([Error],
// [SubmitError]). It does not build topologies, validate configurations, or read
// YAML: a topology comes as Thrift structures of internal/storm, and a YAML
// decoder is passed in. It prints nothing.
//
//	conf, err := nimbus.LoadStormConf(nimbus.StormConfOptions{Decode: decodeYAML})
//	config, err := nimbus.ConfigOf(conf.Values)
//	client, err := nimbus.Connect(ctx, config)
//	defer client.Close()
//	result, err := client.Submit(ctx, nimbus.SubmitRequest{Name: "wordcount", ...})
//	for state, err := range client.Watch(ctx, "wordcount", nimbus.WatchOptions{}) { ... }
//
// Three things about Nimbus shape this package. A frame larger than its
// nimbus.thrift.max_buffer_size hangs it for good (libthrift 0.17 and later), so
// that limit is asked before a submission, held against every message of it, and
// enforced once more where frames are written. Whatever goes wrong inside Nimbus
// is answered with the same "Internal error processing X", so causes are found
// before sending, or named afterwards. And a connection that breaks says nothing
// about what Nimbus has done, so after one the cluster is asked again.
package nimbus
