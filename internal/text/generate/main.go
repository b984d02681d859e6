// Command generate turns the message catalogue into typed Go functions.
//
// It reads catalog/en.yaml and catalog/zh-CN.yaml under -dir and writes messages_gen.go beside them; with -check it writes
// nothing and fails where the file is stale. Every fault of the catalogue is listed with its file, line and key, and
// nothing is written while there is one. A further target, such as TypeScript, is one more function over []message.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

const (
	englishFile = "catalog/en.yaml"
	chineseFile = "catalog/zh-CN.yaml"
	outputFile  = "messages_gen.go"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", ".", "folder of the package text")
	check := flag.Bool("check", false, "write nothing; fail where "+outputFile+" is stale")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		log.Fatal(err)
	}
}

func run(dir string, check bool) error {
	code, err := build(dir)
	if err != nil {
		return err
	}
	output := filepath.Join(dir, outputFile)
	old, err := os.ReadFile(output)
	switch {
	case err == nil && bytes.Equal(old, code):
		return nil
	case check:
		return fmt.Errorf("%s is stale: run go generate ./internal/text", outputFile)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	}
	// Written aside and renamed, so that a build at the same time never sees half a file.
	aside, err := os.CreateTemp(dir, outputFile+".*")
	if err != nil {
		return err
	}
	_, err = aside.Write(code)
	err = errors.Join(err, aside.Chmod(0o644), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), output)
	}
	if err != nil {
		return errors.Join(err, os.Remove(aside.Name()))
	}
	return nil
}

// build reads both catalogues under dir and returns the Go file, or every fault at once.
func build(dir string) ([]byte, error) {
	english, faults := readCatalog(dir, englishFile)
	chinese, more := readCatalog(dir, chineseFile)
	messages, unmatched := match(english, chinese)
	faults = append(append(faults, more...), unmatched...)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return emit(messages)
}

func readCatalog(dir, name string) ([]line, []error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, []error{err}
	}
	return parseCatalog(name, data)
}
