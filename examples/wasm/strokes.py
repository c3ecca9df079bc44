"""Ten digits as one draws them, for the test of the page: of each a list of
strokes, of points [x, y] from 0 to 100, y downwards.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math


def arc(x, y, wide, high, begin, end, points=18):
    """A part of an ellipse, by degrees, clockwise from the right."""
    return [[x + wide * math.cos(math.radians(begin + (end - begin) * i / points)),
             y + high * math.sin(math.radians(begin + (end - begin) * i / points))]
            for i in range(points + 1)]


def line(*points):
    """Straight lines, with points between as a mouse gives them."""
    drawn = [list(points[0])]
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        drawn += [[ax + (bx - ax) * i / 6, ay + (by - ay) * i / 6]
                  for i in range(1, 7)]
    return drawn


DIGITS = {
    0: [arc(50, 50, 30, 48, -90, 270)],
    1: [line((35, 25), (55, 5), (55, 98))],
    2: [arc(48, 28, 27, 25, -170, 40) + line((68, 46), (22, 95), (80, 95))],
    3: [arc(45, 26, 26, 24, -150, 90) + arc(45, 73, 30, 24, -90, 140)],
    4: [line((52, 4), (20, 62), (82, 62)), line((64, 36), (60, 98))],
    5: [line((76, 5), (34, 5), (30, 42)) + arc(48, 67, 29, 29, -130, 140)],
    6: [arc(75, 55, 52, 55, -110, -180) + arc(50, 70, 27, 26, 180, 540)],
    7: [line((20, 8), (78, 8), (42, 98))],
    8: [arc(50, 27, 22, 22, 90, 450) + arc(50, 73, 27, 25, -90, 270)],
    9: [arc(50, 30, 25, 25, 0, 360) + line((75, 30), (72, 60), (60, 98))],
}
