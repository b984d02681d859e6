// Package sqlite keeps the rows of a journal in a SQLite database, ledger.db.
//
// Each append is one transaction, durable on return: write-ahead log with synchronous=FULL, so each commit syncs the log once. The
// pragmas are read back when the database is opened, and it is refused where one did not take. What is deleted is overwritten
// (secure_delete). Several processes may have the database open; a row number that is taken is a conflict.
//
// The schema has a version. A newer one than this program knows is refused; there is no older one yet.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"

	driver "modernc.org/sqlite"
	code "modernc.org/sqlite/lib"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/ledger"
)

// Version is that of the schema.
const Version = 1

// applicationID marks the file as ours: "plmb".
const applicationID = 0x706c6d62

// Store is a database.
type Store struct {
	db   *sql.DB
	read *sql.DB
	path string
}

// pragmas are set on every connection and read back.
var pragmas = []struct{ name, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "ON", "1"},
	{"foreign_keys", "ON", "1"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
}

// Create makes a database where there is none, and opens it. It is Conflict where there is a file.
func Create(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // not as wide as SQLite would make it
	if errors.Is(err, os.ErrExist) {
		return nil, &plumbline.Error{Code: plumbline.Conflict, Where: path, Message: "there is a journal already", Err: err}
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, s.failed("cannot be made", err)
	}
	return s.open(ctx, true)
}

// Open opens a database that was made. It is NotFound where there is none: a new one in its place would begin a second history under
// the same key.
func Open(ctx context.Context, path string) (*Store, error) {
	if info, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: path, Message: "the journal is gone", Hint: "restore it from a copy; a new one would contradict the receipts that were given", Err: err}
	}
	return (&Store{path: path}).open(ctx, false)
}

func (s *Store) open(ctx context.Context, created bool) (*Store, error) {
	var err error
	if s.db, err = s.connect(1); err != nil {
		return nil, err
	}
	if s.read, err = s.connect(4); err != nil {
		return nil, err
	}
	if err = s.check(ctx); err == nil {
		err = s.migrate(ctx, created)
	}
	if err == nil && created {
		err = syncFolder(filepath.Dir(s.path)) // the names of the database and of its log
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) connect(most int) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)"}}
	for _, p := range pragmas {
		q.Add("_pragma", fmt.Sprintf("%s(%s)", p.name, p.set))
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: s.path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, s.failed("cannot be opened", err)
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// check reads the pragmas back: a database that does not sync is no journal.
func (s *Store) check(ctx context.Context) error {
	for _, p := range pragmas {
		var got string
		if err := s.db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return s.failed("cannot be opened", err)
		}
		if got != p.want {
			return &plumbline.Error{Code: plumbline.Unavailable, Where: s.path, Message: fmt.Sprintf("the database does not take %s=%s: it is %s", p.name, p.set, got), Hint: "keep it on a local disk"}
		}
	}
	return nil
}

const schema = `
CREATE TABLE rows (
	number INTEGER PRIMARY KEY,
	time   INTEGER NOT NULL,
	count  INTEGER NOT NULL,
	head   BLOB NOT NULL,
	note   TEXT NOT NULL,
	ids    BLOB NOT NULL,
	data   BLOB NOT NULL
) STRICT`

func (s *Store) migrate(ctx context.Context, created bool) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.failed("cannot be opened", err)
	}
	defer func() { _ = tx.Rollback() }()
	var version, application int64
	if err := errors.Join(tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version), tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application)); err != nil {
		return s.failed("cannot be opened", err)
	}
	switch {
	case version == Version && application == applicationID:
		return nil
	case application != 0 && application != applicationID:
		return &plumbline.Error{Code: plumbline.Invalid, Where: s.path, Message: "this is the database of another program"}
	case version < Version && !created:
		return &plumbline.Error{Code: plumbline.Invalid, Where: s.path, Message: "this database is no journal", Hint: "restore it from a copy"}
	case version > Version:
		return &plumbline.Error{Code: plumbline.Unsupported, Where: s.path, Message: fmt.Sprintf("the journal is of version %d; this program knows version %d", version, Version), Hint: "use the newer plumb that wrote it"}
	}
	for _, do := range []string{schema, fmt.Sprintf("PRAGMA application_id=%d", applicationID), fmt.Sprintf("PRAGMA user_version=%d", Version)} {
		if _, err := tx.ExecContext(ctx, do); err != nil {
			return s.failed("cannot be made", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return s.failed("cannot be made", err)
	}
	return nil
}

// Append keeps a row: [journal.Store].
func (s *Store) Append(ctx context.Context, r *journal.Row) error {
	res, err := s.db.ExecContext(ctx, `INSERT INTO rows (number, time, count, head, note, ids, data) SELECT $1, $2, $3, $4, $5, $6, $7
		WHERE (SELECT coalesce(max(number), 0) FROM rows) = $1 - 1`, r.Number, r.Time, r.Count, r.Head[:], r.Note, r.IDs, r.Data)
	if err == nil {
		var n int64
		if n, err = res.RowsAffected(); err == nil && n == 1 {
			return nil
		}
	}
	var e *driver.Error
	if err == nil || errors.As(err, &e) && e.Code() == code.SQLITE_CONSTRAINT_PRIMARYKEY {
		return &plumbline.Error{Code: plumbline.Conflict, Where: s.path, Message: fmt.Sprintf("group %d does not follow the last one: another writer was first", r.Number)}
	}
	return s.failed("cannot be written", err)
}

// Last gives the newest row: [journal.Store].
func (s *Store) Last(ctx context.Context) (*journal.Row, error) {
	r := &journal.Row{}
	var head []byte
	err := s.read.QueryRowContext(ctx, `SELECT number, time, count, head, note FROM rows ORDER BY number DESC LIMIT 1`).Scan(&r.Number, &r.Time, &r.Count, &head, &r.Note)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return &journal.Row{}, nil
	case err != nil:
		return nil, s.failed("cannot be read", err)
	}
	return r, s.head(r, head)
}

