package diag_test

import (
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

func TestTopics(t *testing.T) {
	if len(diag.Topics()) == 0 {
		t.Fatal("there are no topics")
	}
	for _, topic := range diag.Topics() {
		if _, isRule := diag.LookupRule(topic.Name); isRule {
			t.Errorf("%s is a topic and a rule", topic.Name)
		}
		if got, ok := diag.LookupTopic(topic.Name); !ok || got != topic {
			t.Errorf("looking up %s gives %+v", topic.Name, got)
		}
		var b strings.Builder
		if err := diag.ExplainTopic(&b, topic, false); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), topic.Name+"\n"+topic.Title+"\n\n") {
			t.Errorf("%s is explained as\n%s", topic.Name, b.String())
		}
	}
	if _, ok := diag.LookupTopic("nonsense"); ok {
		t.Error("there is a topic nonsense")
	}
}
