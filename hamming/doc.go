// Package hamming finds every stored 256-bit code within a Hamming distance of
// a query, exactly, while codes come and go.
//
// An [Index] holds (id, code) pairs. [Index.Search] returns all live ids whose
// code differs from the query in at most radius bits, nearest first; it never
// approximates. [Index.SearchBatch] does the same for thousands of queries at once,
// and [Scan] compares new codes with a log that has no index. Inserts, deletes,
// merges and snapshots run beside searches: a search works on one immutable view of
// the index, so it sees each change either wholly or not at all, and it never waits
// for a writer.
//
// # Structure
//
// New codes go to a small head that is scanned flat. A full head is sealed into
// an immutable segment; segments of like size are merged in the background into
// larger ones. Replaced and deleted codes are marked dead in a bit set and
// dropped by the next merge. Segments lie outside the Go heap, on large pages where
// the system has them, and are released when the last search that might read them
// has ended. A snapshot file holds the segments as they lie in memory: [Open] maps
// it, verifies ids and codes, and verifies the rest while searches run already.
//
// # Search
//
// A segment is searched by multi-index hashing (Norouzi, Punjani, Fleet: "Fast
// Search in Hamming Space with Multi-Index Hashing", 2012). Codes are cut into
// sixteen chunks of 16 bits. By the general pigeonhole principle a code within the
// radius is near the query in at least one chunk, so it is enough to look into
// the buckets of near chunk values. Each bucket entry carries the code's
// following chunk as a sketch: by the cycle lemma (Qin, Xiao: "Pigeonring: A
// Principle for Faster Thresholded Similarity Search", 2018) some near chunk is
// followed by one that is near too, and so almost no entry has to touch the full
// code. How near a chunk has to be is chosen anew where buckets turn out crowded.
//
// Near copies of one code would fill the same buckets in every table. They are kept
// out of the tables, as a crowd around a pivot: the distance of a query from the
// pivot tells by the triangle inequality whether all of them, some or none can be
// within the radius.
//
// Where looking into buckets would cost more than comparing all codes of a segment
// (large radius, small segment) the segment is scanned flat. All ways give the same
// answer.
//
// # Kernels
//
// The inner loops are written for AVX-512, for AVX2 and in Go; the best that the
// processor has is chosen at start, and [Options.Kernel] can force one. All are
// held against each other by the same tests.
package hamming
