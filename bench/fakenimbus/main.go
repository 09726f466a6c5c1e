// Command fakenimbus runs the fake Nimbus of the tests as a separate process, until its input ends. The first line that
// it prints is its address; then comes a line for each beginning and end of an upload, with the time in nanoseconds
// since 1970:
//
//	127.0.0.1:40123
//	begin 1700000000000000000
//	finish 1700000000900000000
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
)

func main() {
	server, err := nimbustest.Start(nimbustest.Options{OnCall: func(call nimbustest.Call) nimbustest.Reply {
		switch call.Method {
		case "beginFileUpload":
			fmt.Println("begin", time.Now().UnixNano())
		case "finishFileUpload":
			fmt.Println("finish", time.Now().UnixNano())
		}
		return nimbustest.Reply{}
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, "fakenimbus:", err)
		os.Exit(1)
	}
	fmt.Println(server.Addr())
	io.Copy(io.Discard, os.Stdin)
	server.Stop()
}
