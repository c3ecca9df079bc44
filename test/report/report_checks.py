"""What has to hold of a report, and of a page that shows it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re

from suite_cases import Failure, expect, run


def check_arena(plan):
    """Buffers that live at one time do not overlap, the arena holds all of
    them, and the most that live at once are its lower bound."""
    arena, rows = plan["arena"], plan["rows"]
    buffers = [buffer for buffer in arena["buffers"] if buffer["bytes"]]
    for buffer in buffers:
        expect("its place", 0 <= buffer["offset"] and buffer["offset"]
               + buffer["bytes"] <= arena["bytes"], True)
        expect("its time", 0 <= buffer["first"] <= buffer["last"] < len(rows),
               True)
    most = 0
    for time in range(len(rows)):
        live = sorted((buffer["offset"], buffer["bytes"]) for buffer in buffers
                      if buffer["first"] <= time <= buffer["last"])
        for (offset, size), (following, _) in zip(live, live[1:]):
            if offset + size > following:
                raise Failure(f"row {time}: {live} overlap")
        total = sum(size for _, size in live)
        if total > most:
            most = total
            expect("the peak", arena["peak"] >= time, True)
    expect("what lives at once", most, arena["lower_bound"])
    expect("the lower bound", most <= arena["bytes"], True)


def check_operands(plan, tensors):
    """What a row reads and writes is alive then."""
    buffers = {number: buffer for buffer in plan["arena"]["buffers"]
               for number in buffer["tensors"]}
    for time, row in enumerate(plan["rows"]):
        for operand in row["reads"] + row["writes"]:
            tensor = tensors[operand["tensor"]]
            if tensor["place"] != "arena":
                continue
            buffer = buffers[operand["tensor"]]
            expect(f"row {time} uses what lives", buffer["first"] <= time
                   <= buffer["last"], True)
            expect("its offset", tensor["offset"], buffer["offset"])
            expect("its size", tensor["bytes"] <= buffer["bytes"], True)
        if row["kind"] == "kernel" and row["bytes_read"] is not None:
            expect("bytes read", row["bytes_read"],
                   sum(operand["bytes"] for operand in row["reads"]))


def check_sizes(report):
    """Expressions of sizes are what their numbers are."""
    for plan in report["plans"]:
        for tensor in plan["tensors"]:
            for size, value in zip(tensor["shape"], tensor.get("sizes", ())):
                if value is not None and "ceildiv" not in str(size):
                    expect(size, evaluate(size, report), value)
            if "sizes" in tensor or tensor["bytes"] is None:
                continue
            expect("sizes of a tensor that has bytes",
                   [size for size in tensor["shape"]
                    if not isinstance(size, int)], [])


def check_arenas(report):
    tensors = [tensor for plan in report["plans"]
               for tensor in plan["tensors"]]
    expect("numbers of tensors", [tensor["number"] for tensor in tensors],
           list(range(len(tensors))))
    expect("numbers of rows", [row["number"] for plan in report["plans"]
                               for row in plan["rows"]],
           list(range(sum(len(plan["rows"]) for plan in report["plans"]))))
    for plan in report["plans"]:
        if plan["arena"]["lower_bound"] is not None:
            check_arena(plan)
        check_operands(plan, tensors)


def check_header(report, header):
    """The arena and the stack of the report are the header's."""
    with open(header) as file:
        text = file.read()
    totals = report["totals"]
    for key, name in (("arena_bytes_of_header", "ARENA"),
                      ("stack_bytes", "STACK")):
        stated = re.search(rf"#define \w+_{name}_BYTES (\d+)", text)
        expect(name, totals[key], int(stated[1]) if stated else None)
    one = len(report["target"]["cpus"]) == 1
    if totals["arena_bytes_of_header"] is not None and one:
        expect("the arena", totals["arena_bytes"],
               totals["arena_bytes_of_header"])
        expect("the host's", report["plans"][0]["arena"]["bytes"],
               totals["arena_bytes"])


def check_weights(report):
    weights = report["weights"]
    expect("the weights", sum(weight["bytes"] for weight in weights["list"])
           + weights["padding"], weights["bytes"])
    end = 0
    for weight in weights["list"]:
        expect("their order", weight["offset"] >= end, True)
        end = weight["offset"] + weight["bytes"]
    expect("their end", end <= weights["bytes"], True)
    expect("the sum", report["totals"]["weights_bytes"], weights["bytes"])


def read_symbols(path):
    """Functions and constants of an object with their sizes."""
    lines = re.findall(r"^[0-9a-f]+ ([0-9a-f]+) (\w) (\S+)$",
                       run("llvm-nm-22", "-S", path), re.M)
    return [(name, kind, int(size, 16)) for size, kind, name in lines]


def check_code(report, path):
    """Sizes of functions are those of the object's symbols."""
    functions = report["functions"]
    if report["target"]["triple"].startswith("wasm"):
        # WebAssembly's symbols have no sizes.
        expect("code", sum(function["bytes"] for function in functions)
               <= report["totals"]["code_bytes"], True)
        return
    symbols = read_symbols(path)
    expect("functions",
           sorted((entry["name"], entry["bytes"]) for entry in functions),
           sorted((name, size) for name, kind, size in symbols
                  if kind in "tT" and size))
    prefix = report["model"]["prefix"]
    stored = [size for name, _, size in symbols if name == prefix + "_weights"]
    if stored:
        expect("the weights", stored, [report["weights"]["bytes"]])
    expect("the file", os.path.getsize(path) >= report["totals"]["code_bytes"],
           True)
    if len(report["target"]["cpus"]) > 1:
        return
    for plan in report["plans"]:
        part = "" if plan["name"] == "host" else plan["name"] + "_"
        for row in plan["rows"]:
            if row["kind"] != "kernel":
                continue
            own = re.compile(rf"({prefix}_)?{part}{row['name']}"
                             r"(_tasks?_\d+)?(\.\d+)?")
            expect(f"code of {row['name']}", row["code_bytes"],
                   sum(size for name, kind, size in symbols
                       if kind in "tT" and own.fullmatch(name)) or None)


