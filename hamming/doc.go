// Package hamming finds every stored 256-bit code within a Hamming distance of
// a query, exactly, while codes come and go.
//
// An [Index] holds (id, code) pairs. [Index.Search] returns all live ids whose
// code differs from the query in at most radius bits, nearest first; it never
// approximates. Inserts, deletes, merges and snapshots run beside searches: a
// search works on one immutable view of the index, so it sees each change
// either wholly or not at all, and it never waits for a writer.
//
// # Structure
//
// New codes go to a small head that is scanned flat. A full head is sealed into
// an immutable segment; segments of like size are merged in the background into
// larger ones. Replaced and deleted codes are marked dead in a bit set and
// dropped by the next merge. A snapshot file holds the segments as they lie in
// memory: [Open] verifies the checksums of the whole file and maps it, so that
// nothing is built again.
//
// # Search
//
// A segment is searched by multi-index hashing (Norouzi, Punjani, Fleet: "Fast
// Search in Hamming Space with Multi-Index Hashing", 2012). Codes are cut into
// sixteen chunks of 16 bits. By the pigeonhole principle a code within the
// radius is near the query in at least one chunk, so it is enough to look into
// the buckets of near chunk values. Each bucket entry carries the code's
// following chunk as a sketch: by the cycle lemma (Qin, Xiao: "Pigeonring: A
// Principle for Faster Thresholded Similarity Search", 2018) some near chunk is
// followed by one that is near too, and so almost no entry has to touch the full
// code. Where looking into buckets would cost more than comparing all codes of a
// segment (large radius, small segment, crowded buckets) the segment is scanned
// flat. Both ways give the same answer.
package hamming
