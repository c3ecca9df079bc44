"""The same for programs.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import numpy as np

from onnxc.verify import report
from onnxc.verify.problem import Problem


def finite(value):
    """JSON has no infinity."""
    return float(value) if np.isfinite(value) else None


def numbers(comparison):
    return {"agrees": bool(comparison.agrees),
            "absolute": finite(comparison.absolute),
            "relative": finite(comparison.relative),
            "ulp": finite(comparison.ulp)}


def describe(outputs, level, finding):
    found = {"outputs": {name: comparison and numbers(comparison)
                         for name, comparison in outputs.items()},
             "values": [], "first": None}
    for row in report.rows_of(level):
        comparison = row.get("comparison")
        found["values"].append({
            "name": row["value"], "node": row["node"],
            "operator": row["operator"], "state": row["state"],
            **(numbers(comparison) if comparison else {})})
    if finding:
        divergence = finding.divergence
        seen = finding.seen
        found["first"] = {
            "node": report.node_name(divergence.node),
            "inside": list(divergence.level.names),
            "value": divergence.value, "nodes": finding.kernel,
            "kernel": seen.event["nodes"] if seen and seen.event else "",
            "alone": finding.trial is not None and finding.trial.is_wrong,
            "verdict": finding.verdict,
            "explanations": finding.explanations, "saved": finding.saved}
    return found


def write(path, *facts):
    try:
        with open(path, "w") as file:
            json.dump(describe(*facts), file, indent=1)
            file.write("\n")
    except OSError as error:
        raise Problem(f"the report cannot be written: {error}") from None