def check_nodes(report, names):
    """Each node of the model is in the report, in the rows that it names."""
    rows = {row["number"]: row for plan in report["plans"]
            for row in plan["rows"]}
    listed = {node["name"]: node for node in report["nodes"]}
    expect("nodes that are missing", names - set(listed), set())
    for name, node in listed.items():
        expect(f"the rows of {name}", bool(node["rows"]),
               node["fate"] == "kernel")
        for number in node["rows"]:
            expect("its row", name in rows[number]["nodes"], True)
    for row in rows.values():
        if row["kind"] == "kernel":
            expect("nodes of a row", bool(row["nodes"]), True)


def evaluate(expression, report):
    """--inspect's expression over the names of the free dimensions."""
    if isinstance(expression, int):
        return expression
    values = {symbol["name"]: symbol["value"] for symbol in report["symbols"]}
    return eval(expression.replace("/", "//"), {}, values)


def check_macs(report, inspected):
    total = report["totals"]["macs"]
    expect("MACs", total, evaluate(inspected, report))
    expect("those of kernels", sum(
        row["macs"] for plan in report["plans"] for row in plan["rows"]
        if row["kind"] == "kernel") + report["totals"]["macs_folded"], total)
    expect("those of nodes", sum(node.get("macs", 0)
                                 for node in report["nodes"]), total)


def check_page(report, page):
    """The rectangles of the arena are the buffers, where they belong; numbers
    and rows are those of the JSON."""
    for plan in report["plans"]:
        if plan["arena"]["bytes"]:
            check_picture(plan, page)
    cards = {card["data-key"]: float(card["data-value"])
             for card in page.list("div", "data-key")}
    for key in ("macs", "kernels", "weights_bytes", "arena_bytes",
                "code_bytes", "flash_bytes", "stack_bytes"):
        expect(f"the card of {key}", cards.get(key), report["totals"][key])
    expect("rows", [int(row["data-row"]) for row in page.list("tr", "data-row")],
           [row["number"] for plan in report["plans"]
            for row in plan["rows"]])
    text = page.texts["kernels"]
    for plan in report["plans"]:
        for row in plan["rows"]:
            for node in row["nodes"]:
                expect(f"{node} is shown", node in text, True)
    expect("remarks", len([row for row in page.list("tr", "class")
                           if row["class"] == "note"]), len(report["remarks"]))
    points = {int(point["data-row"])
              for point in page.list("circle", "data-row")}
    expect("points", points, {
        row["number"] for plan in report["plans"] for row in plan["rows"]
        if row["kind"] == "kernel" and row["macs"]
        and row.get("macs_per_byte")})
    shown = [weight for weight in page.list("tr", "data-bytes")]
    largest = max((weight["bytes"] for weight in report["weights"]["list"]),
                  default=None)
    if largest:
        expect("the largest weight", int(shown[0]["data-bytes"]), largest)


def check_picture(plan, page):
    arena = plan["arena"]
    pictures = [picture for picture in page.list("svg", "data-plan")
                if picture["data-plan"] == plan["name"]]
    expect(f"pictures of {plan['name']}", len(pictures), 1)
    expect("the arena", int(pictures[0]["data-bytes"]), arena["bytes"])
    # Of several plans, the rectangles follow each other.
    drawn = page.list("rect", "data-buffer")
    wanted = [(number, buffer) for number, buffer
              in enumerate(arena["buffers"])
              if buffer["first"] >= 0 and buffer["bytes"]]
    keys = [(number, buffer["offset"], buffer["bytes"], buffer["first"],
             buffer["last"]) for number, buffer in wanted]
    found = [tuple(int(rect["data-" + key]) for key in (
        "buffer", "offset", "bytes", "first", "last")) for rect in drawn]
    start = next((i for i in range(len(found))
                  if found[i:i + len(keys)] == keys), None)
    if start is None:
        raise Failure(f"{found} do not have {keys}")
    drawn = drawn[start:start + len(keys)]
    check_scale([float(rect["height"]) for rect in drawn],
                [buffer["bytes"] for _, buffer in wanted])
    check_scale([float(rect["width"]) for rect in drawn],
                [buffer["last"] + 1 - buffer["first"] for _, buffer in wanted])
    bottoms = [float(rect["y"]) + float(rect["height"]) for rect in drawn]
    floor = [bottom for bottom, (_, buffer) in zip(bottoms, wanted)
             if buffer["offset"] == 0][0]
    check_scale([floor - bottom for bottom in bottoms],
                [buffer["offset"] for _, buffer in wanted])


def check_scale(drawn, numbers):
    """One is a multiple of the other."""
    scale = max(drawn) / (max(numbers) or 1)
    for length, number in zip(drawn, numbers):
        if abs(length - number * scale) > 0.01:
            raise Failure(f"{drawn} are not to the scale of {numbers}")
