"""Named cases of a suite: run, counted, and what failed of them said.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import contextlib
import io
import subprocess
import traceback
import unittest

import runner_arguments


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


def check(what, is_true):
    if not is_true:
        raise Failure(what)


@contextlib.contextmanager
def raises(kind, *needles):
    """A with block that has to end with this exception and these words."""
    try:
        yield
    except kind as error:
        for needle in needles:
            if needle not in str(error):
                raise Failure(f"{kind.__name__} says {str(error)!r}, without "
                              f"{needle!r}") from error
        return
    raise Failure(f"no {kind.__name__} ({needles})")


def outcome(case):
    """What is wrong with a case, or none. Whatever a case raises is the case's
    failure: the others go on, and the name is said."""
    try:
        case()
    except (Failure, OSError) as failure:
        return str(failure)
    except Exception:
        return traceback.format_exc()
    return None


def print_counts(passed, failed):
    """The line that run_suite.py reads. Returns the exit status."""
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def run_cases(cases, options):
    """Calls the cases (a dictionary of names and functions) that `options`
    (runner_arguments.py) select, says what is wrong with which, and prints the
    counts as the last line. The exit status is returned."""
    names = runner_arguments.select(cases, options)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = pool.map(outcome, [cases[name] for name in names])
        for name, wrong in zip(names, outcomes):
            if wrong is not None:
                failed += 1
                lines = wrong.strip().splitlines()
                lines = "\n    ".join(lines[:20] + lines[20:][-10:])
                print(f"{name}: FAILED: {lines}", flush=True)
    return print_counts(len(names) - failed, failed)


def run_unit_tests(test_class, options):
    """The same for the methods of a unittest.TestCase."""
    def case(name):
        def call():
            said = io.StringIO()
            suite = unittest.TestSuite([test_class(name)])
            result = unittest.TextTestRunner(stream=said).run(suite)
            if not result.wasSuccessful():
                raise Failure(said.getvalue())
        return call
    names = unittest.TestLoader().getTestCaseNames(test_class)
    return run_cases({name: case(name) for name in names}, options)
