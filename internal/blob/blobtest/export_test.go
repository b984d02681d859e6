package blobtest

import (
	"context"
	"errors"
	"slices"

	"github.com/plumbline-project/plumbline/internal/blob"
)

// Faults runs the suite and gives what it finds, by the names of the tests.
func Faults(ctx context.Context, open func() (one, other blob.Objects)) map[string]error {
	faults := map[string]error{}
	for _, c := range slices.Concat(checks, listChecks, togetherChecks, replaceChecks) {
		one, other := open()
		if err := c.run(ctx, &pair{one, other}); err != nil {
			faults[c.name] = errors.Join(faults[c.name], err)
		}
	}
	return faults
}