func (s *Store) head(r *journal.Row, head []byte) error {
	if len(head) != len(r.Head) {
		return &plumbline.Error{Code: plumbline.Invalid, Where: s.path, Message: fmt.Sprintf("group %d has a head of %d bytes", r.Number, len(head)), Hint: "run plumb fsck"}
	}
	r.Head = ledger.Hash(head)
	return nil
}

// pageRows bounds how many rows are read at once, so that no reader holds the log of the database back.
const pageRows = 64

// Rows gives the rows from a number on: [journal.Store].
func (s *Store) Rows(ctx context.Context, from int64) iter.Seq2[*journal.Row, error] {
	return func(yield func(*journal.Row, error) bool) {
		for {
			page, err := s.page(ctx, from)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				from = r.Number + 1
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

func (s *Store) page(ctx context.Context, from int64) (page []*journal.Row, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT number, time, count, head, note, ids, data FROM rows WHERE number >= $1 ORDER BY number LIMIT $2`, from, pageRows)
	if err != nil {
		return nil, s.failed("cannot be read", err)
	}
	defer rows.Close()
	size := 0
	for size < 32<<20 && rows.Next() {
		r := &journal.Row{}
		var head []byte
		if err := rows.Scan(&r.Number, &r.Time, &r.Count, &head, &r.Note, &r.IDs, &r.Data); err != nil {
			return nil, s.failed("cannot be read", err)
		}
		if err := s.head(r, head); err != nil {
			return nil, err
		}
		size += len(r.Data) + len(r.IDs)
		page = append(page, r)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed("cannot be read", err)
	}
	return page, nil
}

// IDs gives the hashes of a row: [journal.Store].
func (s *Store) IDs(ctx context.Context, number int64) ([]byte, error) {
	var ids []byte
	err := s.read.QueryRowContext(ctx, `SELECT ids FROM rows WHERE number = $1`, number).Scan(&ids)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: s.path, Message: fmt.Sprintf("there is no group %d", number)}
	}
	if err != nil {
		return nil, s.failed("cannot be read", err)
	}
	return ids, nil
}

// Close closes the database.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.db} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return s.failed("cannot be closed", err)
	}
	return nil
}

// failed says what the database refused, and what a person can do.
func (s *Store) failed(what string, err error) error {
	out := &plumbline.Error{Code: plumbline.Unavailable, Where: s.path, Message: "the journal " + what, Err: err}
	if e, ok := errors.AsType[*driver.Error](err); ok {
		switch e.Code() & 0xff {
		case code.SQLITE_FULL:
			out.Hint = "the disk is full: nothing was acknowledged; make room"
		case code.SQLITE_READONLY, code.SQLITE_CANTOPEN, code.SQLITE_PERM:
			out.Hint = "the file or its folder cannot be written"
		case code.SQLITE_CORRUPT, code.SQLITE_NOTADB:
			out.Code, out.Message, out.Hint = plumbline.Invalid, "the journal is damaged", "run plumb fsck; restore the file from a copy"
		case code.SQLITE_BUSY, code.SQLITE_LOCKED:
			out.Hint = "another process holds it; try again"
		case code.SQLITE_IOERR:
			out.Hint = "the disk reports an error"
		}
	}
	return out
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the folder cannot be opened", Err: err}
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the folder cannot be synced", Err: err}
	}
	return nil
}
