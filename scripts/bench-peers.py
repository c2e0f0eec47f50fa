#!/usr/bin/python3
"""Asks FAISS the questions that Quell was asked, and prints one JSON object for each of its indexes.

Usage: bench-peers.py FOLDER RADIUS COUNTS. FOLDER holds codes.bin, miss.bin and hit.bin as `quell bench codes` writes them. COUNTS is how many
results Quell found for the misses and for the hits, such as 0,500; every index must find as many, else the exit status is 1.

One thread, one question at a time. FAISS takes what is nearer than its radius, so it is given one more.
"""

import gc
import json
import sys
import time

import faiss
import numpy


def resident():
    """The bytes of memory that this process holds."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


def indexes():
    """The indexes that hash-matching services use, by name: a flat one, and multi-index hashing over 16 parts of 16 bits of which one bit may
    differ, which is complete up to 31 bits. HMA wraps the latter to have its own ids."""
    yield "FAISS flat", lambda: faiss.IndexBinaryFlat(256)

    def multi():
        index = faiss.IndexBinaryMultiHash(256, 16, 16)
        index.nflip = 1
        return index

    yield "FAISS MultiHash", multi

    def wrapped():
        inner = multi()
        index = faiss.IndexBinaryIDMap2(inner)
        index.inner = inner  # kept alive
        return index

    yield "FAISS MultiHash, ids", wrapped


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
    folder, radius, counts = sys.argv[1], int(sys.argv[2]), [int(c) for c in sys.argv[3].split(",")]
    faiss.omp_set_num_threads(1)
    codes, misses, hits = (numpy.fromfile(f"{folder}/{name}.bin", dtype=numpy.uint8).reshape(-1, 32) for name in ("codes", "miss", "hit"))
    agree = True
    for name, make in indexes():
        gc.collect()
        before = resident()
        index = make()
        start = time.perf_counter()
        if name.endswith("ids"):
            index.add_with_ids(codes, numpy.arange(len(codes), dtype=numpy.int64))
        else:
            index.add(codes)
        build = time.perf_counter() - start
        entry = (resident() - before) / len(codes)
        miss, missed = ask(index, misses, radius)
        hit, found = ask(index, hits, radius)
        if [missed, found] != counts:
            print(f"bench-peers: {name} {faiss.__version__} finds {missed} and {found} results, Quell {counts}", file=sys.stderr)
            agree = False
        both = numpy.sort(numpy.concatenate([miss, hit])) * 1e6
        print(
            json.dumps(
                {
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
            ),
            flush=True,
        )
        del index
    sys.exit(0 if agree else 1)


main()
