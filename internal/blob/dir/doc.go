// Package dir keeps objects as files of a directory. It is a driver of blob.
//
// An object named a/b/c is the file a/b/c below the root, with its bytes and nothing else, so that any web server can serve the
// directory and any tool can copy it. Files have mode 0600, directories 0700. What is being written is a file in +temp, a name that
// no object can have. Files that others put there are listed if their names are those of objects.
//
// What a put does, in this order; without any one of the syncs a power cut can take back what was acknowledged, and tests show that
// for each:
//
//	mkdir   a, a/b               where this process has not seen to them yet
//	fsync   root, a              their names survive, also where a process that was killed made them
//	write   +temp/x
//	fsync   +temp/x              the bytes survive
//	link    +temp/x → a/b/c      fails where there is one: then the bytes are compared
//	fsync   a/b                  the name survives
//	unlink  +temp/x
//
// Because a link never takes the place of anything, several processes may write at once. A checkpoint is renamed over the old one in
// place of the link. Deleting is unlink and fsync of the directory. Directories are never removed.
//
// Once the sync of a directory has failed nobody knows what is durable: asking again can be answered with success though the kernel
// has dropped what it could not write. From then on the driver writes nothing and says so, until it is opened again. A file system
// that refuses to sync a directory at all is not written to.
//
// BUG(kernel): Opening again after such a failure trusts the kernel's cache. Only starting the machine again, or checking the file
// system, shows what is on the disk.
//
// BUG(disk): A disk, or a virtual machine's host, that answers a sync and does not do it loses what was acknowledged. So may a mount
// that is told to skip syncs or barriers.
//
// BUG(link): Where a file system has no hard links (FAT, some network and user-space mounts) the object is renamed to its name after
// a look whether it is free. One process does that safely; two that put other bytes under one name at the same moment do not.
//
// BUG(windows): Windows has no sync of a directory; that the name survives is left to the journal of NTFS. Names such as CON and a
// dot at the end of a segment are refused or changed by it.
//
// BUG(case): Where the file system does not tell A from a, names that differ in nothing else are one object. The ledger's do not.
//
// BUG(erasure): Deleting removes the name; the bytes stay in free blocks, in snapshots and copies. The temporary file of a process
// that was killed has them too, until [Open] sweeps it.
package dir
