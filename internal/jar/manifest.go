package jar

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// indexName is the index of the packages in a jar (JAR File Specification, "JAR Index").
const indexName = "META-INF/INDEX.LIST"

const (
	servicesFolder = "META-INF/services/"
	versionsFolder = "META-INF/versions/"
)

// isService reports whether an entry lists the providers of a service. Java reads one such file of each jar.
func isService(name string) bool {
	rest, ok := strings.CutPrefix(name, servicesFolder)
	return ok && rest != "" && !strings.Contains(rest, "/")
}

// joinServices gives the services files that several jars have the providers of all.
func (m *merged) joinServices() {
	for _, e := range m.kept {
		if len(e.more) == 0 {
			continue
		}
		var joined bytes.Buffer
		listed := make(map[string]bool)
		for _, part := range append([]*jarEntry{e}, e.more...) {
			text, err := readSmall(part.file)
			if err == nil && joined.Len()+len(text) > maxRead {
				err = errTooLarge
			}
			if err != nil {
				m.unreadable(part.jar, part.file, err)
				break
			}
			appendProviders(&joined, text, listed)
		}
		e.data, e.changed = joined.Bytes(), true
	}
}

// appendProviders adds the lines of a services file, without the providers that are listed already.
func appendProviders(out *bytes.Buffer, text []byte, listed map[string]bool) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		provider, _, _ := strings.Cut(line, "#")
		if provider = strings.TrimSpace(provider); provider != "" {
			if listed[provider] {
				continue
			}
			listed[provider] = true
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
}

// version returns the release of Java and the plain name of an entry that stands for another one since that release.
func version(name string) (plain string, ok bool) {
	rest, ok := strings.CutPrefix(name, versionsFolder)
	if !ok {
		return "", false
	}
	number, plain, ok := strings.Cut(rest, "/")
	if _, err := strconv.ParseUint(number, 10, 16); err != nil || !ok || plain == "" {
		return "", false
	}
	return plain, true
}

// hiddenVersion reports whether an entry for newer releases of Java had no effect on the class path, but would have one
// in the merged jar: its jar is no multi-release jar, or an earlier jar has the plain entry.
func (m *merged) hiddenVersion(j *openJar, name string) bool {
	plain, ok := version(name)
	if !ok {
		return false
	}
	held := m.owners[plain]
	return !j.multiRelease || held != nil && held.jar != j
}

// makeManifest decides about the manifest: the base's as it is, unless that would be wrong for our jar.
func (m *merged) makeManifest(multiRelease bool, mainClass string) {
	base := &openJar{}
	if len(m.jars) > 0 {
		base = m.jars[0]
	}
	if base.manifest == nil {
		if multiRelease || mainClass != "" {
			m.manifest = &jarEntry{jar: base, changed: true, data: changeManifest([]byte(defaultManifest), multiRelease, mainClass)}
		}
		return
	}
	m.manifest = &jarEntry{jar: base, file: base.manifest}
	multiRelease = multiRelease && !base.multiRelease
	if !multiRelease && mainClass == "" && len(base.signatures) == 0 {
		return
	}
	text, err := readSmall(base.manifest)
	if err != nil {
		m.unreadable(base, base.manifest, err)
		return
	}
	if attribute(text, "Main-Class") != "" {
		mainClass = ""
	}
	if multiRelease || mainClass != "" || hasDigest(text) {
		m.manifest.data, m.manifest.changed = changeManifest(text, multiRelease, mainClass), true
	}
}

func hasDigest(manifest []byte) bool {
	for _, section := range manifestSections(manifest)[1:] {
		if slices.ContainsFunc(section, func(a string) bool { return isDigest(attributeName(a)) }) {
			return true
		}
	}
	return false
}

// changeManifest removes the digests of a signature, and the sections that hold nothing else. It adds the attribute
// Multi-Release, and Main-Class if that is not "", to the main section. All other lines stay as they are.
func changeManifest(text []byte, multiRelease bool, mainClass string) []byte {
	sections := manifestSections(text)
	var out bytes.Buffer
	for i, section := range sections {
		var kept []string
		attributes := 0
		for _, a := range section {
			name := attributeName(a)
			if i == 0 && multiRelease && strings.EqualFold(name, "Multi-Release") || i > 0 && isDigest(name) {
				continue
			}
			if !strings.EqualFold(name, "Name") {
				attributes++
			}
			kept = append(kept, a)
		}
		if i > 0 && attributes == 0 {
			continue
		}
		for _, a := range kept {
			out.WriteString(a)
		}
		if i == 0 && multiRelease {
			out.WriteString("Multi-Release: true\r\n")
		}
		if i == 0 && mainClass != "" {
			out.WriteString("Main-Class: " + mainClass + "\r\n")
		}
		out.WriteString("\r\n")
	}
	return out.Bytes()
}

// manifestSections returns the attributes of each section of a manifest with their continuation lines. Each line ends with
// CR LF.
func manifestSections(text []byte) [][]string {
	sections := [][]string{nil}
	normal := strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")
	for line := range strings.SplitSeq(normal, "\n") {
		last := len(sections) - 1
		section := sections[last]
		switch {
		case line == "":
			if len(section) > 0 {
				sections = append(sections, nil)
			}
		case line[0] == ' ' && len(section) > 0:
			section[len(section)-1] += line + "\r\n"
		default:
			sections[last] = append(section, line+"\r\n")
		}
	}
	if last := len(sections) - 1; last > 0 && len(sections[last]) == 0 {
		sections = sections[:last]
	}
	return sections
}

func attributeName(attribute string) string {
	name, _, _ := strings.Cut(attribute, ":")
	return name
}

// isDigest reports whether an attribute belongs to a signature: SHA-256-Digest, SHA1-Digest-Manifest, SHA-256-Digest-de.
func isDigest(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasSuffix(name, "-DIGEST") || strings.Contains(name, "-DIGEST-")
}

// isMultiRelease reports whether the main section of a manifest says that it is one of a multi-release jar.
func isMultiRelease(text []byte) bool {
	return strings.EqualFold(attribute(text, "Multi-Release"), "true")
}

// attribute returns the value of an attribute in the main section of a manifest, or "".
func attribute(text []byte, wanted string) string {
	for _, a := range manifestSections(text)[0] {
		name, value, _ := strings.Cut(strings.ReplaceAll(a, "\r\n ", ""), ":")
		if strings.EqualFold(name, wanted) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
