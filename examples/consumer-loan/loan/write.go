package loan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline"
	consumerloan "github.com/plumbline-project/plumbline/examples/consumer-loan"
)

// Write lays out the workflow folder dir, and makes it where it is missing: decisions.parquet, training.parquet and
// reviews.csv are written anew; plumbline.yaml and flow.n8n.json only where they are not there, so that nobody's edits are
// lost. The error is of code [plumbline.Unavailable] when the disk refuses.
func (d *Data) Write(dir string) error {
	workflow, err := Workflow(d.noBasis)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return refused(dir, err)
	}
	write := func(name string, flag int, fill func(io.Writer) error) error {
		path := filepath.Join(dir, name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
		if flag&os.O_EXCL != 0 && errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err != nil {
			return refused(path, err)
		}
		if err := errors.Join(fill(f), f.Close()); err != nil {
			return refused(path, err)
		}
		return nil
	}
	file := func(content []byte) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}
	}
	return errors.Join(
		write("decisions.parquet", os.O_TRUNC, func(w io.Writer) error { return writeParquet(w, d.Decisions) }),
		write("training.parquet", os.O_TRUNC, func(w io.Writer) error { return writeParquet(w, d.Training) }),
		write("reviews.csv", os.O_TRUNC, d.writeReviews),
		write("plumbline.yaml", os.O_EXCL, file(workflow)),
		write("flow.n8n.json", os.O_EXCL, file(consumerloan.Flow)),
	)
}

// Workflow returns plumbline.yaml: as committed with the planted defect [NoBasis], or with the defect mended.
func Workflow(noBasis bool) ([]byte, error) {
	if noBasis {
		return consumerloan.Workflow, nil
	}
	const planted = "      # Planted defect no-basis: the legal basis of region is missing here.\n"
	const mended = "      basis: 申请表第七条的同意 / consent, clause 7 of the application form (PIPL art. 13)\n"
	if bytes.Count(consumerloan.Workflow, []byte(planted)) != 1 {
		err := plumbline.Errorf(plumbline.Internal, "the line that marks the defect no-basis is gone")
		err.Where, err.Hint = "plumbline.yaml", "put it back: "+planted
		return nil, err
	}
	return bytes.Replace(consumerloan.Workflow, []byte(planted), []byte(mended), 1), nil
}

// writeParquet writes rows in row groups of 64 Ki. The file names no version of anything, so that the bytes depend on the
// rows alone.
func writeParquet[T any](w io.Writer, rows []T) error {
	pw := parquet.NewGenericWriter[T](w,
		parquet.CreatedBy("plumbline-example", "1", "0"), parquet.MaxRowsPerRowGroup(1<<16))
	if _, err := pw.Write(rows); err != nil {
		return err
	}
	return pw.Close()
}

func (d *Data) writeReviews(w io.Writer) error {
	cw := csv.NewWriter(w)
	record := []string{"application_id", "reviewed_by", "opened_at", "decided_at", "seconds", "suggested", "decided", "override"}
	if err := cw.Write(record); err != nil {
		return err
	}
	for i := range d.Reviews {
		r := &d.Reviews[i]
		record = append(record[:0], r.Application, r.ReviewedBy, r.OpenedAt.Format(time.RFC3339), r.DecidedAt.Format(time.RFC3339),
			strconv.Itoa(r.Seconds), r.Suggested, r.Decided, bit(r.Suggested != r.Decided))
		if err := cw.Write(record); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

// refused tells that the disk did not take a file.
func refused(path string, cause error) error {
	return &plumbline.Error{
		Code: plumbline.Unavailable, Where: path, Message: cause.Error(),
		Hint: "choose another folder, or make room", Err: cause,
	}
}
