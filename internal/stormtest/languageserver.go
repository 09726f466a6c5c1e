package stormtest

import "testing"

// languageServerVersion is the newest yaml-language-server that Node 20 runs.
const languageServerVersion = "1.25.0"

// LanguageServer returns the command of Red Hat's yaml-language-server, which most editors use. The first call on a machine
// fetches it with npm; later calls find it in the cache folder. Without Node or npm, LanguageServer skips the test, or fails it if
// STORMFLUX_REQUIRE_STORM=1.
func LanguageServer(t testing.TB) []string {
	t.Helper()
	return []string{"node", nodePackage(t, "yaml-language-server", languageServerVersion, "bin", "yaml-language-server"), "--stdio"}
}
