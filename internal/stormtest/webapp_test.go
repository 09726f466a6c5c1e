//go:build linux

package stormtest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestWebapp(t *testing.T) {
	c := New(t, Options{NimbusOnly: true})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	logviewer, err := c.StartLogviewer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ui, err := c.StartUI(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []struct{ address, path, want string }{
		{logviewer, "/api/v1/searchLogs?topoId=none", "[]"},
		{ui, "/api/v1/cluster/summary", `"topologies":0`},
		{ui, "/", "<title>Storm UI</title>"},
	} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+page.address+page.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(text), page.want) {
			t.Errorf("%s answers %s %q (%v), want %s", page.path, response.Status, text, err, page.want)
		}
	}
}
