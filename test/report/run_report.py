#!/usr/bin/env python3
"""Makes reports of models, and compares what they say with the objects, the
headers and the models; what their pages draw with the JSON; and measured times
and traces with what onnxc-run prints.

    run_report.py

and the arguments of test/runner_arguments.py. --keep leaves reports, and
pictures of their pages.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import pty
import re
import subprocess
import sys

import onnx

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import browser
import report_checks
import report_models
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

CORTEX = ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"]
V3 = ["-mcpu=x86-64-v3"]
# Name, model, options: all facts of each are checked.
REPORTS = {
    "ds_cnn cortex-m4": ("tiny_ds_cnn", [*CORTEX, "--max-arena=64K",
                                         "--max-flash=128K",
                                         "--max-stack=8K"]),
    "ds_cnn": ("tiny_ds_cnn", V3),
    "resnet8": ("tiny_resnet8", [*V3, "-O3"]),
    "resnet8 -O0": ("tiny_resnet8", [*V3, "-O0"]),
    "recurrent": ("recurrent", V3),
    "free": ("free", [*V3, "--report-dim=n=3", "--report-dim=l=17"]),
    "bounded": ("free", [*V3, "--dim=n=2", "--dim=l=1..50"]),
    "assumed": ("free", V3),
    "control": ("control", V3),
    "slow": ("slow", V3),
    "levels": ("tiny_ds_cnn", ["-mcpu=x86-64-v2,x86-64-v3"]),
    "wasm": ("tiny_ds_cnn", ["--target=wasm32"]),
    "vulkan": ("tiny_ds_cnn", ["--target=vulkan", "--host-cpu=x86-64-v3"]),
    "weights beside": ("tiny_ds_cnn", [*V3, "--weights=file"]),
    "names": ("names", V3),
}
# Their pages are opened.
PAGES = ("ds_cnn cortex-m4", "resnet8", "free", "control", "vulkan", "names")


def compile_model(options, folder, name, *flags, emit="o"):
    """The paths of the model, of its object and of its report."""
    model = report_models.save(name, folder)
    output = os.path.join(folder, f"compiled.{emit}")
    report = os.path.join(folder, "report.json")
    run(options.onnxc, model, "-o", output, f"--report={report}",
        f"--report={os.path.join(folder, 'report.html')}", *flags)
    return model, output, report


def read(path):
    with open(path) as file:
        return json.load(file)


def read_page(path):
    """The JSON in a page."""
    with open(path) as file:
        text = file.read()
    return json.loads(re.search(r'id="report">(.*?)</script>', text, re.S)[1])


def check_facts(name, options):
    model_name, flags = REPORTS[name]
    with runner_arguments.case_folder(options, name) as folder:
        model, output, path = compile_model(options, folder, model_name,
                                            *flags)
        report = read(path)
        expect("the JSON of the page",
               read_page(os.path.join(folder, "report.html")), report)
        report_checks.check_arenas(report)
        report_checks.check_sizes(report)
        report_checks.check_header(report, os.path.join(folder, "compiled.h"))
        report_checks.check_weights(report)
        report_checks.check_code(report, output)
        report_checks.check_nodes(
            report, set(report_models.list_nodes(onnx.load(model).graph)))
        facts = json.loads(run(
            options.onnxc, "--inspect", "--json", model,
            *(flag for flag in flags if flag.startswith("--dim"))))
        report_checks.check_macs(report, facts["macs"])
        # A report changes nothing.
        plain = os.path.join(folder, "plain", "compiled.o")
        os.makedirs(os.path.dirname(plain), exist_ok=True)
        run(options.onnxc, model, "-o", plain, *(
            flag for flag in flags if not flag.startswith("--report")))
        with open(plain, "rb") as one, open(output, "rb") as other:
            expect("the same object", one.read() == other.read(), True)


def check_page(name, options):
    model, flags = REPORTS[name]
    with runner_arguments.case_folder(options, name) as folder:
        _, _, path = compile_model(options, folder, model, *flags)
        page = os.path.join(folder, "report.html")
        report_checks.check_page(read(path), browser.draw(page))
        if options.keep:
            browser.take_picture(page, os.path.join(folder, "page.png"))


def measure(options):
    """Times that are measured come into the report and the page."""
    with runner_arguments.case_folder(options, "measured") as folder:
        _, library, path = compile_model(options, folder, "tiny_resnet8",
                                         "--profile", "--emit=shared",
                                         emit="so")
        page = os.path.join(folder, "report.html")
        before = read(path)
        for report in (path, page):
            run(options.onnxc_run, library, "--random", "--repeat=3",
                f"--report={report}")
        for report in (read(path), read_page(page)):
            measured = report.pop("measured")
            expect("runs", (measured["runs"], measured["threads"]), (3, 1))
            rows = report["plans"][0]["rows"]
            times = [row.pop("ms") for row in rows]
            if not 0 < sum(times) <= measured["ms"]:
                raise Failure(f"{times} are not parts of {measured}")
            expect("calls", {row.pop("calls") for row in rows}, {1})
            expect("the rest", report, before)
        drawn = browser.draw(page)
        shown = [card for card in drawn.list("div", "data-key")
                 if card["data-key"] == "ms"]
        expect("the time's card", [float(card["data-value"]) for card in shown],
               [read_page(page)["measured"]["ms"]])
        if options.keep:
            browser.take_picture(page, os.path.join(folder, "page.png"))


def measure_others(options):
    """What does not fit is refused, and left as it is."""
    with runner_arguments.case_folder(options, "others") as folder:
        _, library, path = compile_model(options, folder, "tiny_ds_cnn",
                                         "--profile", "--emit=shared",
                                         emit="so")
        other = os.path.join(folder, "other.html")
        run(options.onnxc, report_models.save("recurrent", folder), "-o",
            os.path.join(folder, "other.o"), f"--report={other}")
        text = os.path.join(folder, "text.html")
        with open(text, "w") as file:
            file.write("<p>Not a report.</p>")
        missing = os.path.join(folder, "missing.json")
        for report, says in ((other, "it has no kernel"),
                             (text, "is no report of onnxc"),
                             (missing, "cannot be read: No such file"),
                             (library, "is no report of onnxc")):
            there = os.path.exists(report)
            size = os.path.getsize(report) if there else None
            done = subprocess.run(
                [options.onnxc_run, library, "--random", "--repeat=1",
                 f"--report={report}"], text=True, capture_output=True)
            expect(says, (done.returncode, says in done.stderr), (2, True))
            expect("its size", os.path.getsize(report) if there else None,
                   size)


def trace(options):
    """One row a thread; steps lie in runs, and have the names of nodes."""
    with runner_arguments.case_folder(options, "trace") as folder:
        _, library, _ = compile_model(options, folder, "tiny_resnet8",
                                      "--profile", "--emit=shared", emit="so")
        path = os.path.join(folder, "trace.json")
        run(options.onnxc_run, library, "--random", "--threads=2",
            "--repeat=3", f"--trace={path}")
        events = read(path)["traceEvents"]
        steps = json.loads(run(options.onnxc_run, library, "--random",
                               "--profile", "--json", "--repeat=1"))["steps"]
        threads = {event["tid"]: event["args"]["name"] for event in events
                   if event["name"] == "thread_name"}
        expect("the first thread", threads[0], "caller")
        runs = [event for event in events if event.get("cat") == "run"]
        expect("runs", [event["name"] for event in runs],
               ["run 0", "run 1", "run 2"])
        done = [event for event in events if event.get("cat") == "step"]
        expect("steps", sorted((event["name"], event["args"]["kernel"])
                               for event in done),
               sorted((step["nodes"], step["kernel"])
                      for step in steps for _ in runs))
        for event in events:
            if event["ph"] != "X" or event["cat"] == "run":
                continue
            around = [outer for outer in runs if outer["ts"] <= event["ts"]
                      and event["ts"] + event["dur"]
                      <= outer["ts"] + outer["dur"] + 1]
            expect(f"runs around {event}", len(around), 1)
            expect("a known thread", event["tid"] in threads, True)
        # Another library has no steps.
        plain = os.path.join(folder, "plain.so")
        run(options.onnxc, report_models.save("names", folder),
            "--emit=shared", "-o", plain)
        refused = subprocess.run(
            [options.onnxc_run, plain, "--random", f"--trace={path}.2"],
            text=True, capture_output=True)
        expect("the message", "compile it with onnxc --profile"
               in refused.stderr, True)
        expect("a file", os.path.exists(path + ".2"), False)


def benchmark(options):
    with runner_arguments.case_folder(options, "benchmark") as folder:
        library = os.path.join(folder, "free.so")
        model = report_models.save("free", folder)
        path = os.path.join(folder, "report.json")
        run(options.onnxc, model, "--emit=shared", "-o", library,
            f"--report={path}", "--report-dim=n=3", "--report-dim=l=17")
        command = [options.onnxc_run, library, "--random", "--dim=n=3",
                   "--dim=l=17", "--benchmark", "--repeat=20"]
        said = json.loads(run(*command, "--json"))
        expect("runs", said["runs"], 20)
        expect("warm-up", said["warm_ups"] > 0, True)
        times = [said[key] for key in ("min_ms", "p50_ms", "p90_ms", "p99_ms")]
        expect("the order of times", times, sorted(times))
        expect("CPUs", set(said["cpus"]), os.sched_getaffinity(0))
        expect("the arena", read(path)["totals"]["arena_bytes"],
               said["arena_bytes"])
        cpu = min(os.sched_getaffinity(0))
        text = run("taskset", "-c", str(cpu), *command)
        expect("pinning", f"pinned to CPU {cpu}" in text, True)


def remarks(options):
    """--remarks says in words what the report has."""
    with runner_arguments.case_folder(options, "remarks") as folder:
        model = report_models.save("slow", folder)
        path = os.path.join(folder, "report.json")
        done = subprocess.run(
            [options.onnxc, model, *V3, "--remarks", f"--report={path}", "-o",
             os.path.join(folder, "slow.o")], text=True, capture_output=True)
        expect("the status", done.returncode, 0)
        said = done.stderr.splitlines()
        there = read(path)["remarks"]
        expect("how many", len(said), len(there))
        for line, remark in zip(said, there):
            expect("the text", line.endswith(
                f'{remark["text"]} [{remark["topic"]}]'), True)
        wanted = {("layout", "conv_0"), ("packing", "matmul_1"),
                  ("loops", "gather_2")}
        expect("what is slow", {(remark["topic"], node) for remark in there
                                for node in remark["nodes"]}, wanted)
        for remark in there:
            for number in remark["rows"]:
                row = read(path)["plans"][0]["rows"][number]
                expect("its row's nodes", set(remark["nodes"])
                       <= set(row["nodes"]), True)


# Options, and what is said about them.
REFUSED = {
    "a folder that is not there": (["--report=nowhere/report.html"],
                                   "cannot write 'nowhere/report.html'"),
    "a folder": (["--report=folder.html"], "cannot write 'folder.html'"),
    "no page": (["--report=report.txt"], "ends in .html or .json"),
    "no name": (["--report="], "ends in .html or .json"),
    "twice": (["--report=a.json", "--report=a.json"], "written twice"),
    "the output": (["-o", "a.json", "--report=a.json"], "written twice"),
    "mlir": (["--emit=mlir", "--report=a.json"],
             "does not go with --emit=mlir"),
    "an unknown dimension": (["--report=a.json", "--report-dim=q=3"],
                             "no free dimension 'q'; it has 'n', 'l'"),
    "a bound dimension": (["--report=a.json", "--dim=n=2",
                           "--report-dim=n=3"], "no free dimension 'n'"),
    "beyond the bound": (["--report=a.json", "--dim=n=1..4",
                          "--report-dim=n=5"], "'n' is 1..4, not 5"),
    "a size that is none": (["--report=a.json", "--report-dim=n=-1"],
                            "--report-dim wants NAME=N"),
    "two sizes": (["--report=a.json", "--report-dim=n=1", "--report-dim=n=2"],
                  "gives 'n' twice"),
    "no report": (["--report-dim=n=1"], "goes with --report"),
    "beyond a limit": (["--report=a.html", "--max-flash=1K"],
                       "--max-flash allows 1024"),
}


def refuse(name, options):
    """A clear message, and no file but the model."""
    flags, says = REFUSED[name]
    with runner_arguments.case_folder(options, name) as folder:
        report_models.save("free", folder)
        os.makedirs(os.path.join(folder, "folder.html"), exist_ok=True)
        done = subprocess.run([options.onnxc, "free.onnx", *flags], text=True,
                              cwd=folder, capture_output=True)
        expect("the status", done.returncode, 1)
        if says not in done.stderr or "error: " not in done.stderr:
            raise Failure(done.stderr)
        expect("files", sorted(os.listdir(folder)),
               ["folder.html", "free.onnx"])


def watch_progress(options):
    """On a terminal a line says what is being done, with a bar for the code's
    parts, and is gone at the end. (Other cases see that a file is told nothing.)"""
    with runner_arguments.case_folder(options, "progress") as folder:
        model = report_models.save_long_chain(folder, 14)
        terminal, end = pty.openpty()
        # One CPU, so that it takes over a second everywhere.
        cpu = min(os.sched_getaffinity(0))
        command = ["taskset", "-c", str(cpu), options.onnxc, model,
                   "-mcpu=x86-64-v4", "-o", os.path.join(folder, "long.o")]
        with subprocess.Popen(command, stderr=end) as compiler:
            os.close(end)
            said = b""
            while True:
                try:
                    said += os.read(terminal, 4096)
                except OSError:  # the other end is closed
                    break
        os.close(terminal)
        expect("the status", compiler.returncode, 0)
        lines = said.decode().split("\r\033[K")
        expect("what is around the lines", (lines[0], lines[-1]), ("", ""))
        for line in lines[1:-1]:
            if not re.fullmatch(r"onnxc: long.onnx: \w+( \[#*\.*\] \d+ of \d+ "
                                r"parts)?, \d+ s", line):
                raise Failure(f"{line!r} is no line of progress")
        expect("bars", any("LLVM [" in line for line in lines), True)


def go_on_from_a_phase(options):
    with runner_arguments.case_folder(options, "phase") as folder:
        report_models.save("names", folder)
        run(options.onnxc, "names.onnx", "--save-temps", cwd=folder)
        done = subprocess.run(
            [options.onnxc, "names.graph.mlirbc", "--report=a.json"],
            text=True, cwd=folder, capture_output=True)
        expect("the message", "give the model, not what a phase has left"
               in done.stderr, True)
        expect("a report", os.path.exists(os.path.join(folder, "a.json")),
               False)


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    cases = {f"report of {name}": functools.partial(check_facts, name, options)
             for name in REPORTS}
    cases |= {f"page of {name}": functools.partial(check_page, name, options)
              for name in PAGES}
    cases |= {f"refused: {name}": functools.partial(refuse, name, options)
              for name in REFUSED}
    for case in (measure, measure_others, trace, benchmark, remarks,
                 go_on_from_a_phase, watch_progress):
        cases[case.__name__] = functools.partial(case, options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
