"""Writes dialects/onnx/CaseRanges.def: small letters for large ones, and back.

Python's tables of Unicode are the source; letters that become several ('ß') or
depend on a language stay as they are, but for U+0130, whose small letter is i.

    python3 cmake/write_case_ranges.py > dialects/onnx/CaseRanges.def

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys
import unicodedata


def ranges(change):
    """(first, last, step, difference), each as long as can be."""
    found = []
    for point in range(sys.maxunicode + 1):
        if 0xD800 <= point < 0xE000:
            continue
        other = "i" if point == 0x130 else change(chr(point))
        if len(other) != 1 or ord(other) == point:
            continue
        difference = ord(other) - point
        if found:
            first, last, step, known = found[-1]
            gap = point - last
            if known == difference and (gap == step or
                                        first == last and gap in (1, 2)):
                found[-1] = (first, point, gap, known)
                continue
        found.append((point, point, 1, difference))
    return found


def main():
    print(f"""\
//===- CaseRanges.def - Large and small letters ---------------------------===//
//
// Of Unicode {unicodedata.unidata_version}, written by
// cmake/write_case_ranges.py: every `step`th code point from `first` to `last`
// becomes the one `difference` behind it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
""")
    for name, change in (("LOWER", str.lower), ("UPPER", str.upper)):
        print(f"#ifndef ONNXC_{name}_RANGE\n"
              f"#define ONNXC_{name}_RANGE(FIRST, LAST, STEP, DIFFERENCE)\n"
              "#endif")
        for first, last, step, difference in ranges(change):
            print(f"ONNXC_{name}_RANGE(0x{first:04x}, 0x{last:04x}, {step}, "
                  f"{difference})")
        print(f"#undef ONNXC_{name}_RANGE\n")


main()
