package ledger_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/ledger"
)

// benchRecord is a record of about 500 bytes.
func benchRecord(i int) []byte {
	return fmt.Appendf(nil, `{"id":"d-%010d","time":"2026-11-25T08:00:00.123Z","workflow":"loan","version":"2026-11","step":"score","kind":"decision","subject":"s1-AbCdEfGhIjKlMnOpQrStUv","body":{"approved":%t,"score":%d.25,"amount":%d,"region":"华东","income":%d,"age":%d,"reasons":["income","history"],"model":"gbm-7","purpose":"car","inputs":{"debt_ratio":0.%d,"years_employed":%d,"late_payments":%d,"existing_loans":%d,"channel":"branch"},"note":"%s"}}`,
		i, i%3 == 0, i%700, 1000+i%9000, 20000+i%50000, 18+i%60, i%100, i%30, i%7, i%4, "recorded by the scoring service")
}

func BenchmarkParseRecord(b *testing.B) {
	data := benchRecord(1)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := ledger.ParseRecord(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecordLeaf(b *testing.B) {
	data := benchRecord(1)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		_ = ledger.RecordLeaf([16]byte{1}, data)
	}
}

// BenchmarkVerifyBundle reports records per second of one whole block of 200,000.
func BenchmarkVerifyBundle(b *testing.B) {
	const n = 200_000
	l := newTestLog(b)
	block := &testBlock{}
	var tree ledger.Tree
	for i := range n {
		data := benchRecord(i)
		salt := [16]byte{byte(i), byte(i >> 8), byte(i >> 16)}
		block.salts, block.records = append(block.salts, salt), append(block.records, data)
		tree.Add(ledger.RecordLeaf(salt, data))
	}
	block.header = l.add(ledger.HeaderKind, &ledger.Header{Workflow: "loan", Version: "2026-11", Count: n, Rule: 1, Root: tree.Root(), Previous: -1})
	var out bytes.Buffer
	w := ledger.NewBundleWriter(&out, l.name, l.checkpoint())
	for i, e := range l.entries {
		w.Entry(int64(i), e, nil)
	}
	for i := range block.records {
		w.Record(block.header, int64(i), block.salts[i], block.records[i], nil)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(out.Len()))
	start := time.Now()
	for b.Loop() {
		r, err := ledger.VerifyBundle(bytes.NewReader(out.Bytes()), ledger.Options{Policy: l.policy, Now: start})
		if err != nil || r.Worst() != ledger.Holds {
			b.Fatalf("%v %+v", err, r)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
