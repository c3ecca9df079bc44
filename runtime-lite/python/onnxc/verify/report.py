"""What is printed: outputs, the divergence, and a table of all nodes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from onnxc.verify.graph import node_name


def number(value):
    if value == 0:
        return "0"
    return "inf" if not np.isfinite(value) else f"{value:.2g}"


def shape_of(array):
    return "x".join(map(str, array.shape)) or "scalar"


def errors(comparison):
    return (number(comparison.absolute), number(comparison.relative),
            number(comparison.ulp))


def align(rows, right=()):
    """The rows as lines; columns in `right` are numbers."""
    widths = [min(60, max(len(row[i]) for row in rows))
              for i in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths)))
            .rstrip() for row in rows]


HEADER = ("node", "operator", "shape", "absolute", "relative", "ulp", "")


def rows_of(level):
    """A dictionary a value of the level, in the model's order."""
    for node in level.graph.nodes:
        for name in node.output:
            if not name:
                continue
            row = {"node": node_name(node), "operator": node.op_type,
                   "value": name}
            seen = level.seen.get(name)
            theirs = level.references.get(name)
            if theirs is not None:
                row["shape"] = shape_of(theirs)
                row["dtype"] = theirs.dtype.name
            if seen is None:
                row["state"] = ("not in the reference" if theirs is None else
                                "in a form of the kernel's own"
                                if name in level.aside else
                                "inside a kernel, folded or a view")
            else:
                row["state"] = "ok" if seen.comparison.agrees else "DIFFERS"
                row["form"] = seen.form
                row["why"] = seen.comparison.why
                row["comparison"] = seen.comparison
                row["kernel"] = seen.event["nodes"] if seen.event else ""
            yield row


def node_table(level):
    rows = [HEADER]
    for row in rows_of(level):
        comparison = row.get("comparison")
        state = row["state"]
        more = [text for text in (row.get("form"), row.get("why")) if text]
        if more:
            state += f" ({', '.join(more)})"
        rows.append((row["node"], row["operator"], row.get("shape", "?"),
                     *(errors(comparison) if comparison else ("", "", "")),
                     state))
    return align(rows, (3, 4, 5))


def output_lines(outputs):
    for name, comparison in outputs.items():
        if comparison is None:
            yield f"{name}: not compared, the reference has no such output"
            continue
        absolute, relative, ulp = errors(comparison)
        text = (f"{name}: {'ok' if comparison.agrees else 'DIFFERS'}: "
                f"absolute {absolute}, relative {relative}, ulp {ulp}")
        if comparison.why:
            text += f" ({comparison.why})"
        elif not comparison.agrees:
            text += (f"; {comparison.count} of {comparison.total} elements, "
                     f"worst at {list(comparison.place)}: {comparison.ours} "
                     f"for {comparison.theirs}")
        yield text


def divergence_lines(found):
    """Of command.Finding."""
    node, value = found.divergence.node, found.divergence.value
    yield f"first node that diverges: {found.divergence.describe()} " \
          f"({node.op_type})"
    seen = found.divergence.level.seen.get(value)
    rows = [("value", "shape", "absolute", "relative", "ulp")]
    if seen:
        rows.append((value, shape_of(seen.array), *errors(seen.comparison)))
    elif found.trial and found.trial.comparison and value in found.trial.ours:
        rows.append((value, shape_of(found.trial.ours[value]),
                     *errors(found.trial.comparison)))
    if len(rows) > 1:
        yield from ("  " + line for line in align(rows, (2, 3, 4)))
    if found.seen and found.seen.event and found.seen.event["kernel"]:
        yield f"  kernel: {found.seen.event['nodes']}"
    if found.seen and found.seen.form:
        yield f"  in memory: {found.seen.form}"
    if found.unseen_operands:
        yield ("  its operands were not all seen: "
               + ", ".join(found.unseen_operands))
    yield "  " + found.verdict
    for text in found.explanations:
        yield "  " + text
    if found.saved:
        yield f"  saved in {found.saved}: " + ", ".join(found.files)
