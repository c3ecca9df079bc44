"""Sequences and optionals that go into a model and come out of it, and those
that only a run knows the length of.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case
from string_tensors import make_strings


def ramp(*shape, dtype=np.float32):
    return (np.arange(np.prod(shape)) % 97).astype(dtype).reshape(shape)


WORDS = [make_strings(["a", "longer than a few bytes"]), make_strings([]),
         make_strings(["\u00e9"])]
MAPS = '"" : 21, "ai.onnx.ml" : 1'
RAGGED = [[ramp(3, 2), ramp(0, 2), ramp(41, 2)], [], [ramp(1, 2)]]

CASES = [
    Case("sequence_in_and_out", """
g (seq(float[a, 2]) x, float[n, 2] t, int64 at) => (seq(float[b, 2]) y) {
  y = SequenceInsert(x, t, at)
}""", [{"x": x, "t": (5, 2), "at": at} for x, at in
       ((RAGGED[0], 1), (RAGGED[0], -3), (RAGGED[1], 0), (RAGGED[2], 1))],
         sizes_known=False),
    Case("sequence_of_unknown_rank", """
g (seq(int64[]) x, int64[n] t) => (seq(int64[]) y, int64 length) {
  longer = SequenceInsert(x, t)
  y = SequenceErase(longer)
  length = SequenceLength(longer)
}""", [{"x": [ramp(2, 3, dtype=np.int64), ramp(dtype=np.int64)], "t": [1, 2]},
       {"x": [], "t": [7]}], sizes_known=False),
    Case("sequence_of_strings", """
g (seq(string[a]) x) => (string[n] joined, string[m] last) {
  place = Constant<value = int64 {-1}>()
  joined = ConcatFromSequence<axis = 0>(x)
  last = SequenceAt(x, place)
}""", [{"x": WORDS}, {"x": WORDS[1:]}], sizes_known=False),
    Case("sequence_of_stated_sizes", """
g (seq(float[a, 2]) x, float[2, 3] w) => (float[n, 3] y) {
  place = Constant<value = int64 {0}>()
  first = SequenceAt(x, place)
  y = MatMul(first, w)
}""", [{"x": RAGGED[0], "w": (2, 3)}, {"x": RAGGED[2], "w": (2, 3)}],
         sizes_known=False),
    Case("sequence_mapped", """
g (seq(float[a, 2]) x, float[2] t) => (seq(float[b, 2]) y, float[n, 2] z) {
  y = SequenceMap(x, t) <body = b (float[c, 2] v, float[2] u)
      => (float[c, 2] w) { w = Mul(v, u) }>
  z = ConcatFromSequence<axis = 0>(y)
}""", [{"x": RAGGED[0], "t": (2,)}, {"x": RAGGED[2], "t": (2,)}],
         sizes_known=False),
    Case("sequence_split_by_a_run", """
g (float[n, m] x, int64[k] sizes, int64 at) => (float[a, b] y, float[c, d] z) {
  s = SplitToSequence<axis = 1>(x, sizes)
  y = SequenceAt(s, at)
  z = ConcatFromSequence<axis = 1>(s)
}""", [{"x": (3, 7), "sizes": [1, 0, 4, 2], "at": 2},
       {"x": (37, 113), "sizes": [112, 1], "at": -1},
       {"x": (0, 2), "sizes": [2], "at": 0}], sizes_known=False),
    Case("sequence_of_growing_tensors", """
g (float[n] x, int64 trips) => (seq(float[a]) s, float[c] z) {
  empty = SequenceEmpty()
  s = Loop(trips, , empty) <body = b (int64 i, bool go, seq(float[q]) before)
      => (bool on, seq(float[w]) after) {
    on = Identity(go)
    one = Constant<value = int64[1] {1}>()
    zero = Constant<value = int64[1] {0}>()
    end = Add(i, one)
    part = Slice(x, zero, end)
    after = SequenceInsert(before, part)
  }>
  z = ConcatFromSequence<axis = 0>(s)
}""", [{"x": (10,), "trips": trips} for trips in (1, 2, 7, 12)],
         sizes_known=False),
    Case("sequence_of_a_branch", """
