package dir

import (
	"os"
	"time"
)

// What the simulated file system stands in for.
type (
	System    = system
	File      = file
	Directory = directory
)

// OpenIn makes and opens the root of that name as Open does, on systems that are rooted above it and in it.
func OpenIn(above, root System, base string, sweepBefore time.Time) (*Objects, error) {
	if err := makeRoot(above, base); err != nil {
		return nil, err
	}
	return open(root, func() error { return nil }, sweepBefore), nil
}

// Temp is the name of the directory of what is being written.
const Temp = temp

// Disk is the system below a directory of the machine.
func Disk(root *os.Root) System { return disk{root} }
