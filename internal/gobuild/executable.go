package gobuild

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Format is the file format of an executable. The zero value is invalid.
type Format uint8

const (
	// ELF is the format of Linux and the BSDs.
	ELF Format = iota + 1
	// MachO is the format of macOS.
	MachO
	// PE is the format of Windows.
	PE
	// Script is a text that begins with "#!".
	Script
)

// Executable describes an executable file, as its header does.
type Executable struct {
	Format Format
	// Platforms are those that it runs on, in the file's order: several for a universal Mach-O file, none for a script.
	// An architecture without a name in Go has the name that the format gives it.
	Platforms []Platform
	// Interpreter is the program that starts it: the dynamic linker of an ELF file, or the text after the "#!" of a
	// script; "" for a statically linked program. The worker needs it.
	Interpreter string
}

// RunsOn reports whether the executable runs on a platform. A script runs on every platform that has its interpreter,
// except Windows.
func (e Executable) RunsOn(p Platform) bool {
	if e.Format == Script {
		return p.OS != "windows"
	}
	return slices.Contains(e.Platforms, p)
}

// ErrNotExecutable is the error for a file that is not a program: a text, an object file, a library.
var ErrNotExecutable = errors.New("it is not an executable")

// ReadExecutable reads the header of a file. The error is or wraps [ErrNotExecutable], unless the file cannot be read.
// The execute bit does not matter, because it never reaches the worker.
//
// A program that Go built records its platform. For any other program, the header decides. An ELF header that names no
// system (ELFOSABI_NONE) counts as Linux, because it nearly always is.
func ReadExecutable(path string) (Executable, error) {
	info, err := os.Stat(path) // before it is opened: opening a named pipe waits for its writer
	if err != nil {
		return Executable{}, fmt.Errorf("reading %s: %w", path, reason(err))
	}
	if !info.Mode().IsRegular() {
		return Executable{}, fmt.Errorf("%s: %w", path, ErrNotExecutable)
	}
	file, err := os.Open(path)
	if err != nil {
		return Executable{}, fmt.Errorf("reading %s: %w", path, reason(err))
	}
	defer file.Close()
	head := make([]byte, 256)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Executable{}, fmt.Errorf("reading %s: %w", path, reason(err))
	}
	head = head[:n]
	result := Executable{}
	switch {
	case bytes.HasPrefix(head, []byte("#!")):
		line, _, _ := bytes.Cut(head[2:], []byte("\n"))
		return Executable{Format: Script, Interpreter: string(bytes.TrimSpace(line))}, nil
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		result, err = readELF(file)
	case bytes.HasPrefix(head, []byte("MZ")):
		result, err = readPE(file)
	case isMachO(head):
		result, err = readMachO(file)
	default:
		err = ErrNotExecutable
	}
	if err != nil {
		return Executable{}, fmt.Errorf("%s: %w", path, err)
	}
	// A universal file has several programs, but the build information describes only one.
	if len(result.Platforms) == 1 {
		if p, ok := builtFor(file); ok {
			result.Platforms[0] = p
		}
	}
	return result, nil
}

// builtFor returns the platform that the Go command recorded in the program.
func builtFor(file io.ReaderAt) (Platform, bool) {
	info, err := buildinfo.Read(file)
	if err != nil {
		return Platform{}, false
	}
	p := Platform{}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			p.OS = s.Value
		case "GOARCH":
			p.Arch = s.Value
		}
	}
	return p, p.OS != "" && p.Arch != ""
}

