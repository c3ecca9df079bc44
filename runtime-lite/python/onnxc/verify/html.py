"""The table as a page: one file, which needs no network.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import html
import math

from onnxc.verify import report
from onnxc.verify.problem import Problem

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto;
       max-width: 76em; padding: 0 1em; color: #222; background: #fff }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .2em .6em; border-bottom: 1px solid #ddd;
         overflow-wrap: anywhere }}
th, td.s {{ white-space: nowrap }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums;
       white-space: nowrap }}
tr.differs td {{ background: #fde4e1 }}
tr.first td {{ background: #f7b7ae; font-weight: bold }}
tr.unseen td {{ color: #888 }}
.bar {{ width: 9em }} .bar i {{ display: block; height: .7em;
       background: #4a7fb5 }} tr.differs .bar i {{ background: #c0392b }}
pre {{ background: #f4f4f4; padding: 1em; white-space: pre-wrap }}
.ok {{ color: #1d7a33 }} .bad {{ color: #b3261e }}
</style>
<h1>{title}</h1>
<p class="{state}">{verdict}</p>
<pre>{lines}</pre>
<h2>Values, in the model's order</h2>
<p>The bar is the relative error, from 1e-9 to 1 by its logarithm. Values that no
kernel wrote were computed inside a kernel, folded, or are views.</p>
<table><thead><tr><th>node<th>operator<th>value<th>shape<th>absolute
<th>relative<th>ulp<th>relative error<th>state</tr></thead><tbody>
{rows}
</tbody></table></html>
"""


def width(relative):
    """Percent of the bar."""
    if relative <= 0:
        return 0
    if not math.isfinite(relative):
        return 100
    return max(1, min(100, round((math.log10(relative) + 9) / 9 * 100)))


def row_html(row, first):
    comparison = row.get("comparison")
    kind = "unseen"
    if comparison:
        kind = "ok" if comparison.agrees else "differs"
    if row["value"] == first:
        kind = "differs first"
    cells = [f"<td>{html.escape(row[key])}"
             for key in ("node", "operator", "value")]
    cells.append(f'<td class="s">{html.escape(row.get("shape", "?"))}')
    numbers = report.errors(comparison) if comparison else ("", "", "")
    cells += [f'<td class="n">{text}' for text in numbers]
    bar = width(comparison.relative) if comparison else 0
    cells.append(f'<td class="bar"><i style="width:{bar}%"></i>')
    state = ", ".join(text for text in (row["state"], row.get("form"),
                                        row.get("why")) if text)
    cells.append(f"<td>{html.escape(state)}")
    return f'<tr class="{kind}">' + "".join(cells) + "</tr>"


def write(path, title, level, lines, first=None):
    agrees = first is None and not any("DIFFERS" in line for line in lines)
    verdict = "All agrees." if agrees else "Something differs."
    page = PAGE.format(
        title=html.escape(title), verdict=verdict,
        state="ok" if agrees else "bad",
        lines=html.escape("\n".join(lines)),
        rows="\n".join(row_html(row, first) for row in report.rows_of(level)))
    try:
        with open(path, "w") as file:
            file.write(page)
    except OSError as error:
        raise Problem(f"the report cannot be written: {error}") from None
