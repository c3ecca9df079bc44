#!/usr/bin/env python3
"""Writes pictures that the network has not seen: write_pictures.py FILE [COUNT]

FILE is `.json`, or `.h` for a program without files: the pictures and what is
written on them, from held-out.npz; all of them unless COUNT says how many.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import sys

import numpy as np

HELD_OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "held-out.npz")


def main():
    path, *count = sys.argv[1:]
    held_out = np.load(HELD_OUT)
    count = int(count[0]) if count else len(held_out["labels"])
    pictures = held_out["pictures"][:count].reshape(-1, 64).tolist()
    labels = held_out["labels"][:count].tolist()
    with open(path, "w") as file:
        if path.endswith(".json"):
            json.dump({"pictures": pictures, "labels": labels}, file)
            return
        rows = ",\n".join("    {" + ", ".join(map(str, picture)) + "}"
                          for picture in pictures)
        file.write(f"/* Handwritten digits, 8 x 8 numbers from 0 to 16. */\n"
                   f"#include <stdint.h>\n\nenum {{ PICTURES = {count} }};\n"
                   f"static const uint8_t pictures[PICTURES][64] = "
                   f"{{\n{rows}}};\n"
                   f"static const uint8_t labels[PICTURES] = {{"
                   f"{', '.join(map(str, labels))}}};\n")


if __name__ == "__main__":
    main()
