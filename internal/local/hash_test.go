package local

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"strconv"
	"testing"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A groupingVector is what Java computed for one list of values.
type groupingVector struct {
	JavaTypes string            `json:"javaTypes"`
	Values    []json.RawMessage `json:"values"`
	Hash      int32             `json:"deepHashCode"`
	Index     []int             `json:"indexForN1to8"`
	Pairs     map[string][2]int `json:"partialKeyPair_tasks10up"`
}

func groupingVectors(t *testing.T) []groupingVector {
	t.Helper()
	text, err := os.ReadFile("testdata/fields_grouping_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []groupingVector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 39 {
		t.Fatalf("%d vectors, want 39", len(vectors))
	}
	return vectors
}

// decoded returns the values of the vector with the Java types that it names. JSON text alone does not always show
// them.
func (v groupingVector) decoded(t *testing.T) []any {
	t.Helper()
	var values []any
	for _, raw := range v.Values {
		text := string(raw)
		switch v.JavaTypes {
		case "long":
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, n)
		case "double":
			f, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, f)
		case "bigdec":
			values = append(values, java.BigDecimal(text))
		case "bigint":
			n, ok := new(big.Int).SetString(text, 10)
			if !ok {
				t.Fatal(text)
			}
			values = append(values, n)
		default:
			raw, err := multilang.ParseValue(text)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, raw.Decode())
		}
	}
	return values
}

func TestFieldsGroupingVectors(t *testing.T) {
	for _, v := range groupingVectors(t) {
		t.Run(v.JavaTypes, func(t *testing.T) {
			var hashes []int32
			for _, value := range v.decoded(t) {
				hashes = append(hashes, java.Hash(value))
			}
			h := java.HashList(hashes)
			if h != v.Hash {
				t.Fatalf("deepHashCode(%s) = %d, Java's is %d", v.Values, h, v.Hash)
			}
			for i, want := range v.Index {
				if got := java.FloorMod(h, i+1); got != want {
					t.Errorf("index for %d tasks = %d, Java's is %d", i+1, got, want)
				}
			}
			for n, want := range v.Pairs {
				count, err := strconv.Atoi(n)
				if err != nil {
					t.Fatal(err)
				}
				first, second := partialKeyPair(hashes, count)
				if got := [2]int{10 + first, 10 + second}; got != want {
					t.Errorf("partial key pair of %s tasks = %v, Java's is %v", n, got, want)
				}
			}
		})
	}
}

// TestRawHashes checks that the shortcuts for raw text give the same hash as the decoded value.
func TestRawHashes(t *testing.T) {
	for _, text := range []string{`"word"`, `""`, `"a\"b\\c\n\u00e9\ud83d\ude00"`, `"日本語"`, `"😀x"`, `true`, `false`, `null`, `-1`, `0`,
		`1.5`, `[1,"x",null]`, `{"k":1,"z":"v"}`, `4294967296`, `123456789012345678901234567890`, `0.30000000000000004`} {
		raw, err := multilang.ParseValue(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := jsonSmart.hash(raw), java.Hash(raw.Decode()); got != want {
			t.Errorf("hash(%s) = %d, decoded %d", text, got, want)
		}
	}
}

// TestJSONSimpleHashes checks Storm before 2.6, where -1 is a Long.
func TestJSONSimpleHashes(t *testing.T) {
	for text, want := range map[string]int32{
		"-1":                  0,
		"1":                   1,
		"[-1]":                31,
		"0.30000000000000004": java.Hash(math.Nextafter(0.3, 1)),
		"-12345678901":        java.Hash(int64(-12345678901)),
	} {
		if got := jsonSimple.hash(multilang.RawValue(text)); got != want {
			t.Errorf("hash(%s) = %d, want %d", text, got, want)
		}
	}
}
