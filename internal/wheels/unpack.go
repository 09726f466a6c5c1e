package wheels

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// unpack writes the modules of a wheel into a folder, as pip would into site-packages. Scripts, headers and data, which belong
// elsewhere, are left out.
func unpack(wheel, dir string) (err error) {
	r, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for _, f := range r.File {
		name, ok := installed(f.Name)
		if !ok || strings.HasSuffix(name, "/") {
			continue
		}
		local, err := filepath.Localize(name)
		if err != nil {
			return fmt.Errorf("%q cannot be a file here", f.Name)
		}
		if err := unpackFile(f, filepath.Join(dir, local)); err != nil {
			return err
		}
	}
	return nil
}

// installed returns where a file of a wheel goes in site-packages; false if it does not go there.
func installed(name string) (string, bool) {
	first, rest, _ := strings.Cut(name, "/")
	if !strings.HasSuffix(first, ".data") {
		return name, true
	}
	scheme, rest, _ := strings.Cut(rest, "/")
	return rest, rest != "" && (scheme == "purelib" || scheme == "platlib")
}

// unpackFile writes one file. If another wheel has it too, as the start of a shared namespace, the first one stays.
func unpackFile(f *zip.File, path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = io.Copy(to, from)
	return err
}
