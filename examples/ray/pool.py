"""Scores batches on workers of Ray's, each with the same compiled model.

With `--weights=file` the model's weights are a file that each worker maps: those
of one machine share its pages.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import os
import sys

import onnxc
import ray
import ray.exceptions

# What a worker holds beyond the batch it runs, so that it never waits.
AHEAD = 1


class ScoringError(Exception):
    """A batch that could not be scored."""


@ray.remote(num_cpus=1)
class Worker:
    def __init__(self, path, threads):
        self.model = onnxc.load(path, threads=threads)

    def run(self, feed):
        return self.model.run(feed)

    def get_pid(self):
        return os.getpid()


def reason_of(error):
    """The model's words, where it has said some."""
    cause = getattr(error, "cause", None)
    return str(cause or error).strip().splitlines()[-1]


def say(text):
    print(f"onnxc: {text}", file=sys.stderr, flush=True)


class Pool:
    """`score` gives the outputs of batches in their order.

    A worker that dies is replaced, and its batches are run again. A batch that
    ends `tries` workers ends the run, and so does one that the model refuses.
    """

    def __init__(self, path, workers=2, threads=1, tries=3, tell=say):
        self.path, self.threads = os.path.abspath(path), threads
        self.tries, self.tell = tries, tell
        self.workers = [self._start() for _ in range(workers)]
        self._replaced = {}
        try:
            self.pids = ray.get([worker.get_pid.remote()
                                 for worker in self.workers])
        except ray.exceptions.RayError as error:
            self.close()
            raise ScoringError(f"no worker can load {path}: "
                               f"{reason_of(error)}") from None

    def _start(self):
        return Worker.remote(self.path, self.threads)

    def close(self):
        for worker in self.workers:
            ray.kill(worker)
        self.workers = []

    def score(self, feeds):
        """Batches are taken from `feeds` as workers become free."""
        waiting, coming = collections.deque(), enumerate(feeds)
        running, tried, done = {}, collections.Counter(), {}
        free = collections.deque(self.workers * (1 + AHEAD))
        # Of each worker, the batches that it has, the first one being run.
        queues = collections.defaultdict(list)
        following = 0
        while True:
            while free:
                entry = waiting.popleft() if waiting else next(coming, None)
                if entry is None:
                    break
                worker = free.popleft()
                running[worker.run.remote(entry[1])] = entry, worker
                queues[worker].append(entry[0])
            if not running:
                return
            ready, _ = ray.wait(list(running), num_returns=1)
            entry, worker = running.pop(ready[0])
            batch = entry[0]
            try:
                done[batch] = ray.get(ready[0])
                free.append(worker)
            except ray.exceptions.RayActorError as error:
                # Only the batch that was run can have ended the worker.
                blamed = queues[worker][0]
                tried[blamed] += batch == blamed
                if tried[blamed] >= self.tries:
                    raise ScoringError(f"batch {blamed} has ended {self.tries} "
                                       f"workers: {reason_of(error)}") from None
                waiting.append(entry)
                free.append(self._replace(worker, blamed))
                continue
            except ray.exceptions.RayTaskError as error:
                raise ScoringError(f"batch {batch}: {reason_of(error)}") from None
            queues[worker].remove(batch)
            while following in done:
                yield done.pop(following)
                following += 1

    def _replace(self, dead, batch):
        """The worker in place of one that has died; told once."""
        if dead in self.workers:
            place = self.workers.index(dead)
            self.tell(f"worker {place} has died: another one takes its place, "
                      f"batch {batch} is run again")
            self.workers[place] = self._start()
            self._replaced[dead] = self.workers[place]
        while dead not in self.workers:
            dead = self._replaced[dead]
        return dead
