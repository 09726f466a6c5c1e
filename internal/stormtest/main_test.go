package stormtest

import (
	"os"
	"testing"
)

var storm Shared

func TestMain(m *testing.M) { os.Exit(storm.Main(m)) }
