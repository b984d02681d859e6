package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sync/semaphore"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/ledger"
)

// Config is what a journal is opened with.
type Config struct {
	Ledger string // name of the ledger
	Node   string // name of the node, 1 to 32 of a-z, 0-9 and dash
	Signer note.Signer
	Store  Store
	Now    func() time.Time
	Rand   io.Reader // of salts; crypto/rand.Reader
	Key    []byte    // of the hashes by which ids are found again; at least 16 bytes

	IncludeWithin time.Duration // from a group to its block; default one hour
	Window        time.Duration // within which an id is recorded once; default seven days
	MostIDs       int           // ids that are remembered, at 12 to 24 bytes each; default 4 million
	MostWaiting   int64         // bytes that may wait for a commit before callers do; default 64 MiB
}

// Journal takes records. Make one with [Open]; it is safe for concurrent use.
type Journal struct {
	c      Config
	z      *zstd.Encoder
	commit chan struct{} // holds a token while nobody commits
	room   *semaphore.Weighted

	mu    sync.Mutex
	queue []*batch

	// Owned by whoever holds the token.
	last  Row
	seen  seen
	stale bool // the store may hold more than last says
	cache map[int64][]byte
}

// Status says what became of a record.
type Status string

// What becomes of a record.
const (
	Recorded  Status = "recorded"
	Duplicate Status = "duplicate" // its id and bytes came before; the group is that of the first
	Conflict  Status = "conflict"  // its id came before with other bytes; it is not recorded
)

// Ack is what a caller is told of one record.
type Ack struct {
	Status Status
	ID     string
	group  *group
	index  int
}

// group is a commit group that receipts are made from.
type group struct {
	number   int64
	time     int64
	previous ledger.Hash
	note     string
	leaves   []ledger.Hash
}

// batch is what one caller brings.
type batch struct {
	records []Record
	parsed  []*ledger.Record
	leaves  []ledger.Hash
	ids     []byte // idSize for each
	frame   []byte // all records, compressed
	acks    []Ack
	done    chan struct{}
	err     error
}

// Open opens a journal on what its store has.
func Open(ctx context.Context, c Config) (*Journal, error) {
	if c.IncludeWithin <= 0 {
		c.IncludeWithin = time.Hour
	}
	if c.Window <= 0 {
		c.Window = 7 * 24 * time.Hour
	}
	if c.MostIDs <= 0 {
		c.MostIDs = 4_000_000
	}
	if c.MostWaiting <= 0 {
		c.MostWaiting = 64 << 20
	}
	if now := c.Now().UnixMilli(); now < 1 {
		return nil, plumbline.Errorf(plumbline.Unavailable, "the clock of the machine stands before 1970")
	}
	if len(c.Key) < 16 || c.Signer == nil || c.Signer.Name() != ledger.JournalName(c.Ledger, c.Node) {
		return nil, plumbline.Errorf(plumbline.Internal, "a journal needs its own key, named %s, and a key of 16 bytes for ids", ledger.JournalName(c.Ledger, c.Node))
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "zstd: %w", err)
	}
	j := &Journal{
		c: c, z: z, commit: make(chan struct{}, 1), room: semaphore.NewWeighted(c.MostWaiting), cache: map[int64][]byte{},
		seen: seen{window: c.Window.Milliseconds(), most: max(c.MostIDs/2, 1)}, last: Row{Head: ledger.FirstHead(c.Ledger, c.Node)},
	}
	if err := j.catchUp(ctx); err != nil {
		return nil, err
	}
	j.commit <- struct{}{}
	return j, nil
}

// catchUp reads what the store has beyond the last row that is known. The caller holds the token.
func (j *Journal) catchUp(ctx context.Context) error {
	oldest := j.c.Now().UnixMilli() - j.c.Window.Milliseconds()
	for row, err := range j.c.Store.Rows(ctx, j.last.Number+1) {
		if err != nil {
			return err
		}
		if row.Number != j.last.Number+1 || len(row.IDs) != row.Count*idSize {
			return &plumbline.Error{Code: plumbline.Invalid, Where: "journal", Message: fmt.Sprintf("group %d follows group %d", row.Number, j.last.Number), Hint: "run plumb fsck"}
		}
		if row.Time >= oldest {
			j.remember(row.Number, row.Time, row.IDs)
		}
		j.last = Row{Number: row.Number, Time: row.Time, Head: row.Head}
	}
	j.stale = false
	return nil
}

func (j *Journal) remember(number, at int64, ids []byte) {
	n := len(ids) / idSize
	j.seen.rotate(number, at, n)
	for i := range n {
		id, _ := idAt(ids, i)
		j.seen.add(id, number)
	}
}

