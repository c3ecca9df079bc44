"""Recipes: what an operator's models are made of, and the cases drawn of them.

A recipe is a row of recipes_*.py: an operator, alternatives of its operands,
attributes with values to try, and the versions that it is for. `draw_cases`
makes cases of it for a version of the operator: the defaults with each
alternative, each value of each attribute alone, attributes set and left out at
random, optional operands left out, and the element types of that version.
Attributes, operands and types that the version has not are left out.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import zlib

import ml_dtypes
import numpy as np
from onnx import helper

DTYPES = {
    "float": np.float32, "double": np.float64, "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16, "int8": np.int8, "int16": np.int16,
    "int32": np.int32, "int64": np.int64, "uint8": np.uint8,
    "uint16": np.uint16, "uint32": np.uint32, "uint64": np.uint64,
    "bool": np.bool_,
}


@dataclasses.dataclass
class Operand:
    """`dtype` None is the type under test. `values` are as they are, otherwise
    random numbers from `low` to `high`. A constant is an initializer."""
    shape: tuple = ()
    dtype: object = None
    low: float = -3
    high: float = 3
    values: object = None
    is_constant: bool = False
    is_optional: bool = False
    # Its sizes are the model's, whatever else is free (a weight at run time),
    # or those of these dimensions.
    is_bound: object = False

    def make(self, random, dtype):
        dtype = self.dtype or dtype
        if self.values is not None:
            with np.errstate(all="ignore"):
                return np.array(self.values, dtype)
        if dtype == np.bool_:
            return np.asarray(random.rand(*self.shape) < 0.5)
        if np.issubdtype(dtype, np.integer):
            low = int(np.ceil(self.low))
            if np.issubdtype(dtype, np.unsignedinteger):
                low = max(low, 0)
            return np.asarray(random.randint(
                low, int(self.high) + 1, self.shape)).astype(dtype)
        return np.asarray(random.uniform(self.low, self.high, self.shape)
                          ).astype(dtype)


def X(*shape, **more):
    """An operand of the type under test."""
    return Operand(shape, **more)


def Positive(*shape):
    return Operand(shape, low=0.5, high=3)


def Unit(*shape):
    return Operand(shape, low=-0.95, high=0.95)


def F(*shape, **more):
    return Operand(shape, np.float32, **more)


def I(*shape, low=0, high=2, dtype=np.int64, **more):
    return Operand(shape, dtype, low, high, **more)


def B(*shape):
    return Operand(shape, np.bool_)


def K(*values, dtype=np.int64):
    """A constant list."""
    return Operand(dtype=dtype, values=list(values), is_constant=True)


def Scalar(value, dtype=np.int64):
    return Operand(dtype=dtype, values=value, is_constant=True)


def V(values, dtype=None):
    """Values that only the run knows."""
    return Operand(dtype=dtype, values=values)


def Sizes(*values):
    """A list that only the run knows, of known length: what is a rank."""
    return Operand(dtype=np.int64, values=list(values), is_bound=True)


def T(value):
    """A constant of the type under test."""
    return Operand(values=value, is_constant=True)


def Optional(operand):
    return dataclasses.replace(operand, is_optional=True)


@dataclasses.dataclass
class Recipe:
    op: str
    # Lists of operands; an operand may be a function of the attributes, or None
    # where an optional one is absent.
    alternatives: list
    # Names with values to try.
    attributes: dict = dataclasses.field(default_factory=dict)
    # Of every case, unless `attributes` say otherwise.
    always: dict = dataclasses.field(default_factory=dict)
    # The first and last version that it is for.
    versions: tuple = (1, 1000)
    outputs: int = 1
    # Names of types to try; all that the schema allows if None.
    types: object = None
    # Whether attributes and operands go together.
    valid: object = None
    # What the version's text says: a function of operands and attributes.
    text: object = None
    # Only types and shapes of results are compared.
    is_random: bool = False
    # Nodes for (case, names of operands, names of results), where one is not
    # enough.
    build: object = None
    # How often random values of attributes are drawn.
    draws: int = 2
    # A newer version whose text is the same, for oracles that lack this one,
    # and attributes that say there what was the default.
    like: object = None
    # The relative tolerance; ONNX's unless told.
    rtol: float = 1e-3


@dataclasses.dataclass
class Case:
    name: str
    recipe: Recipe
    version: int
    type_name: str
    attributes: dict
    # Arrays, or None where an operand is left out.
    operands: list
    constants: set
    # Pairs of an operand and a dimension.
    bound: set
    # Leave out trailing results.
    outputs: int

    @property
    def op(self):
        return self.recipe.op

    def dtype(self):
        """That of the operands under test."""
        return np.dtype(DTYPES[self.type_name])

    def label(self, i):
        return f"{self.name}_x{i}"

    def results(self):
        return [f"{self.name}_y{i}" for i in range(self.outputs)]

    def nodes(self):
        names = [self.label(i) if operand is not None else ""
                 for i, operand in enumerate(self.operands)]
        while names and not names[-1]:
            names.pop()
        if self.recipe.build:
            return self.recipe.build(self, names, self.results())
        return [helper.make_node(self.op, names, self.results(),
                                 name=self.name, **self.attributes)]

    def __str__(self):
        what = " ".join(f"{name}={value}" for name, value in
                        self.attributes.items()
                        if not hasattr(value, "node"))
        shapes = ", ".join(
            "-" if v is None else "x".join(map(str, v.shape)) or "scalar"
            for v in self.operands)
        return (f"{self.op}-{self.version} {self.type_name} ({shapes}) {what}"
                .strip())


def names_type(parameter):
    """The types that a formal parameter allows, by name."""
    names = [name[7:-1] for name in parameter.types
             if name.startswith("tensor(")]
    return [name for name in DTYPES if name in names]


class Drawing:
    """The cases of one recipe and one version of its operator."""

    def __init__(self, recipe, schema, previous, number, seed):
        self.recipe, self.schema, self.seed = recipe, schema, seed
        self.stem = f"{recipe.op}_{schema.since_version}_{number}"
        self.cases, self.seen = [], set()
        self.random = np.random.RandomState(
            [seed, zlib.crc32(self.stem.encode())])
        self.attributes = {n: v for n, v in recipe.attributes.items()
                           if n in schema.attributes}
        self.needed = {n: v for n, v in recipe.always.items()
                       if n in schema.attributes}
        if old := schema.attributes.get("consumed_inputs"):
            self.attributes["consumed_inputs"] = [[0, 0]]
            if old.required:
                self.needed["consumed_inputs"] = [0, 0]
        self.types = self.list_types(previous)

    def list_types(self, previous):
        """All types that are allowed, and first those that are new."""
        place = None
        for operands in self.recipe.alternatives:
            for i, operand in enumerate(operands):
                if (place is None and isinstance(operand, Operand)
                        and operand.dtype is None):
                    place = i
        callables = any(callable(operand) for operands in
                        self.recipe.alternatives for operand in operands)
        if place is None and not callables or not self.schema.inputs:
            return ["float"]
        place = min(place or 0, len(self.schema.inputs) - 1)
        allowed = names_type(self.schema.inputs[place])
        if self.recipe.types:
            allowed = [t for t in self.recipe.types if t in allowed]
        old = (names_type(previous.inputs[place])
               if previous and place < len(previous.inputs) else [])
        return sorted(allowed, key=lambda t: t in old and t != "float")

    def add(self, alternative, attributes, type_name, left_out=(), outputs=0):
        recipe = self.recipe
        attributes = {**self.needed, **attributes}
        attributes = {n: v for n, v in attributes.items() if v is not None}
        operands = [operand(attributes) if callable(operand) else operand
                    for operand in recipe.alternatives[alternative]]
        operands = [None if i in left_out else o
                    for i, o in enumerate(operands)]
        while operands and operands[-1] is None:
            operands.pop()
        outputs = min(outputs or recipe.outputs, self.schema.max_output)
        if (len(operands) < self.schema.min_input and not recipe.build):
            return
        key = repr((alternative, sorted(attributes), [
            str(v) for _, v in sorted(attributes.items())], type_name,
            left_out, outputs))
        if key in self.seen or (len(operands) > self.schema.max_input
                                and not recipe.build):
            return
        self.seen.add(key)
        name = f"{self.stem}_{len(self.cases)}"
        random = np.random.RandomState([self.seed, zlib.crc32(name.encode())])
        arrays = [o and o.make(random, DTYPES[type_name]) for o in operands]
        if recipe.valid and not recipe.valid(arrays, attributes):
            return
        constants = {i for i, o in enumerate(operands) if o and o.is_constant}
        bound = {(i, n) for i, o in enumerate(operands) if o and o.is_bound
                 for n in range(arrays[i].ndim)
                 if o.is_bound is True or n in o.is_bound}
        self.cases.append(Case(name, recipe, self.schema.since_version,
                               type_name, attributes, arrays, constants,
                               bound, outputs))

    def pick(self, values):
        return values[self.random.randint(len(values))]

    def draw_attributes(self):
        chosen = {}
        for name, values in self.attributes.items():
            if self.random.rand() < 0.6:
                chosen[name] = self.pick(values)
        return chosen

    def draw(self):
        recipe, usual = self.recipe, (self.types or ["float"])[0]
        if "float" in self.types:
            usual = "float"
        if not self.types:
            return []
        count = len(recipe.alternatives)
        for alternative in range(count):
            self.add(alternative, {}, usual)
        for name, values in self.attributes.items():
            for value in values:
                self.add(0, {name: value}, usual)
        for _ in range(recipe.draws if self.attributes else 0):
            self.add(self.random.randint(count), self.draw_attributes(), usual)
        for i, operand in enumerate(recipe.alternatives[0]):
            if isinstance(operand, Operand) and operand.is_optional:
                self.add(0, {}, usual, (i,))
                self.add(0, {}, usual, tuple(
                    range(i, len(recipe.alternatives[0]))))
        if (recipe.outputs > 1 and not recipe.build
                and self.schema.outputs[-1].option.name == "Optional"):
            self.add(0, {}, usual, (), 1)
        for type_name in self.types:
            self.add(0, {}, type_name)
            self.add(self.random.randint(count), self.draw_attributes(),
                     type_name)
        return self.cases


def draw_cases(recipe, schema, previous, number, seed):
    return Drawing(recipe, schema, previous, number, seed).draw()
