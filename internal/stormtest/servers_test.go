package stormtest_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
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

// The server answers a message of the protocol.
func TestMongoDB(t *testing.T) {
	address := strings.TrimPrefix(stormtest.MongoDB(t), "mongodb://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// OP_MSG with the document {ping: 1, $db: "admin"}
	document := "\x1e\x00\x00\x00\x10ping\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00"
	message := "\x07\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00\x00\x00\x00\x00\x00" + document
	message = string(rune(len(message)+4)) + "\x00\x00\x00" + message
	if _, err := io.WriteString(conn, message); err != nil {
		t.Fatal(err)
	}
	header := make([]byte, 16)
	if _, err := io.ReadFull(conn, header); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, binary.LittleEndian.Uint32(header)-16)
	if _, err := io.ReadFull(conn, answer); err != nil || !strings.Contains(string(answer), "\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f") {
		t.Errorf("the server answers %q, %v", answer, err)
	}
}
