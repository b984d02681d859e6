package plumbline

// Limits bounds what a parser may take from an input. Every parser takes one value of it; the zero value of a field means
// its default. Passing a limit is an [Error] with code [TooLarge], never a silent cut.
type Limits struct {
	Bytes   int64 // input bytes after decompression, per file; default 64 GiB
	Inflate int64 // decompressed bytes per compressed byte beyond the first 64 MiB; default 200
	Rows    int64 // rows of a table, all files together; default 2^31 − 2
	Columns int   // columns of a table; default 4,096
	Field   int   // bytes of one field or line; default 1 MiB
	Depth   int   // nesting of a document; default 64
	Nodes   int   // nodes of a document after expansion of aliases; default 100,000
	Memory  int64 // bytes of column data held in memory before it goes to a temporary file; default 1 GiB
}

// WithDefaults returns l with the defaults filled in.
func (l Limits) WithDefaults() Limits {
	setDefault(&l.Bytes, 64<<30)
	setDefault(&l.Inflate, 200)
	setDefault(&l.Rows, 1<<31-2)
	setDefault(&l.Columns, 4096)
	setDefault(&l.Field, 1<<20)
	setDefault(&l.Depth, 64)
	setDefault(&l.Nodes, 100_000)
	setDefault(&l.Memory, 1<<30)
	return l
}

func setDefault[T int | int64](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
