"""Times functions by turns, so that none has a quieter machine than another.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import time


def time_turns(runs, seconds):
    """The best of each, by turns, in microseconds."""
    best = [float("inf")] * len(runs)
    repeats = []
    for run in runs:
        run()
        begin = time.perf_counter()
        run()
        repeats.append(max(1, int(0.005 / (time.perf_counter() - begin))))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for i, (run, repeat) in enumerate(zip(runs, repeats)):
            # What the last one left in the caches is no part of it.
            run()
            begin = time.process_time()
            for _ in range(repeat):
                run()
            best[i] = min(best[i],
                          (time.process_time() - begin) / repeat * 1e6)
    return best
