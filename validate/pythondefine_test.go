package validate

import "testing"

func TestCanDefine(t *testing.T) {
	for text, want := range map[string]bool{
		"class Split(Bolt):\n    x = text.split()\n":           false,
		"class Split:\n    def process(self): words . split\n": false,
		"# split the words\n":                                  false,
		`"""Splits: they split the words."""`:                  false,
		"class Splitter: pass\nunsplit = 1\nsplit_ = 2\n":      false,
		"class Bolt: pass\nsplit(1)\n":                         false,
		"class split: pass":                                    true,
		"if True:\n  class  split(Bolt): pass":                 true,
		"class \\\n split(Bolt): pass":                         true,
		"split = Other":                                        true,
		"split: type = Other":                                  true,
		"a, split = make()":                                    true,
		"(split := Other)":                                     true,
		"from other import Split as split":                     true,
		"from other import (\n    a,\n    split,\n)":           true,
		"import split":                                         true,
		"from .split import Bolt":                              true,
		"import here; here.split = Other":                      true,
		"def split(): pass":                                    true,
		"for split in (A, B): pass":                            true,
		"with a as (b, split): pass":                           true,
		`x = {"split": 1}`:                                     true,
		"it = f\"{d[\"it's\"]}\"\nsplit = 'x'":                 true,
		"\"\"\" not closed\nsplit = Other":                     true,
		`pattern = r"\""` + "\nclass split(Bolt): pass":        true,
		"a = '''it\n# is'''; split = 1":                        true,
		`from other import a, split # "`:                       true,
	} {
		if got := canDefine(text, "split"); got != want {
			t.Errorf("%t for\n%s", got, text)
		}
	}
}
