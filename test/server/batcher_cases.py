"""Which requests run together, and what becomes of those that fail.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import threading

import numpy as np
import onnxc
from batcher import Batcher, Closed, Overloaded, find_batch

from server_case import check_close, compiled, draw
from suite_cases import check, expect, raises

LONG = 30.0


def texts(*rows):
    return np.array([list(row) for row in rows], object)


def case_one_run_for_a_full_batch():
    model = compiled("network")
    batcher = Batcher(model, max_rows=6, deadline=LONG, workers=3)
    feeds = [{"x": draw(seed, rows)} for seed, rows in enumerate((1, 2, 3))]
    futures = [batcher.submit(feed) for feed in feeds]
    for feed, future in zip(feeds, futures):
        check_close(future.result(60), model.run(feed))
    expect("requests, runs, rows", (batcher.counts.requests, batcher.counts.runs,
                                    batcher.counts.rows), (3, 1, 6))
    batcher.close()


def case_the_deadline_ends_the_wait():
    model = compiled("network")
    batcher = Batcher(model, max_rows=100, deadline=0.01)
    check_close(batcher.submit({"x": draw(0)}).result(60),
                model.run({"x": draw(0)}))
    batcher.close()


def case_other_rows_are_another_batch():
    model = compiled("network")
    batcher = Batcher(model, max_rows=2, deadline=LONG)
    feeds = [{"x": draw(seed, 1, n)} for seed, n in
             enumerate((3, 5, 3, 5))]
    futures = [batcher.submit(feed) for feed in feeds]
    for feed, future in zip(feeds, futures):
        check_close(future.result(60), model.run(feed))
    expect("runs", batcher.counts.runs, 2)
    batcher.close()


def case_more_rows_than_a_batch():
    model = compiled("network")
    batcher = Batcher(model, max_rows=4, deadline=LONG)
    check_close(batcher.submit({"x": draw(1, 9)}).result(60),
                model.run({"x": draw(1, 9)}))
    batcher.close()


def case_the_bound_of_the_model():
    model = compiled("network", options=("--dim=batch=1..3",))
    batcher = Batcher(model, max_rows=64, deadline=LONG)
    expect("rows", batcher.max_rows, 3)
    futures = [batcher.submit({"x": draw(seed)}) for seed in range(3)]
    for seed, future in enumerate(futures):
        check_close(future.result(60), model.run({"x": draw(seed)}))
    with raises(onnxc.InputError, "batch is 1..3"):
        batcher.submit({"x": draw(0, 4)}).result(60)
    batcher.close()


def case_no_batch_in_common():
    model = compiled("whole")
    expect("the batch", find_batch(model), None)
    batcher = Batcher(model, deadline=LONG)
    feed = {"a": np.ones((2, 3), "f")}
    check_close(batcher.submit(feed).result(60), model.run(feed))
    batcher.close()


def case_one_bad_request_among_good_ones():
    model = compiled("numbers")
    batcher = Batcher(model, max_rows=4, deadline=LONG)
    rows = (["1", "2.5"], ["3", "0x10"], ["-1e3", "7"], ["4", "5"])
    futures = [batcher.submit({"t": texts(row)}) for row in rows]
    with raises(onnxc.RunError, "Cast"):
        futures[1].result(60)
    for i in (0, 2, 3):
        expect(f"row {i}", futures[i].result(60)["v"].tolist(),
               [[float(text) for text in rows[i]]])
    batcher.close()


def case_bad_inputs_run_alone():
    model = compiled("network")
    batcher = Batcher(model, max_rows=3, deadline=0.2)
    good = [batcher.submit({"x": draw(seed)}) for seed in range(2)]
    bad = draw(0)
    with raises(onnxc.InputError, "it is float64"):
        batcher.submit({"x": bad.astype("d")}).result(60)
    with raises(onnxc.InputError, "input 'x'", "float32 [1, 5]"):
        batcher.submit({"x": bad[..., 0].copy()}).result(60)
    with raises(onnxc.InputError, "no value for input 'x'"):
        batcher.submit({}).result(60)
    with raises(onnxc.InputError, "no input 'z'"):
        batcher.submit({"x": bad, "z": bad}).result(60)
    good.append(batcher.submit({"x": draw(2)}))
    for seed, future in enumerate(good):
        check_close(future.result(60), model.run({"x": draw(seed)}))
    batcher.close()


def case_no_rows():
    model = compiled("network")
    batcher = Batcher(model, deadline=0.2)
    expect("the shape", batcher.submit({"x": draw(0, 0)}).result(60)["y"].shape,
           (0, 5, 4))
    batcher.close()


def case_too_many_wait():
    batcher = Batcher(compiled("network"), max_rows=64, deadline=LONG, waiting=2)
    futures = [batcher.submit({"x": draw(seed)}) for seed in range(2)]
    with raises(Overloaded, "2 requests wait"):
        batcher.submit({"x": draw(2)})
    batcher.close()
    for future in futures:
        check("what waited has run", future.result(60)["y"].shape == (1, 5, 4))
    with raises(Closed):
        batcher.submit({"x": draw(2)})


def case_a_request_that_is_taken_back():
    model = compiled("network")
    batcher = Batcher(model, max_rows=3, deadline=LONG)
    gone = batcher.submit({"x": draw(0)})
    check("it was taken back", gone.cancel())
    futures = [batcher.submit({"x": draw(seed)}) for seed in (1, 2)]
    for seed, future in zip((1, 2), futures):
        check_close(future.result(60), model.run({"x": draw(seed)}))
    batcher.close()


def case_many_threads():
    model = compiled("network")
    batcher = Batcher(model, max_rows=16, deadline=0.02, workers=3)
    together = threading.Barrier(24)

    def ask(seed):
        together.wait(60)
        for turn in range(10):
            feed = {"x": draw(100 * seed + turn, 1 + turn % 3, 4 + seed % 2)}
            check_close(batcher.submit(feed).result(60), model.run(feed))

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        list(pool.map(ask, range(24)))
    expect("requests", batcher.counts.requests, 240)
    check("batches were made", batcher.counts.runs < 240)
    batcher.close()