// Append records a batch, in order, and returns when it is durable: one acknowledgement for each record. A record that is not valid
// refuses the whole batch, and names it; nothing of it is recorded then. After any other error nothing is acknowledged, and it is not known whether the
// batch was kept: append it again, what was kept is recognised.
func (j *Journal) Append(ctx context.Context, records [][]byte) ([]Ack, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if len(records) > maxRecords {
		return nil, plumbline.Errorf(plumbline.TooLarge, "a batch has %d records; at most %d are taken at once", len(records), maxRecords)
	}
	size := int64(0)
	for _, r := range records {
		size += int64(len(r)) + overhead
	}
	if size > j.c.MostWaiting {
		return nil, plumbline.Errorf(plumbline.TooLarge, "a batch takes %d bytes; at most %d are taken at once", size, j.c.MostWaiting)
	}
	if err := j.room.Acquire(ctx, size); err != nil {
		return nil, cancelled(err)
	}
	defer j.room.Release(size)
	b, err := j.prepare(records)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	j.queue = append(j.queue, b)
	j.mu.Unlock()
	for {
		select {
		case <-b.done:
			return b.acks, b.err
		case <-j.commit:
			j.commitQueue(ctx)
		case <-ctx.Done():
			if j.withdraw(b) {
				return nil, cancelled(ctx.Err())
			}
			<-b.done // it is being committed
			return b.acks, b.err
		}
	}
}

func cancelled(err error) error {
	return &plumbline.Error{Code: plumbline.Unavailable, Message: "the append was cancelled; nothing of it was recorded", Err: err}
}

// withdraw takes a batch out of the queue. It is false where somebody commits it.
func (j *Journal) withdraw(b *batch) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, q := range j.queue {
		if q == b {
			j.queue = append(j.queue[:i], j.queue[i+1:]...)
			return true
		}
	}
	return false
}

// prepare does what needs no order: it validates, salts, hashes and compresses.
func (j *Journal) prepare(records [][]byte) (*batch, error) {
	n := len(records)
	b := &batch{records: make([]Record, n), parsed: make([]*ledger.Record, n), leaves: make([]ledger.Hash, n), ids: make([]byte, 0, n*idSize), done: make(chan struct{})}
	salts := make([]byte, n*ledger.SaltSize)
	if _, err := io.ReadFull(j.c.Rand, salts); err != nil {
		return nil, plumbline.Errorf(plumbline.Unavailable, "no random numbers are to be had: %w", err)
	}
	for i, data := range records {
		r, err := ledger.ParseRecord(data)
		if err != nil {
			return nil, atRecord(i, err)
		}
		b.parsed[i] = r
		b.records[i] = Record{Salt: [ledger.SaltSize]byte(salts[i*ledger.SaltSize:]), Bytes: data}
		b.leaves[i] = ledger.RecordLeaf(b.records[i].Salt, data)
		b.ids = j.appendIDs(b.ids, r)
	}
	b.frame = frames(j.z, b.records)
	return b, nil
}

// overhead is what a record takes in memory beside its bytes.
const overhead = 256

// frames compresses records, in frames of bounded size.
func frames(z *zstd.Encoder, records []Record) []byte {
	var out []byte
	for from := 0; from < len(records); {
		size, to := 0, from
		for to < len(records) && (to == from || size+len(records[to].Bytes) < maxFrame) {
			size += len(records[to].Bytes) + ledger.SaltSize + 5
			to++
		}
		out = appendFrame(out, z, records[from:to])
		from = to
	}
	return out
}

func (j *Journal) appendIDs(ids []byte, r *ledger.Record) []byte {
	h := sha256.New()
	_, _ = h.Write(j.c.Key)
	_, _ = h.Write([]byte(r.Workflow))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(r.ID))
	var sum [sha256.Size]byte
	ids = append(ids, h.Sum(sum[:0])[:8]...)
	h.Reset()
	_, _ = h.Write(j.c.Key)
	_, _ = h.Write(r.Bytes)
	return append(ids, h.Sum(sum[:0])[:8]...)
}

func atRecord(i int, err error) error {
	if e, ok := errors.AsType[*plumbline.Error](err); ok {
		at := *e
		at.Where = fmt.Sprintf("record %d of the batch", i+1)
		return &at
	}
	return err
}

// errPanicked is what the others of a group are told where its commit panicked.
var errPanicked = plumbline.Errorf(plumbline.Internal, "the commit of a group panicked; it is not known whether it was kept")

// commitQueue commits what waits, as one group, tells the callers, and gives the token back, whatever happens. The caller holds it.
func (j *Journal) commitQueue(ctx context.Context) {
	defer func() { j.commit <- struct{}{} }()
	j.mu.Lock()
	var taken []*batch
	n := 0
	for len(j.queue) > 0 && (n == 0 || n+len(j.queue[0].records) <= maxRecords) {
		n += len(j.queue[0].records)
		taken = append(taken, j.queue[0])
		j.queue[0] = nil
		j.queue = j.queue[1:]
	}
	j.mu.Unlock()
	if len(taken) == 0 {
		return
	}
	var err error = errPanicked
	defer func() {
		j.stale = j.stale || err != nil
		for _, b := range taken {
			if err != nil {
				b.acks, b.err = nil, err
			}
			close(b.done)
		}
	}()
	// Others wait for this commit too: it is not to end with the call of whoever happens to make it.
	err = j.commitGroup(context.WithoutCancel(ctx), taken)
}