func readELF(file io.ReaderAt) (Executable, error) {
	f, err := elf.NewFile(file)
	if err != nil {
		return Executable{}, notExecutable(err)
	}
	p := Platform{OS: "linux"}
	switch f.OSABI {
	case elf.ELFOSABI_FREEBSD:
		p.OS = "freebsd"
	case elf.ELFOSABI_NETBSD:
		p.OS = "netbsd"
	case elf.ELFOSABI_OPENBSD:
		p.OS = "openbsd"
	case elf.ELFOSABI_SOLARIS:
		p.OS = "solaris"
	}
	little := f.ByteOrder.String() == "LittleEndian"
	wide := f.Class == elf.ELFCLASS64
	switch f.Machine {
	case elf.EM_X86_64:
		p.Arch = "amd64"
	case elf.EM_386:
		p.Arch = "386"
	case elf.EM_AARCH64:
		p.Arch = "arm64"
	case elf.EM_ARM:
		p.Arch = "arm"
	case elf.EM_RISCV:
		p.Arch = map[bool]string{true: "riscv64", false: "riscv"}[wide]
	case elf.EM_PPC64:
		p.Arch = map[bool]string{true: "ppc64le", false: "ppc64"}[little]
	case elf.EM_S390:
		p.Arch = map[bool]string{true: "s390x", false: "s390"}[wide]
	case elf.EM_LOONGARCH:
		p.Arch = "loong64"
	case elf.EM_MIPS:
		p.Arch = map[bool]string{true: "mips64", false: "mips"}[wide]
		if little {
			p.Arch += "le"
		}
	default:
		p.Arch = f.Machine.String()
	}
	result := Executable{Format: ELF, Platforms: []Platform{p}}
	for _, segment := range f.Progs {
		if segment.Type != elf.PT_INTERP || segment.Filesz > 4096 {
			continue
		}
		name := make([]byte, segment.Filesz)
		if _, err := segment.ReadAt(name, 0); err != nil {
			return Executable{}, notExecutable(err)
		}
		result.Interpreter = string(bytes.TrimRight(name, "\x00"))
	}
	// A library is ET_DYN, like a position-independent program, but the program has an entry point. (Libraries that can
	// run, such as glibc's, have one too.)
	if f.Type != elf.ET_EXEC && (f.Type != elf.ET_DYN || f.Entry == 0) {
		return Executable{}, fmt.Errorf("%w, but an object file or a library (%v)", ErrNotExecutable, f.Type)
	}
	return result, nil
}

// isMachO distinguishes Mach-O from a Java class. A class has the same first four bytes as a universal file. The next
// four bytes are the number of architectures in Mach-O, and the class file version (45 and more) in a class.
func isMachO(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	switch {
	case bytes.Equal(head[:4], []byte{0xCF, 0xFA, 0xED, 0xFE}), bytes.Equal(head[:4], []byte{0xCE, 0xFA, 0xED, 0xFE}):
		return true
	case bytes.Equal(head[:4], []byte{0xCA, 0xFE, 0xBA, 0xBE}):
		return head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] < 20
	}
	return false
}

func readMachO(file io.ReaderAt) (Executable, error) {
	result := Executable{Format: MachO}
	add := func(f *macho.File) error {
		if f.Type != macho.TypeExec {
			return fmt.Errorf("%w, but an object file or a library (%v)", ErrNotExecutable, f.Type)
		}
		arch := ""
		switch f.Cpu {
		case macho.CpuAmd64:
			arch = "amd64"
		case macho.CpuArm64:
			arch = "arm64"
		case macho.Cpu386:
			arch = "386"
		case macho.CpuArm:
			arch = "arm"
		default:
			arch = f.Cpu.String()
		}
		result.Platforms = append(result.Platforms, Platform{"darwin", arch})
		return nil
	}
	fat, err := macho.NewFatFile(file)
	if err == nil {
		for _, a := range fat.Arches {
			if err := add(a.File); err != nil {
				return Executable{}, err
			}
		}
		return result, nil
	}
	if !errors.Is(err, macho.ErrNotFat) {
		return Executable{}, notExecutable(err)
	}
	f, err := macho.NewFile(file)
	if err != nil {
		return Executable{}, notExecutable(err)
	}
	return result, add(f)
}

func readPE(file io.ReaderAt) (Executable, error) {
	f, err := pe.NewFile(file)
	if err != nil {
		return Executable{}, notExecutable(err)
	}
	if f.Characteristics&pe.IMAGE_FILE_EXECUTABLE_IMAGE == 0 || f.Characteristics&pe.IMAGE_FILE_DLL != 0 {
		return Executable{}, fmt.Errorf("%w, but an object file or a library", ErrNotExecutable)
	}
	arch := ""
	switch f.Machine {
	case pe.IMAGE_FILE_MACHINE_AMD64:
		arch = "amd64"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		arch = "arm64"
	case pe.IMAGE_FILE_MACHINE_I386:
		arch = "386"
	case pe.IMAGE_FILE_MACHINE_ARMNT:
		arch = "arm"
	default:
		arch = fmt.Sprintf("machine %#x", f.Machine)
	}
	return Executable{Format: PE, Platforms: []Platform{{"windows", arch}}}, nil
}

// notExecutable returns the error for a file that begins like a program but is not one.
func notExecutable(err error) error { return fmt.Errorf("%w: %w", ErrNotExecutable, err) }
