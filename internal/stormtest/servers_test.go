package stormtest_test

import (
	"bufio"
	"fmt"
	"net"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

func TestRedis(t *testing.T) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", stormtest.Redis(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "SET a 5\r\nGET a\r\n")
	answers := bufio.NewScanner(conn)
	for _, want := range []string{"+OK", "$1", "5"} {
		if !answers.Scan() || answers.Text() != want {
			t.Fatalf("redis answers %q, want %q (%v)", answers.Text(), want, answers.Err())
		}
	}
}

// The broker keeps what a real producer sends.
func TestKafka(t *testing.T) {
	address := stormtest.Kafka(t)
	stormtest.Produce(t, address, "words", "a", "b c")
}
