package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// docs/ci.md names inputs of the action and hooks that exist.
func TestCIDocument(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
			}
		}
	}
	var hooksFile struct {
		Repos []struct{ Hooks []struct{ ID string } }
	}
	for i, part := range strings.Split(string(page), "```") {
		if body, isYAML := strings.CutPrefix(part, "yaml\n"); i%2 == 1 && isYAML {
			if err := errors.Join(yaml.Unmarshal([]byte(body), &workflow), yaml.Unmarshal([]byte(body), &hooksFile)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var action struct {
		Inputs map[string]struct{ Description, Default string }
	}
	readLoose(t, "action.yml", &action)
	used := map[string]bool{}
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if strings.HasPrefix(step.Uses, "stormflux/stormflux@") {
				for input := range step.With {
					used[input] = true
				}
			}
		}
	}
	if len(used) == 0 {
		t.Error("the page does not use the action")
	}
	for input := range used {
		if _, ok := action.Inputs[input]; !ok {
			t.Errorf("the action has no input %q", input)
		}
	}
	for input := range action.Inputs {
		if !strings.Contains(string(page), "| `"+input+"` |") {
			t.Errorf("the page does not describe the input %q", input)
		}
	}
	var hooks []struct{ ID string }
	readLoose(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooksFile.Repos) != 1 || !slices.Equal(sortedIDs(hooks), sortedIDs(hooksFile.Repos[0].Hooks)) {
		t.Errorf("the page shows other hooks than %v: %v", hooks, hooksFile.Repos)
	}
}

func sortedIDs(hooks []struct{ ID string }) []string {
	var ids []string
	for _, h := range hooks {
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	return ids
}

// readLoose reads a part of a file of the repository.
func readLoose(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}
