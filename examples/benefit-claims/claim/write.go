package claim

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	benefitclaims "github.com/plumbline-project/plumbline/examples/benefit-claims"
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
		return files, fmt.Sprintf("%d decisions, %d reviews, %d earlier claims", len(data.Decisions), len(data.Reviews), len(data.Earlier)), err
	}}
}

// Files returns the files of the workflow folder.
func (d *Data) Files() ([]planted.File, error) {
	definition, err := planted.Definition(benefitclaims.Files, d.defects, Catalogue())
	if err != nil {
		return nil, err
	}
	files := append(definition,
		planted.File{Name: "decisions.csv", Fill: d.writeDecisions},
		planted.File{Name: "earlier.jsonl", Fill: d.writeEarlier},
		planted.File{Name: "reviews.csv", Fill: d.writeReviews},
	)
	if slices.Contains(d.defects, NoHash) {
		return files, nil
	}
	return files, planted.Hashed(files, "plumbline.yaml", "earlier.jsonl", "    file: earlier.jsonl\n")
}

func (d *Data) writeDecisions(w io.Writer) error {
	header := []string{
		"claim_id", "household_key", "decided_at", "channel", "district", "sex", "age", "ethnicity", "household_size", "income", "rent",
		"savings", "months_resident", "note", "score", "reason_codes", "model_version", "outcome",
	}
	return planted.WriteCSV(w, header, len(d.Decisions), func(i int, row []string) []string {
		c := &d.Decisions[i]
		savings := ""
		if c.Savings >= 0 {
			savings = strconv.Itoa(c.Savings)
		}
		return append(row, c.ID, c.Household, c.DecidedAt.Format(time.RFC3339), c.Channel, c.District, c.Sex, strconv.Itoa(c.Age), c.Ethnicity,
			strconv.Itoa(c.Size), strconv.Itoa(c.Income), strconv.Itoa(c.Rent), savings, strconv.Itoa(c.Resident), c.Note,
			strconv.FormatFloat(c.Score, 'f', 4, 64), c.Reasons, c.Model, c.Outcome)
	})
}

func (d *Data) writeReviews(w io.Writer) error {
	header := []string{"claim_id", "reviewed_by", "decided_at", "seconds", "suggested", "decided"}
	return planted.WriteCSV(w, header, len(d.Reviews), func(i int, row []string) []string {
		r := &d.Reviews[i]
		return append(row, r.Claim, r.Caseworker, r.DecidedAt.Format(time.RFC3339), strconv.Itoa(r.Seconds), r.Suggested, r.Decided)
	})
}

func (d *Data) writeEarlier(w io.Writer) error {
	lines := json.NewEncoder(w)
	for i := range d.Earlier {
		if err := lines.Encode(&d.Earlier[i]); err != nil {
			return err
		}
	}
	return nil
}
