#!/usr/bin/python3
"""Asks an index of FAISS the questions that Quell was asked, and prints one JSON object.

Usage: bench-peers.py INDEX FOLDER RADIUS COUNTS. INDEX is one of flat, multi and ids: one in a process, so that none builds in memory that
another has left. FOLDER holds codes.bin, miss.bin and hit.bin as `quell bench codes` writes them. COUNTS is how many results Quell found for the
misses and for the hits, such as 0,500; if the index finds another number, the exit status is 1.

One thread, one question at a time. FAISS takes what is nearer than its radius, so it is given one more.
"""

import json
import sys
import time

import faiss
import numpy


def resident():
    """The bytes of memory that this process holds."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


def multi():
    """Multi-index hashing over 16 parts of 16 bits, of which one bit may differ: complete up to 31 bits."""
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    return index


def ids():
    """The same with ids of one's own, as HMA has it."""
    inner = multi()
    index = faiss.IndexBinaryIDMap2(inner)
    index.inner = inner  # kept alive
    return index


INDEXES = {
    "flat": ("FAISS flat", lambda: faiss.IndexBinaryFlat(256)),
    "multi": ("FAISS MultiHash", multi),
    "ids": ("FAISS MultiHash, ids", ids),
}


def ask(index, questions, radius):
    """Times every question by itself; returns the seconds of each and the number of results."""
    seconds, results = [], 0
    for i in range(len(questions)):
        start = time.perf_counter()
        _, _, ids = index.range_search(questions[i : i + 1], radius + 1)
        seconds.append(time.perf_counter() - start)
        results += len(ids)
    return numpy.array(seconds), results


def main():
    (name, make), folder, radius = INDEXES[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    expected = [int(c) for c in sys.argv[4].split(",")]
    faiss.omp_set_num_threads(1)
    codes, misses, hits = (numpy.fromfile(f"{folder}/{kind}.bin", dtype=numpy.uint8).reshape(-1, 32) for kind in ("codes", "miss", "hit"))
    before = resident()
    index = make()
    start = time.perf_counter()
    if sys.argv[1] == "ids":
        index.add_with_ids(codes, numpy.arange(len(codes), dtype=numpy.int64))
    else:
        index.add(codes)
    build = time.perf_counter() - start
    entry = (resident() - before) / len(codes)
    miss, missed = ask(index, misses, radius)
    hit, found = ask(index, hits, radius)
    if [missed, found] != expected:
        sys.exit(f"bench-peers: {name} {faiss.__version__} finds {missed} and {found} results, Quell {expected}")
    both = numpy.concatenate([miss, hit]) * 1e6
    result = {
        "engine": name,
        "version": faiss.__version__,
        "n": len(codes),
        "radius": radius,
        "build_s": round(build, 3),
        "bytes_per_entry": round(entry, 1),
        "miss_qps": round(len(misses) / miss.sum(), 2),
        "hit_qps": round(len(hits) / hit.sum(), 2),
        "p50_us": round(float(numpy.percentile(both, 50)), 1),
        "p99_us": round(float(numpy.percentile(both, 99)), 1),
        "returned": missed + found,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    print(json.dumps(result))


main()
