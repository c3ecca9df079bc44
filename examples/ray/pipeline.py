"""Runs the stages of a model (onnxc --split) on actors of Ray's, one each.

Micro-batches follow each other: while the second stage runs one, the first runs
the next. What a stage gives goes to the next without the driver.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import os

import ray
import ray.exceptions

from pool import ScoringError, reason_of, say
from stages import Manifest


@ray.remote(num_cpus=1)
class StageWorker:
    def __init__(self, path, number, threads):
        self.manifest, self.number = Manifest(path), number
        self.model = self.manifest.load(number, threads)

    def run(self, values):
        return self.manifest.step(self.number, self.model, values)

    def get_pid(self):
        return os.getpid()


class Pipeline:
    """`run` gives the outputs of micro-batches in their order. A stage whose
    worker dies is started again, and what was under way is run again."""

    def __init__(self, path, threads=1, tries=3, depth=2, tell=say):
        self.path, self.threads = path, threads
        self.tries, self.tell = tries, tell
        self.manifest = Manifest(path)
        self.workers = [self._start(number)
                        for number in range(len(self.manifest))]
        self.under_way = depth * len(self.workers)
        try:
            ray.get([worker.get_pid.remote() for worker in self.workers])
        except ray.exceptions.RayError as error:
            self.close()
            raise ScoringError(f"a stage of {path} cannot be loaded: "
                               f"{reason_of(error)}") from None

    def _start(self, number):
        return StageWorker.remote(self.path, number, self.threads)

    def close(self):
        for worker in self.workers:
            ray.kill(worker)
        self.workers = []

    def _submit(self, feed):
        values = feed
        for worker in self.workers:
            values = worker.run.remote(values)
        return values

    def run(self, feeds):
        coming, running = enumerate(feeds), collections.deque()
        tried = collections.Counter()
        while True:
            while len(running) < self.under_way:
                entry = next(coming, None)
                if entry is None:
                    break
                running.append([*entry, self._submit(entry[1])])
            if not running:
                return
            number, _, last = running[0]
            try:
                values = ray.get(last)
            except ray.exceptions.RayActorError as error:
                tried[number] += 1
                if tried[number] >= self.tries:
                    raise ScoringError(
                        f"micro-batch {number} has ended a stage's worker "
                        f"{self.tries} times: {reason_of(error)}") from None
                self._restart(len(running))
                for entry in running:
                    entry[2] = self._submit(entry[1])
                continue
            except ray.exceptions.RayTaskError as error:
                raise ScoringError(f"micro-batch {number}: "
                                   f"{reason_of(error)}") from None
            running.popleft()
            yield {name: values[name] for name in self.manifest.outputs}

    def _restart(self, count):
        for number, worker in enumerate(self.workers):
            try:
                ray.get(worker.get_pid.remote())
            except ray.exceptions.RayActorError:
                self.tell(f"the worker of stage {number} has died: another one "
                          f"takes its place, {count} micro-batches are run "
                          "again")
                self.workers[number] = self._start(number)
