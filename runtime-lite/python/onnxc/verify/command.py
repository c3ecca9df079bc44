"""One verification, from the command line to the exit status.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import sys
import tempfile

import numpy as np
from onnx import helper

from onnxc.verify import (arguments, explain, graph, html, inputs, json_report,
                          minimal, nested, reference, report, search, values)
from onnxc.verify.compare import Tolerance, compare
from onnxc.verify.problem import Problem
from onnxc.verify.programs import Compiler, Crash

# Nodes of a kernel that are tried one by one, and values that differ.
MOST_PARTS, MOST_CANDIDATES = 12, 8


@dataclasses.dataclass
class Finding:
    """The first divergence, and what was found out about it."""
    divergence: search.Divergence
    trial: minimal.Trial | None
    verdict: str
    unseen_operands: list
    # As ours was observed in the whole model, where it was.
    seen: values.Seen | None = None
    # Names of the nodes between values that agree and the one that does not.
    kernel: list = dataclasses.field(default_factory=list)
    explanations: list = dataclasses.field(default_factory=list)
    saved: str = ""
    files: list = dataclasses.field(default_factory=list)


class Verification:
    def __init__(self, settings, folder):
        self.settings, self.options = settings, settings.options
        self.folder = folder
        self.path = self.options.model
        self.tolerance = Tolerance(self.options.rtol, self.options.atol,
                                   self.options.scale)
        self.compiler = Compiler(self.options.onnxc, settings.flags)
        self.model, self.file, self.changed = graph.prepare(
            graph.load(self.path), self.path, folder)
        inputs.refuse_others([*self.model.graph.input,
                              *self.model.graph.output])
        # Of the caller in Python: inputs, and what is right for inputs.
        self.given = self.right = None
        self.finding = None

    def note(self, text):
        print(f"onnxc verify: note: {text}", file=sys.stderr)

    def read_inputs(self):
        """Inputs by name, and outputs that a test directory has."""
        options, settings = self.options, self.settings
        expected = {}
        if self.given:
            given = inputs.check(self.given, self.model)
        elif options.test_dir:
            given, expected = inputs.read_set(options.test_dir, self.model)
        elif options.inputs:
            given = inputs.read_file(options.inputs, self.model)
        else:
            given = {}
        wanted = inputs.stated(self.model)
        for name, text in settings.values.items():
            if name not in wanted:
                continue
            dtype = inputs.dtype_of(wanted[name])
            rank = len(wanted[name].type.tensor_type.shape.dim)
            array = np.array(text.split(","), dtype)
            given[name] = array.reshape(()) if rank == 0 else array
        missing = [name for name in wanted if name not in given]
        is_given = self.given or options.inputs or options.test_dir
        if missing and is_given and not options.random:
            raise Problem(f"input '{missing[0]}' is missing: give it, or let "
                          "--random make it up")
        made = inputs.MadeUp(settings.sizes, settings.ranges, settings.bounds,
                             options.seed)
        inputs.make_up(self.model, given, made, settings.shapes)
        if made.chosen:
            chosen = ", ".join(f"{name}={size}"
                               for name, size in made.chosen.items())
            self.note(f"free dimensions are {chosen} (--size NAME=N chooses)")
        return {name: given[name] for name in wanted}, expected

    def choose_reference(self, given, expected):
        """What outputs are held against, and what other values."""
        against = self.options.against
        if self.right:
            return self.right(given), reference.make_engine()
        if against is None and expected:
            return (reference.Arrays(expected, "the test's outputs"),
                    reference.make_engine())
        right = reference.choose(against or "onnxruntime")
        if isinstance(right, reference.Arrays):
            return right, reference.make_engine()
        return right, right

    def run(self):
        given, expected = self.read_inputs()
        right, engine = self.choose_reference(given, expected)
        library = os.path.join(self.folder, "model.so")
        self.compiler.compile(self.file, library)
        fed = {name: array for name, array in given.items()
               if name not in self.settings.values}
        ours, events = self.compiler.execute(
            library, fed, [value.name for value in self.model.graph.output],
            self.folder, self.options.threads)
        theirs = right.run(self.model, self.file, given)
        level = self.make_level(given, theirs, events)
        outputs = self.compare_outputs(level, ours, theirs)
        failing = [name for name, comparison in outputs.items()
                   if comparison and not comparison.agrees]
        lines = list(report.output_lines(outputs))
        finding = None
        if (failing or self.options.per_node or self.options.html) \
                and right is not engine and not self.options.no_search:
            # What is right is known of the outputs only.
            between = engine.run(self.model, self.file, given)
            level = self.make_level(given, {**between, **theirs}, events)
            self.compare_outputs(level, ours, theirs)
        if not self.options.no_search:
            finding = (self.search(level, failing, engine) if failing
                       else self.search_hidden(level, engine))
            if finding:
                lines += report.divergence_lines(finding)
        self.finding = finding
        self.tell(right, level, lines, finding)
        if self.options.json:
            json_report.write(self.options.json, outputs, level, finding)
        return 1 if failing or finding else 0

    def tell(self, right, level, lines, finding):
        print(f"{self.path} beside {right.name}"
              + (f" ({self.changed})" if self.changed else ""))
        print("\n".join(lines))
        if self.options.per_node:
            print("\n" + "\n".join(report.node_table(level)))
            if finding and finding.divergence.level is not level:
                inner = finding.divergence.level
                print("\n" + " / ".join(inner.names))
                print("\n".join(report.node_table(inner)))
        if self.options.html:
            shown = finding.divergence.level if finding else level
            html.write(self.options.html, os.path.basename(self.path), shown,
                       lines, finding and finding.divergence.value)

    def make_level(self, given, references, events):
        made = graph.Graph.of(self.model.graph)
        known = {**references, **given}
        tensors = {tensor.name: tensor
                   for tensor in self.model.graph.initializer}
        tensors.update((tensor.values.name, tensor) for tensor
                       in self.model.graph.sparse_initializer)
        return search.Level(
            made, known, values.match(made, events, known, self.tolerance),
            (), tensors, events)

    def compare_outputs(self, level, ours, theirs):
        """Comparisons by name; the level knows of the outputs as well."""
        found = {}
        for value in self.model.graph.output:
            name = value.name
            array = ours.get(name)
            if name not in theirs or array is None:
                found[name] = None
                continue
            array = values.as_dtype(array, helper.np_dtype_to_tensor_dtype(
                theirs[name].dtype)) if array.dtype != theirs[name].dtype \
                else array
            found[name] = compare(array, theirs[name], self.tolerance)
            known = level.seen.get(name)
            level.seen[name] = values.Seen(array, found[name],
                                           known and known.event)
        level.aside = values.set_aside(level.graph, level.seen, found)
        return found

    def make_laboratory(self, engine):
        return minimal.Laboratory(
            self.compiler, engine, self.model, self.file, self.folder,
            self.tolerance, self.options.threads)

    def search_hidden(self, level, engine):
        """Outputs agree; is a value between wrong all the same? Most that differ
        are not what they seem, so only what is wrong by itself counts. With
        --per-node, kernels' own forms are tried as well."""
        suspects = [name for name in level.seen if level.differs(name)]
        laboratory = self.make_laboratory(engine)
        if self.options.per_node or self.options.html:
            level.seen.update(level.aside)
            suspects += level.aside
        for name in suspects[:MOST_CANDIDATES]:
            finding = self.examine(level, name, laboratory, engine)
            if finding and finding.trial and finding.trial.is_wrong:
                finding.verdict += "; the outputs agree all the same"
                self.finish(finding, laboratory)
                return finding
        for name in level.aside:
            level.seen.pop(name, None)
        return None

    def search(self, level, failing, engine):
        """The first divergence. Of values that differ one is preferred whose
        kernel is wrong by itself: others may be read wrongly."""
        if not set(level.references) - set(self.settings.values) \
                & set(level.graph.producer) - set(failing):
            self.note("the reference has no values between inputs and "
                      "outputs: the node cannot be found")
        laboratory = self.make_laboratory(engine)
        first = None
        names = search.candidates(level, failing)
        reached = search.ancestors(level.graph, failing)
        # What was set aside was so because errors behind it are small.
        names = names[:MOST_CANDIDATES] + [
            name for name in level.graph.producer
            if name in level.aside and name in reached][:MOST_CANDIDATES]
        for name in names:
            if name in level.aside:
                level.seen[name] = level.aside[name]
            finding = self.examine(level, name, laboratory, engine)
            if finding and finding.trial and finding.trial.is_wrong:
                first = finding
                break
            if name in level.aside:
                del level.seen[name]
            else:
                first = first or finding
        if first:
            self.finish(first, laboratory)
        return first

    def examine(self, level, name, laboratory, engine):
        region, boundary = search.region_of(level, name)
        divergence = search.Divergence(level, name, region)
        for node in search.bodies(level, divergence):
            inner = nested.descend(level, node, self.model, self.file, engine,
                                   self.tolerance)
            if inner and inner[1]:
                found = self.examine(inner[0], inner[1][0], laboratory, engine)
                if found:
                    return found
        if any(operand not in level.references
               and operand not in level.tensors for operand in boundary):
            trial = None
        else:
            trial = laboratory.try_nodes(level, region, boundary, name)
        unseen = [operand for operand in boundary
                  if operand in level.graph.producer
                  and operand not in level.seen]
        if trial is None:
            verdict = "it cannot be compiled alone"
        elif trial.failure:
            verdict = f"compiled alone it fails: {trial.failure}"
        elif trial.is_wrong:
            verdict = "the fault remains when it is compiled alone"
        elif laboratory.is_inherited(level, trial, name):
            verdict = ("it computes what its operands give: the error is "
                       "theirs, which agree within the tolerance only")
        else:
            verdict = ("the fault vanishes when it is compiled alone: it is "
                       "in how the whole model is compiled")
        return Finding(divergence, trial, verdict, unseen,
                       level.seen.get(name), divergence.names)

    def finish(self, finding, laboratory):
        """Looks for one node of the kernel, explains and saves."""
        level = finding.divergence.level
        if (finding.trial and finding.trial.is_wrong
                and len(finding.divergence.region) > 1):
            self.split(finding, laboratory)
        trial = finding.trial
        if trial:
            value = finding.divergence.value
            seen = level.seen.get(value)
            ours = {value: seen.array} if seen else trial.ours
            finding.explanations = explain.explain(
                trial, value, level.references, ours.get(value))
            self.save(finding, ours)

    def split(self, finding, laboratory):
        """Whether one of a kernel's nodes is wrong without the others."""
        level, region = finding.divergence.level, finding.divergence.region
        for i in region[:MOST_PARTS]:
            node = level.graph.nodes[i]
            known = [name for name in graph.operands(node)
                     if name in level.references or name in level.tensors]
            made = [name for name in node.output if name in level.references]
            if len(known) < len(graph.operands(node)) or not made:
                continue
            part = laboratory.try_nodes(level, [i], known, made[0])
            if part and part.is_wrong:
                finding.trial = part
                finding.verdict += (f"; of its nodes {part.names[0]} is wrong "
                                    "by itself")
                finding.divergence = search.Divergence(
                    level, made[0], [i])
                return
        finding.verdict += (", and vanishes when it is split: each of its "
                            f"{len(region)} nodes is right by itself")

    def save(self, finding, ours):
        trial, value = finding.trial, finding.divergence.value
        stem = os.path.splitext(os.path.basename(self.path))[0]
        folder = self.options.save or stem + ".verify"
        level = finding.divergence.level
        theirs = {value: level.references[value]} \
            if value in level.references else trial.theirs
        try:
            os.makedirs(folder, exist_ok=True)
            for name, arrays in (("operands", trial.operands),
                                 ("ours", ours), ("reference", theirs)):
                minimal.save_npz(os.path.join(folder, name + ".npz"), arrays)
            graph.save_beside(trial.model, folder, "node.onnx", self.file)
        except OSError as error:
            print(f"onnxc verify: error: the operands cannot be saved: {error}; "
                  "--save names another folder", file=sys.stderr)
            return
        finding.saved = folder
        finding.files = ["operands.npz", "ours.npz", "reference.npz",
                         "node.onnx"]


def check_writable(path):
    """Before anything is compiled."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        raise Problem(f"the report cannot be written: {path} is a directory")
    if not os.path.isdir(folder):
        raise Problem(f"the report cannot be written: there is no folder "
                      f"{folder}")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise Problem(f"the report cannot be written: {path}: permission "
                      "denied")


def main(given):
    settings = arguments.parse(given)
    for path in (settings.options.html, settings.options.json):
        if path:
            check_writable(path)
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        try:
            return Verification(settings, folder).run()
        except Crash as crash:
            print(f"{settings.options.model}: {crash}")
            return 1
