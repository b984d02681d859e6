package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// writers is how many goroutines write one name at once, half of them through each opening of the store.
const writers = 8

var togetherChecks = []check{
	{"takes one object from many at once", func(ctx context.Context, p *pair) error {
		errs := atOnce(p, func(_ int, store blob.Objects) error { return store.PutIfAbsent(ctx, "new/dir/a", content(5000)) })
		return errors.Join(append(errs, holds(ctx, p.one, "new/dir/a", content(5000)))...)
	}},
	{"takes one of many that differ", func(ctx context.Context, p *pair) error {
		var faults []error
		for round := range 4 {
			name := fmt.Sprintf("new/%d/a", round)
			errs := atOnce(p, func(i int, store blob.Objects) error { return store.PutIfAbsent(ctx, name, content(5000+i)) })
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
					faults = append(faults, holds(ctx, p.one, name, content(5000+i)), holds(ctx, p.other, name, content(5000+i)))
				} else {
					faults = append(faults, code(plumbline.Conflict, err))
				}
			}
			if won != 1 {
				faults = append(faults, fmt.Errorf("%d writers of different bytes were told that theirs are stored", won))
			}
		}
		return errors.Join(faults...)
	}},
	{"shows no part while it puts", func(ctx context.Context, p *pair) error {
		name := func(i int) string { return fmt.Sprintf("d/%d", i) }
		return whole(func(i int) error { return p.one.PutIfAbsent(ctx, name(i), content(20000)) }, func(i int) error {
			data, err := p.other.Get(ctx, name(i))
			if err != nil && plumbline.CodeOf(err) == plumbline.NotFound {
				return nil
			}
			if !bytes.Equal(data, content(20000)) {
				return fmt.Errorf("%d bytes of 20000: %w", len(data), err)
			}
			return err
		})
	}},
}

// replacesWhole reads a checkpoint while it is written over with values of different sizes.
func replacesWhole(ctx context.Context, p *pair) error {
	put := func(i int) error { return replace(ctx, p.one, "checkpoint", content(10000+i)) }
	if err := put(0); err != nil {
		return err
	}
	return whole(put, func(int) error {
		data, err := p.other.Get(ctx, "checkpoint")
		if len(data) < 10000 || !bytes.Equal(data, content(len(data))) {
			return fmt.Errorf("%d bytes, which nobody wrote: %w", len(data), err)
		}
		return err
	})
}

// whole writes 20 times while it reads the same all the time.
func whole(write, read func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex // guards at and done
	at, done := 0, false
	var wrote error
	wg.Go(func() {
		for i := range 20 {
			mu.Lock()
			at = i
			mu.Unlock()
			wrote = errors.Join(wrote, write(i))
		}
		mu.Lock()
		done = true
		mu.Unlock()
	})
	var faults error
	for over := false; !over && faults == nil; {
		mu.Lock()
		i := at
		over = done
		mu.Unlock()
		faults = read(i)
	}
	wg.Wait()
	return errors.Join(wrote, faults)
}

// atOnce calls write from [writers] goroutines that start together, and gives the error of each.
func atOnce(p *pair, write func(i int, store blob.Objects) error) []error {
	errs := make([]error, writers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			<-start
			errs[i] = write(i, []blob.Objects{p.one, p.other}[i%2])
		})
	}
	close(start)
	wg.Wait()
	return errs
}
