"""How far two tensors are apart, and whether that is a difference.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np

# Parts of the largest value that rounding in another order may cost.
SCALES = {"float64": 1e-6, "float32": 1e-4, "float16": 2e-3, "bfloat16": 1.6e-2}


@dataclasses.dataclass
class Tolerance:
    """An element differs where it is apart by more than `atol + rtol * |b|`, as
    in ONNX's tests, and by more than `scale` times the largest |b|: sums of
    many terms have errors of their size. None is what suits the type."""
    rtol: float = 1e-3
    atol: float = 1e-7
    scale: float | None = None


@dataclasses.dataclass
class Comparison:
    agrees: bool
    # The largest ones; infinite where one is no number and the other is.
    absolute: float = 0.0
    # Of the largest value.
    relative: float = 0.0
    # In units of the last place, where the reference is not 0.
    ulp: float = 0.0
    # Where the first of the worst is, and what is there.
    place: tuple = ()
    ours: object = None
    theirs: object = None
    # Elements that differ, of how many.
    count: int = 0
    total: int = 0
    why: str = ""


def is_float(array):
    return np.issubdtype(array.dtype, np.floating) or array.dtype.kind == "V" \
        or array.dtype.name.startswith(("bfloat", "float"))


def ulps(ours, theirs):
    """Apart in units of the last place of the reference."""
    kind = theirs.dtype if theirs.dtype.kind == "f" else np.dtype(np.float32)
    with np.errstate(all="ignore"):
        step = np.spacing(np.abs(theirs.astype(kind))).astype(np.float64)
        return np.abs(ours.astype(np.float64) - theirs.astype(np.float64)) / step


def compare(ours, theirs, tolerance=Tolerance()):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return Comparison(False, np.inf, np.inf, np.inf, total=theirs.size,
                          why=f"{ours.dtype}{list(ours.shape)} is not "
                              f"{theirs.dtype}{list(theirs.shape)}")
    if theirs.size == 0:
        return Comparison(True)
    if theirs.ndim == 0:
        ours, theirs = ours.reshape(1), theirs.reshape(1)
    if theirs.dtype.kind in "cOSU":
        return compare_exactly(ours, theirs, tolerance)
    return (compare_floats if is_float(theirs) else compare_integers)(
        ours, theirs, tolerance)


def compare_exactly(ours, theirs, tolerance):
    """Strings are equal; complex numbers near, part by part."""
    if theirs.dtype.kind == "c":
        parts = [compare(np.ascontiguousarray(part(ours)),
                         np.ascontiguousarray(part(theirs)), tolerance)
                 for part in (np.real, np.imag)]
        return max(parts, key=lambda part: (not part.agrees, part.absolute))
    return describe(ours, theirs, ours != theirs,
                    (ours != theirs).astype(np.float64))


def compare_integers(ours, theirs, tolerance):
    apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    result = describe(ours, theirs, ours != theirs, apart)
    # Quantisers round what lies next to the middle of two steps either way.
    if (not result.agrees and theirs.dtype.itemsize == 1
            and theirs.dtype.kind != "b" and result.absolute <= 1
            and result.count <= max(1, theirs.size // 100)):
        result.agrees, result.why = True, "rounded at a half"
    return result


def compare_floats(ours, theirs, tolerance):
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    scale = tolerance.scale
    if scale is None:
        scale = SCALES.get(theirs.dtype.name, 0.13)
    with np.errstate(all="ignore"):
        apart = np.where(a == b, 0.0, np.abs(a - b))
        apart[np.isnan(a) & np.isnan(b)] = 0.0
        apart[np.isnan(apart)] = np.inf
        size = np.abs(b)
        largest = size[np.isfinite(size)].max(initial=0.0)
        limit = np.maximum(tolerance.atol + tolerance.rtol * size,
                           scale * largest)
        limit[~np.isfinite(limit)] = 0.0
    return describe(ours, theirs, apart > limit, apart, largest)


def describe(ours, theirs, wrong, apart, largest=None):
    worst = np.unravel_index(int(np.argmax(apart)), apart.shape)
    absolute = float(apart[worst])
    ulp = relative = 0.0
    if absolute and theirs.dtype.kind not in "OSU":
        if largest is None:
            largest = float(np.abs(theirs.astype(np.float64)).max())
        relative = absolute / largest if largest else np.inf
        if is_float(theirs):
            steps = ulps(ours, theirs)
            counted = (apart > 0) & (theirs != 0)
            ulp = float(np.nanmax(np.where(counted, steps, 0.0)))
    return Comparison(not wrong.any(), absolute, relative, ulp,
                      tuple(int(i) for i in worst), ours[worst],
                      theirs[worst], int(wrong.sum()), theirs.size)
