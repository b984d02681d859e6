// Package tilelog keeps a log of entries as C2SP tlog-tiles objects: tile/L/N[.p/W] holds hashes, 256 of a level to a tile, and
// tile/entries/N[.p/W] the entries of a tile, each as its length (two bytes, big-endian) and its bytes. The log is a function of its
// entries: whoever extends it by the same entries makes the same objects, so a write can be repeated.
//
// Nothing is signed here and nobody is asked who extends the log: a [Tree] is what the caller believes in, and every hash that is read
// is checked against it. Partial tiles of an older tree are of no use to the newer one; [Partials] names them.
package tilelog
