"""One case of run_ray.py: ray_cases.py FOLDER NAME. Knows Ray and NumPy alone.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re
import signal
import statistics
import subprocess
import sys
import time

import numpy as np
import ray
from pipeline import Pipeline
from pool import Pool, ScoringError
from score import cut_rows, start_ray

ROWS = 64


def check(what, is_true):
    if not is_true:
        sys.exit(f"wrong: {what}")


class Data:
    def __init__(self, folder):
        self.folder = folder
        self.rows = dict(np.load(self.path("rows.npz")))
        self.wanted = np.load(self.path("wanted.npz"))["y"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def feeds(self):
        return cut_rows(self.rows, ROWS)

    def compare(self, results):
        """Stages add up in the same order as the whole; other rows of a tile
        may not."""
        got = np.concatenate([result["y"] for result in results])
        check(f"the shape {got.shape}", got.shape == self.wanted.shape)
        worst = np.abs(got - self.wanted).max()
        check(f"differs by {worst}", worst < 1e-5 * np.abs(self.wanted).max())


def take_time(data, run):
    begin = time.monotonic()
    data.compare(list(run(data.feeds())))
    return len(data.wanted) / (time.monotonic() - begin)


def two_and_four_workers(data):
    pools = {count: Pool(data.path("model.so"), count) for count in (1, 2, 4)}
    rates = {count: [] for count in pools}
    for _ in range(4):
        for count, pool in pools.items():
            rates[count].append(take_time(data, pool.score))
    medians = {count: statistics.median(turns[1:])
               for count, turns in rates.items()}
    print("rows a second: " + ", ".join(
        f"{count} workers {rate:.0f} ({rate / medians[1]:.2f})"
        for count, rate in medians.items()))


def read_mapping(pid, name):
    """Bytes of a file that a process has mapped: all, and its share of those
    in memory."""
    with open(f"/proc/{pid}/smaps") as file:
        text = file.read()
    found = [0, 0, 0]
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", text):
        if part.split("\n")[0].endswith(name):
            for i, key in enumerate(("Size", "Rss", "Pss")):
                found[i] += 1024 * int(re.search(rf"^{key}: +(\d+)", part,
                                                 re.M)[1])
    return found


def one_copy_of_the_weights(data):
    pool = Pool(data.path("model.so"), 4)
    data.compare(list(pool.score(data.feeds())))
    bytes_of_file = os.path.getsize(data.path("model.weights"))
    sizes = [read_mapping(pid, "model.weights") for pid in pool.pids]
    shares = sum(size[2] for size in sizes)
    check(f"{sizes} of {bytes_of_file}",
          all(size[0] >= bytes_of_file for size in sizes)
          and sum(size[1] for size in sizes) > 3 * bytes_of_file
          and shares < 1.1 * bytes_of_file)
    print(f"four workers have {shares} bytes of weights of {bytes_of_file}")


def kill_in_the_middle(data, run, pid, after):
    """The results, while a process is killed behind so many."""
    results = []
    for result in run(data.feeds()):
        results.append(result)
        if len(results) == after:
            os.kill(pid, signal.SIGKILL)
    data.compare(results)


def a_worker_that_dies(data):
    for workers in (1, 3):
        said = []
        pool = Pool(data.path("model.so"), workers, tell=said.append)
        kill_in_the_middle(data, pool.score, pool.pids[0], 3)
        check(f"said {said}", len(said) == 1
              and said[0].startswith("worker 0 has died: another one"))
        # And it goes on with the new one.
        data.compare(list(pool.score(data.feeds())))
        check(f"said {said}", len(said) == 1)
        pool.close()


class Deadly(np.ndarray):
    """Ends the process that reads it."""

    def __reduce__(self):
        return os._exit, (3,)


def a_batch_that_ends_workers(data):
    said = []
    pool = Pool(data.path("model.so"), 2, tell=said.append)
    feeds = list(data.feeds())[:8]
    feeds[4] = {"x": feeds[4]["x"].view(Deadly)}
    try:
        list(pool.score(feeds))
    except ScoringError as error:
        check(str(error), str(error).startswith("batch 4 has ended 3 workers"))
    else:
        check("no error", False)
    check(f"said {said}", len(said) == 2)


def what_the_model_refuses(data):
    pool = Pool(data.path("model.so"), 2)
    try:
        list(pool.score([{"x": np.ones((2, 3), "f")}]))
    except ScoringError as error:
        check(str(error), "batch 0: " in str(error)
              and "the model takes float32 [batch, 512]" in str(error)
              and "\n" not in str(error))
    else:
        check("no error", False)
    for make in (Pool, Pipeline):
        path = data.path("none.so")
        if make is Pipeline:
            path = data.path("gone.stages.json")
            with open(data.path("split2.stages.json")) as file:
                text = file.read().replace("split2.stage1.so", "gone.so")
            with open(path, "w") as file:
                file.write(text)
        try:
            make(path)
        except ScoringError as error:
            check(str(error), "there is no such file" in str(error)
                  and "\n" not in str(error))
        else:
            check("no error", False)


def a_chain_of_two_and_of_four(data):
    whole = Pool(data.path("model.so"), 1)
    chains = {count: Pipeline(data.path(f"split{count}.stages.json"))
              for count in (2, 4)}
    rates = {1: [], 2: [], 4: []}
    for _ in range(4):
        rates[1].append(take_time(data, whole.score))
        for count, chain in chains.items():
            rates[count].append(take_time(data, chain.run))
    medians = {count: statistics.median(turns[1:])
               for count, turns in rates.items()}
    print("rows a second: " + ", ".join(
        f"{count} stages {rate:.0f} ({rate / medians[1]:.2f})"
        for count, rate in medians.items()))


def a_stage_that_dies(data):
    said = []
    chain = Pipeline(data.path("split4.stages.json"), tell=said.append)
    pid = ray.get(chain.workers[2].get_pid.remote())
    kill_in_the_middle(data, chain.run, pid, 5)
    check(f"said {said}", len(said) == 1
          and said[0].startswith("the worker of stage 2 has died"))
    data.compare(list(chain.run(data.feeds())))
    check(f"said {said}", len(said) == 1)


def the_command(data):
    script = sys.modules["score"].__file__
    for model in ("model.so", "split2.stages.json"):
        output = data.path(model + ".npz")
        done = subprocess.run(
            [sys.executable, script, data.path(model), data.path("rows.npz"),
             "-o", output, "--rows", str(ROWS)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check(done.stderr, done.returncode == 0
              and done.stdout.startswith("4096 rows in "))
        data.compare([dict(np.load(output))])
    done = subprocess.run([sys.executable, script, data.path("none.so"),
                           data.path("rows.npz")], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.stderr, done.returncode == 1 and "score.py: error:" in done.stderr
          and "there is no such file" in done.stderr
          and "Traceback" not in done.stderr)


def main():
    folder, name = sys.argv[1:]
    data = Data(folder)
    if name != "the command":
        start_ray(cpus=16)
    globals()[name.replace(" ", "_")](data)


if __name__ == "__main__":
    main()