// commitGroup makes one group of batches. Another writer may be first; then it is tried again behind what that one wrote.
func (j *Journal) commitGroup(ctx context.Context, taken []*batch) error {
	for try := 0; ; try++ {
		if j.stale {
			if err := j.catchUp(ctx); err != nil {
				return err
			}
		}
		row, g, err := j.form(ctx, taken)
		if err != nil || row == nil {
			return err
		}
		err = j.c.Store.Append(ctx, row)
		if err == nil {
			j.remember(row.Number, row.Time, row.IDs)
			j.last = Row{Number: row.Number, Time: row.Time, Head: row.Head}
			g.note = row.Note
			return nil
		}
		j.stale = true
		if plumbline.CodeOf(err) != plumbline.Conflict || try == 20 {
			return err
		}
	}
}

// form judges the records of batches and makes a row of those that are new; nil where there is none.
func (j *Journal) form(ctx context.Context, taken []*batch) (*Row, *group, error) {
	g := &group{number: j.last.Number + 1, time: max(j.c.Now().UnixMilli(), j.last.Time), previous: j.last.Head}
	row := &Row{Number: g.number, Time: g.time}
	var tree ledger.Tree
	here := map[uint64]place{} // ids of this group
	for _, b := range taken {
		b.acks = make([]Ack, len(b.records))
		kept := 0
		for i := range b.records {
			ack, err := j.judge(ctx, b, i, here)
			if err != nil {
				return nil, nil, err
			}
			if ack.Status == Recorded {
				id, content := idAt(b.ids, i)
				here[id] = place{content, len(g.leaves)}
				ack.group, ack.index = g, len(g.leaves)
				g.leaves = append(g.leaves, b.leaves[i])
				tree.Add(b.leaves[i])
				row.IDs = append(row.IDs, b.ids[i*idSize:(i+1)*idSize]...)
				kept++
			} else if ack.group == nil {
				ack.group = g // a duplicate of a record of this group
			}
			b.acks[i] = ack
		}
		row.Data = append(row.Data, b.keep(j.z, kept)...)
	}
	if row.Count = len(g.leaves); row.Count == 0 {
		return nil, nil, nil
	}
	head := ledger.Group{Number: g.number, Count: row.Count, Time: g.time, Root: tree.Root()}
	row.Head = head.Next(j.last.Head)
	text := ledger.HeadNote(j.c.Ledger, j.c.Node, g.number, row.Head, time.UnixMilli(g.time).Add(j.c.IncludeWithin))
	signed, err := note.Sign(&note.Note{Text: text}, j.c.Signer)
	if err != nil {
		return nil, nil, plumbline.Errorf(plumbline.Unavailable, "the head of the journal cannot be signed: %w", err)
	}
	row.Note = string(signed)
	return row, g, nil
}

// keep gives the frames of the records that are recorded.
func (b *batch) keep(z *zstd.Encoder, kept int) []byte {
	switch kept {
	case 0:
		return nil
	case len(b.records):
		return b.frame
	}
	var some []Record
	for i := range b.records {
		if b.acks[i].Status == Recorded {
			some = append(some, b.records[i])
		}
	}
	return frames(z, some)
}

// place is where a record stands in the group that is being formed.
type place struct {
	content uint64
	index   int
}

// judge says what becomes of a record: its id may have come before.
func (j *Journal) judge(ctx context.Context, b *batch, i int, here map[uint64]place) (Ack, error) {
	id, content := idAt(b.ids, i)
	ack := Ack{Status: Recorded, ID: b.parsed[i].ID}
	if p, ok := here[id]; ok {
		if ack.Status, ack.index = Duplicate, p.index; p.content != content {
			ack.Status = Conflict
		}
		return ack, nil
	}
	var groups [4]int64
	for _, number := range j.seen.find(id, groups[:0]) {
		ids, err := j.idsOf(ctx, number)
		if err != nil {
			return ack, err
		}
		for k := range len(ids) / idSize {
			if was, had := idAt(ids, k); was == id {
				if ack.Status, ack.index = Duplicate, k; had != content {
					ack.Status = Conflict
				}
				ack.group = &group{number: number}
				return ack, nil
			}
		}
	}
	return ack, nil
}

// maxCached bounds the rows whose ids are kept at hand, for callers that repeat a whole batch.
const maxCached = 64

func (j *Journal) idsOf(ctx context.Context, number int64) ([]byte, error) {
	if ids, ok := j.cache[number]; ok {
		return ids, nil
	}
	ids, err := j.c.Store.IDs(ctx, number)
	switch {
	case err == nil:
	case plumbline.CodeOf(err) == plumbline.NotFound:
		ids = nil // it was sealed and its window is over
	default:
		return nil, err
	}
	if len(j.cache) >= maxCached {
		clear(j.cache)
	}
	j.cache[number] = ids
	return ids, nil
}