g (float[n] x, float[m] w, bool c) => (seq(float[a]) s, int64 length) {
  s = If (c) <then_branch = yes () => (seq(float[a]) t) {
    t = SequenceConstruct(x, w, x)
  }, else_branch = no () => (seq(float[b]) e) { e = SequenceConstruct(w) }>
  length = SequenceLength(s)
}""", [{"x": (7,), "w": (3,), "c": c} for c in (True, False)],
         sizes_known=False),
    Case("optional_in", """
g (optional(float[n]) x) => (bool has) {
  has = OptionalHasElement(x)
}""", [{"x": ramp(3)}, {"x": None}], sizes_known=False),
    Case("optional_tensor", """
g (optional(float[n]) x, float y) => (float[m] z) {
  has = OptionalHasElement(x)
  z = If (has) <then_branch = yes () => (float[n] t) {
    inside = OptionalGetElement(x)
    t = Add(inside, y)
  }, else_branch = no () => (float[one] e) {
    shape = Constant<value = int64[1] {1}>()
    e = Reshape(y, shape)
  }>
}""", [{"x": ramp(3), "y": 2.0}, {"x": None, "y": 2.0}], sizes_known=False),
    Case("dict_vectorizer", """
g (map(string, float) x) => (float[1, 4] y) {
  y = ai.onnx.ml.DictVectorizer<string_vocabulary = ["a", "c", "b", "z"]>(x)
}""", [{"x": {"a": 4.0, "c": 8.0}}, {"x": {"z": 1.0, "other": 5.0}}],
         imports=MAPS, sizes_known=False),
    Case("dict_vectorizer_of_integers", """
g (map(int64, float) x) => (float[1, 3] y) {
  y = ai.onnx.ml.DictVectorizer<int64_vocabulary = [1, 5, -9]>(x)
}""", [{"x": {5: 4.0, -9: 8.0}}, {"x": {7: 1.0}}], imports=MAPS,
         sizes_known=False),
    Case("cast_map", """
g (map(int64, float) x) => (float[1, n] y, int64[1, 5] z) {
  y = ai.onnx.ml.CastMap<map_form = "DENSE">(x)
  z = ai.onnx.ml.CastMap<cast_to = "TO_INT64", map_form = "SPARSE",
                         max_map = 5>(x)
}""", [{"x": {3: 1.5, 1: -2.5, 7: 9.0}}, {"x": {0: 7.0}}], imports=MAPS,
         sizes_known=False),
]

REFUSED = [
    Case("cast_map_of_negative_keys", """
g (map(int64, float) x) => (float[1, 5] y) {
  y = ai.onnx.ml.CastMap<map_form = "SPARSE", max_map = 5>(x)
}""", [{"x": {-1: 1.5}}], imports=MAPS, sizes_known=False,
         refused="reads it: CastMap_y"),
    Case("place_outside_of_a_sequence", """
g (seq(float[a]) x, int64 at) => (float[b] y) {
  y = SequenceAt(x, at)
}""", [{"x": [ramp(2), ramp(3)], "at": at} for at in (2, -3)]
         + [{"x": [], "at": 0}],
         sizes_known=False,
         refused="not allowed by the operator that reads it: SequenceAt_y"),
    Case("place_outside_of_slices", """
g (float[n, 3] x, int64 at) => (float[3] y) {
  s = SplitToSequence<axis = 0, keepdims = 0>(x)
  y = SequenceAt(s, at)
}""", [{"x": (2, 3), "at": 2}, {"x": (2, 3), "at": -3}], sizes_known=False,
         refused="not allowed by the operator that reads it: SequenceAt_y"),
    Case("nothing_in_an_optional", """
g (optional(float[3]) x) => (float[3] y) {
  y = OptionalGetElement(x)
}""", [{"x": None}], sizes_known=False, refused="OptionalGetElement_y"),
    Case("other_sizes_than_a_sequence_states", """
g (seq(float[a, 2]) x) => (float[b, 2] y) {
  y = ConcatFromSequence<axis = 0>(x)
}""", [{"x": [ramp(3, 4)]}], sizes_known=False,
         refused="not allowed by the operator that reads it: x"),
]
