"""Requests that come one by one, run many at once.

A Batcher has worker threads that share one compiled model. Requests whose
tensors differ in nothing but the batch are joined, up to a number of rows or
until the oldest has waited for the deadline; the model runs once for all of
them, and each is given its rows. The model releases the interpreter's lock, and
has a context for each thread that runs it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import concurrent.futures
import dataclasses
import threading
import time

import numpy as np
import onnxc


class Overloaded(Exception):
    """More requests wait than the batcher takes."""


class Closed(Exception):
    """The batcher takes no more requests."""


@dataclasses.dataclass
class _Request:
    feed: dict
    rows: int
    arrived: float
    future: concurrent.futures.Future


@dataclasses.dataclass
class Counts:
    """What has been done so far."""
    requests: int = 0
    runs: int = 0
    rows: int = 0


def find_batch(model):
    """The free dimension that is the first one of every input and output, or
    None where there is no such."""
    values = model.inputs + model.outputs
    if any(value.kind != "tensor" or not value.shape for value in values):
        return None
    first = {value.shape[0] for value in values}
    name = first.pop()
    return name if not first and isinstance(name, str) else None


class Batcher:
    """`submit` gives a future of the model's outputs, a dict.

    max_rows   the most rows of one run; 1 runs each request by itself
    deadline   how long the first request of a batch waits for others, in seconds
    workers    how many batches run at once
    waiting    how many requests may wait; more are refused (Overloaded)

    A model whose tensors have not all one free dimension as their first runs
    each request by itself.
    """

    def __init__(self, model, max_rows=32, deadline=0.002, workers=2,
                 waiting=1024):
        self.model = model
        self.batch = find_batch(model) if max_rows > 1 else None
        self.max_rows = max_rows if self.batch else 1
        if self.batch:
            # The model may have been compiled for fewer.
            most = model.dims[self.batch][1]
            self.max_rows = min(max_rows, most or max_rows)
        self.deadline = deadline
        self.waiting = waiting
        self.counts = Counts()
        self._changed = threading.Condition()
        # By the shapes and types of their rows, in the order of arrival.
        self._groups = collections.OrderedDict()
        self._size = 0
        self._closed = False
        self._threads = [threading.Thread(target=self._work, daemon=True)
                         for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, feed):
        rows = self._count_rows(feed)
        request = _Request(feed, rows or 1, time.monotonic(),
                           concurrent.futures.Future())
        # What is like no other is run, and refused, by itself.
        key = object() if rows is None else tuple(
            (name, value.dtype.str, value.shape[1:])
            for name, value in sorted(feed.items()))
        with self._changed:
            if self._closed:
                raise Closed("the server is going down")
            if self._size >= self.waiting:
                raise Overloaded(f"{self._size} requests wait already")
            self._groups.setdefault(key, collections.deque()).append(request)
            self._size += 1
            self._changed.notify()
        return request.future

    def close(self):
        """Ends the workers once all that waits has run."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _count_rows(self, feed):
        """None for requests that cannot be joined with others."""
        if not self.batch or set(feed) != set(self.model._input_names):
            return None
        shapes = [getattr(value, "shape", ()) for value in feed.values()]
        if not all(shapes) or len({shape[0] for shape in shapes}) != 1:
            return None
        return shapes[0][0] or None

    # --- The workers -------------------------------------------------------

    def _work(self):
        while requests := self._take():
            self._run(requests)

    def _take(self):
        """The next batch; none when the batcher is closed and empty."""
        with self._changed:
            while True:
                wait = None
                now = time.monotonic()
                for key, group in self._groups.items():
                    left = group[0].arrived + self.deadline - now
                    if (left <= 0 or self._closed or type(key) is object
                            or self._is_full(group)):
                        return self._cut(key, group)
                    wait = left if wait is None else min(wait, left)
                if self._closed:
                    return None
                self._changed.wait(wait)

    def _is_full(self, group):
        return sum(request.rows for request in group) >= self.max_rows

    def _cut(self, key, group):
        taken = [group.popleft()]
        rows = taken[0].rows
        while group and rows + group[0].rows <= self.max_rows:
            taken.append(group.popleft())
            rows += taken[-1].rows
        if not group:
            del self._groups[key]
        self._size -= len(taken)
        if self._groups:
            self._changed.notify()
        return taken

    def _run(self, requests):
        running = [request for request in requests
                   if request.future.set_running_or_notify_cancel()]
        if not running:
            return
        try:
            results = self._run_together(running)
        except onnxc.RunError as error:
            if len(running) > 1:
                # One of them is to blame, and the others are not.
                for request in running:
                    self._run_alone(request)
                return
            running[0].future.set_exception(error)
        except Exception as error:
            for request in running:
                request.future.set_exception(error)
        else:
            for request, result in zip(running, results):
                request.future.set_result(result)

    def _run_alone(self, request):
        try:
            result = self._run_together([request])[0]
        except Exception as error:
            request.future.set_exception(error)
        else:
            request.future.set_result(result)

    def _run_together(self, requests):
        rows = sum(request.rows for request in requests)
        if len(requests) == 1:
            results = [self.model.run(requests[0].feed)]
        else:
            whole = self.model.run(
                {name: np.concatenate([request.feed[name]
                                       for request in requests])
                 for name in requests[0].feed})
            ends = np.cumsum([request.rows for request in requests])
            results = [{name: value[end - request.rows:end]
                        for name, value in whole.items()}
                       for request, end in zip(requests, ends)]
        with self._changed:
            self.counts.requests += len(requests)
            self.counts.runs += 1
            self.counts.rows += rows
        return results
