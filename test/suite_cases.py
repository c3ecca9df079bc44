"""Named cases of a suite: run, counted, and what failed of them said.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import subprocess


class Failure(Exception):
    pass


def run(*command, **more):
    """What a command prints; a Failure when it does not end with status 0."""
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **more)
    if done.returncode:
        raise Failure(f"{' '.join(command)}: status {done.returncode}\n"
                      f"{done.stdout}{done.stderr}")
    return done.stdout


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r} instead of {wanted!r}")


def outcome(case):
    try:
        case()
    except (Failure, OSError) as failure:
        return str(failure)
    return None


def run_cases(cases, workers=1):
    """Calls every case, `workers` at a time, and prints `N passed, N failed`
    as the last line. The exit status is returned."""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for name, wrong in zip(cases, pool.map(outcome, cases.values())):
            if wrong is not None:
                failed += 1
                lines = "\n    ".join(wrong.strip().splitlines()[:30])
                print(f"{name}: FAILED: {lines}", flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0
