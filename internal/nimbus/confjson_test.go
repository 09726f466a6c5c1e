package nimbus

import (
	"math"
	"math/big"
	"testing"
)

func TestConfJSON(t *testing.T) {
	huge, _ := new(big.Int).SetString("12345678901234567890", 10)
	got, err := confJSON(map[string]any{
		"a": 1.0, "b": int64(1), "c": huge, "d": []any{0.5, nil, true, "<é>"}, "e": map[string]any{"z": 1e20, "y": -0.25},
	})
	const want = `{"a":1.0,"b":1,"c":12345678901234567890,"d":[0.5,null,true,"<é>"],"e":{"y":-0.25,"z":100000000000000000000.0}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []any{math.NaN(), math.Inf(1), "\xff", struct{}{}, map[int]int{}} {
		if got, err := confJSON(map[string]any{"k": []any{bad}}); err == nil {
			t.Errorf("%v gives %s", bad, got)
		}
	}
}
