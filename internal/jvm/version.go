package jvm

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

var versionText = regexp.MustCompile(`version "(1\.)?(\d+)`)

// Version returns the feature release of a java: 8, 11, 17.
func Version(ctx context.Context, java string) (int, error) {
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("running %s -version: %w", java, err)
	}
	found := versionText.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("%s -version reports no version: %s", java, strings.TrimSpace(string(out)))
	}
	return strconv.Atoi(string(found[2]))
}
