#!/usr/bin/env python3
"""Draws a line of text: draw_picture.py FILE.ppm TEXT. It needs Pillow.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

from PIL import Image, ImageDraw, ImageFont

from make_model import HEIGHT, WIDTH


def main():
    path, text = sys.argv[1:]
    font = ImageFont.load_default(32)
    width = max(int(font.getlength(text)) + 20, WIDTH)
    line = Image.new("RGB", (width, HEIGHT), "white")
    ImageDraw.Draw(line).text((10, 4), text, fill="black", font=font)
    line.resize((WIDTH, HEIGHT)).save(path)


if __name__ == "__main__":
    main()
