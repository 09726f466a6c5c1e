package validate

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"go/build"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// The rules about Go programs.
const (
	ruleMissingGoPackage = "missing-go-package"
	ruleNotMainPackage   = "not-main-package"
	ruleNotExecutable    = "not-an-executable"
)

// goFault is what is wrong with a Go program, to be told of each component that names it.
type goFault struct {
	rule, message, hint string
	platform            bool // it is the platform that is wrong
}

// goFiles tells a package from an executable, and checks either without building it.
func (c *checker) goFiles(k *component) {
	path := k.Go.Dir
	info, err := os.Stat(path)
	switch {
	case err != nil && errors.Is(err, os.ErrNotExist):
		d := c.list.Errorf(ruleMissingGoPackage, k.Go.Span, "%s: there is no Go package or executable %q", k.name(), path)
		if near, ok := c.nearFile(path); ok {
			d.WithHint("did you mean %q?", filepath.ToSlash(filepath.Join(filepath.Dir(k.src.Go.Text), near)))
		} else {
			d.WithHint("name the folder of a main package, from the folder of this file on")
		}
		return
	case err != nil:
		c.list.Errorf(ruleMissingGoPackage, k.Go.Span, "%s: %q cannot be read: %v", k.name(), path, pathless(err))
		return
	case !info.IsDir():
		k.Go.Dir, k.Go.Executable = "", path
	}
	fault, seen := c.programs[path]
	if !seen {
		if info.IsDir() {
			fault = goPackage(path, c.topology.Platform)
		} else {
			fault = executable(path, c.topology.Platform)
		}
		if c.programs == nil {
			c.programs = make(map[string]*goFault)
		}
		c.programs[path] = fault
	}
	if fault != nil {
		d := &diag.Diagnostic{Rule: fault.rule, Severity: diag.Error, Span: k.Go.Span, Message: k.name() + ": " + fault.message, Hint: fault.hint}
		if fault.platform && c.doc.Platform != nil && c.opts.Platform == (Platform{}) {
			d.WithRelated(c.doc.Platform.Span, "the platform is set here")
		}
		c.list = append(c.list, d)
	}
}

func pathless(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// goPackage checks that a folder holds a main package for the platform, from the names and package clauses of its files.
func goPackage(dir string, platform Platform) *goFault {
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled = platform.OS, platform.Arch, false
	pkg, err := context.ImportDir(dir, 0)
	var none *build.NoGoError
	var several *build.MultiplePackageError
	switch {
	case errors.As(err, &none):
		if len(pkg.IgnoredGoFiles) > 0 || len(pkg.CgoFiles) > 0 {
			return &goFault{ruleMissingGoPackage, "all Go files in " + quoted(dir) + " are excluded for " + platform.String(),
				"look at the files' names and build constraints; cgo is not available", false}
		}
		return &goFault{ruleMissingGoPackage, "there are no Go files in " + quoted(dir), "name the folder of a main package", false}
	case errors.As(err, &several):
		return &goFault{ruleNotMainPackage, "the Go files in " + quoted(dir) + " belong to several packages: " + listed(several.Packages), "", false}
	case err != nil:
		return nil // the compiler tells it better
	case pkg.Name != "main":
		return &goFault{ruleNotMainPackage, quoted(dir) + " holds package " + quoted(pkg.Name) + ", not a main package",
			"name the folder with the program's func main", false}
	}
	return nil
}

// executable checks that a file is a program of the platform, from its header.
func executable(path string, platform Platform) *goFault {
	if filepath.Ext(path) == ".go" {
		return &goFault{ruleNotMainPackage, quoted(path) + " is a file of Go source", "name its folder: " + filepath.ToSlash(filepath.Dir(path)), false}
	}
	f, err := os.Open(path)
	if err != nil {
		return &goFault{ruleNotExecutable, quoted(path) + " cannot be read: " + pathless(err).Error(), "", false}
	}
	defer f.Close()
	made, ok := executablePlatform(f)
	switch {
	case !ok:
		return &goFault{ruleNotExecutable, quoted(path) + " is not an executable program", "a script is run with `command`: [python3, split.py]", false}
	case made.OS != "" && made.OS != platform.OS, made.Arch != "" && made.Arch != platform.Arch:
		return &goFault{ruleNotExecutable, quoted(path) + " is built for " + made.known() + ", but the workers run on " + platform.String(),
			"build it for " + platform.String() + ", or name the package's folder and let stormflux build it", true}
	}
	return nil
}

// known is the platform as far as a header tells it.
func (p Platform) known() string {
	switch {
	case p.OS == "":
		return p.Arch
	case p.Arch == "":
		return p.OS
	}
	return p.String()
}

// executablePlatform reads the header of an ELF, Mach-O or PE file. A part that it does not tell is empty: a static ELF
// file does not say which Unix it is for, so Linux is assumed unless it is marked for another.
func executablePlatform(r io.ReaderAt) (Platform, bool) {
	if f, err := elf.NewFile(r); err == nil {
		if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
			return Platform{}, false
		}
		os := map[elf.OSABI]string{
			elf.ELFOSABI_NONE: "linux", elf.ELFOSABI_LINUX: "linux", elf.ELFOSABI_FREEBSD: "freebsd", elf.ELFOSABI_NETBSD: "netbsd",
			elf.ELFOSABI_OPENBSD: "openbsd", elf.ELFOSABI_SOLARIS: "solaris",
		}[f.OSABI]
		if f.OSABI == elf.ELFOSABI_NONE { // notes tell NetBSD and OpenBSD apart
			for _, s := range f.Sections {
				if system, ok := strings.CutPrefix(s.Name, ".note."); ok {
					if system, _, _ = strings.Cut(system, "."); system == "netbsd" || system == "openbsd" {
						os = system
					}
				}
			}
		}
		little := f.Data == elf.ELFDATA2LSB
		arch := map[elf.Machine]string{
			elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_386: "386", elf.EM_ARM: "arm", elf.EM_RISCV: "riscv64",
			elf.EM_S390: "s390x", elf.EM_LOONGARCH: "loong64",
		}[f.Machine]
		if f.Machine == elf.EM_PPC64 {
			if arch = "ppc64"; little {
				arch = "ppc64le"
			}
		}
		return Platform{os, arch}, true
	}
	machoArch := map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64", macho.Cpu386: "386"}
	if f, err := macho.NewFile(r); err == nil {
		return Platform{"darwin", machoArch[f.Cpu]}, f.Type == macho.TypeExec
	}
	if f, err := macho.NewFatFile(r); err == nil {
		return Platform{OS: "darwin"}, len(f.Arches) > 0 && f.Arches[0].Type == macho.TypeExec
	}
	if f, err := pe.NewFile(r); err == nil {
		arch := map[uint16]string{
			pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64", pe.IMAGE_FILE_MACHINE_I386: "386",
		}[f.Machine]
		return Platform{"windows", arch}, f.Characteristics&pe.IMAGE_FILE_DLL == 0
	}
	return Platform{}, false
}
