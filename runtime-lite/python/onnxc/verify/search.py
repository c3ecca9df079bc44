"""The first node that diverges: whose value differs although its operands agree.

From an output that differs the search goes back, through values that no kernel
wrote and those that differ, as far as to ones that agree.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

from onnxc.verify.graph import Graph, node_name, operands, subgraphs

# Give facts of their operands' types: an element that is wrong is not passed on.
BLIND = {"Shape", "Size", "ConstantOfShape"}


@dataclasses.dataclass
class Level:
    """A graph, its reference's values, and what was seen of ours. `names` says
    where a sub-graph is; `outer` are the values around it."""
    graph: Graph
    references: dict
    seen: dict
    names: tuple = ()
    tensors: dict = dataclasses.field(default_factory=dict)
    # Of the compiled model, what was told while this graph ran.
    events: list = dataclasses.field(default_factory=list)
    # Values that were seen in forms of the kernels' own.
    aside: dict = dataclasses.field(default_factory=dict)

    def agrees(self, name):
        return name in self.seen and self.seen[name].comparison.agrees

    def differs(self, name):
        return name in self.seen and not self.seen[name].comparison.agrees


@dataclasses.dataclass
class Divergence:
    level: Level
    value: str
    # Indices of the nodes between agreeing values and this one.
    region: list

    @property
    def node(self):
        return self.level.graph.nodes[self.level.graph.producer[self.value]]

    @property
    def names(self):
        return [node_name(self.level.graph.nodes[i]) for i in self.region]

    def describe(self):
        return " / ".join([*self.level.names, node_name(self.node)])


def candidates(level, failing):
    """Values that differ on the way back from the failing ones, in the model's
    order, those without such a value before them first."""
    graph = level.graph
    behind = {}

    def visit(start):
        # The values that differ before each one, itself left out.
        stack = [(start, False)]
        while stack:
            name, is_done = stack.pop()
            if name in behind and not is_done:
                continue
            index = graph.producer.get(name)
            if index is None or (level.agrees(name) and name not in failing):
                behind[name] = frozenset()
                continue
            node = graph.nodes[index]
            inner = [] if node.op_type in BLIND else operands(node)
            if is_done:
                found = set()
                for operand in inner:
                    found |= behind[operand]
                    if level.differs(operand):
                        found.add(operand)
                behind[name] = frozenset(found)
            else:
                stack.append((name, True))
                stack += [(operand, False) for operand in inner]

    for name in failing:
        visit(name)
    found = [name for name in behind
             if name in graph.producer
             and (level.differs(name) or name in failing)]
    return sorted(found, key=lambda name: (bool(behind[name]),
                                           graph.producer[name]))


def ancestors(graph, names):
    """All values that these are computed from."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            if name in graph.producer:
                queue += operands(graph.nodes[graph.producer[name]])
    return found


def region_of(level, value):
    """The nodes that compute a value from ones that agree, which no kernel wrote
    between, and the names of those that it is computed from."""
    graph = level.graph
    region, boundary, queue = set(), [], [value]
    done = set()
    while queue:
        name = queue.pop()
        if name in done:
            continue
        done.add(name)
        index = graph.producer.get(name)
        stops = name != value and (name in level.seen
                                   and name in level.references)
        if index is None or stops:
            boundary.append(name)
            continue
        region.add(index)
        node = graph.nodes[index]
        if node.op_type in BLIND and node.input[0] in level.references:
            boundary.append(node.input[0])
        else:
            queue += operands(node)
    return sorted(region), sorted(set(boundary))


def bodies(level, divergence):
    """Nodes with sub-graphs that may hold what diverges, the nearest last."""
    for i in divergence.region:
        node = level.graph.nodes[i]
        if any(True for _ in subgraphs(node)):
            yield node
