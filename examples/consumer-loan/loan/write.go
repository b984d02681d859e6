package loan

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	consumerloan "github.com/plumbline-project/plumbline/examples/consumer-loan"
	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// Command is the example as a command makes it.
func Command() planted.Example {
	return planted.Example{Rows: DefaultRows, Defects: Catalogue(), Make: func(cfg Config) ([]planted.File, string, error) {
		data, err := Generate(cfg)
		if err != nil {
			return nil, "", err
		}
		files, err := data.Files()
		return files, fmt.Sprintf("%d decisions, %d reviews, %d training rows", len(data.Decisions), len(data.Reviews), len(data.Training)), err
	}}
}

// Write lays out the workflow folder dir, and makes it where it is missing: decisions.parquet, training.parquet and
// reviews.csv are written anew; the files of the definition only where they are not there, so that nobody's edits are
// lost. The error is of code [plumbline.Unavailable] when the disk refuses.
func (d *Data) Write(dir string) error {
	files, err := d.Files()
	if err != nil {
		return err
	}
	_, err = planted.Write(dir, files)
	return err
}

// Files returns the files of the workflow folder.
func (d *Data) Files() ([]planted.File, error) {
	definition, err := planted.Definition(consumerloan.Files, d.defects, Catalogue())
	if err != nil {
		return nil, err
	}
	files := append(definition,
		planted.File{Name: "decisions.parquet", Fill: func(w io.Writer) error { return writeParquet(w, d.Decisions) }},
		planted.File{Name: "training.parquet", Fill: func(w io.Writer) error { return writeParquet(w, d.Training) }},
		planted.File{Name: "reviews.csv", Fill: d.writeReviews},
	)
	if slices.Contains(d.defects, NoHash) {
		return files, nil
	}
	return files, planted.Hashed(files, "plumbline.yaml", "training.parquet", "    file: training.parquet\n")
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
	header := []string{"application_id", "reviewed_by", "opened_at", "decided_at", "seconds", "suggested", "decided", "override"}
	return planted.WriteCSV(w, header, len(d.Reviews), func(i int, row []string) []string {
		r := &d.Reviews[i]
		return append(row, r.Application, r.ReviewedBy, r.OpenedAt.Format(time.RFC3339), r.DecidedAt.Format(time.RFC3339),
			strconv.Itoa(r.Seconds), r.Suggested, r.Decided, madeup.Bit(r.Suggested != r.Decided))
	})
}
