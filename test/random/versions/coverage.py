"""All recipes, the cases of all versions, and versions that no recipe is for.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections

import onnx.defs

import exceptions
import recipe
import recipes_elementwise
import recipes_graphs
import recipes_images
import recipes_indexing
import recipes_normalizations
import recipes_recurrent
import recipes_reductions
import recipes_shapes
import recipes_types
import recipes_windows

FAMILIES = (recipes_elementwise, recipes_reductions, recipes_shapes,
            recipes_indexing, recipes_windows, recipes_images,
            recipes_normalizations, recipes_recurrent, recipes_types,
            recipes_graphs)


def list_schemas():
    """Operators, with their schemas by version."""
    schemas = collections.defaultdict(dict)
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            schemas[schema.name][schema.since_version] = schema
    return schemas


def list_recipes():
    recipes = collections.defaultdict(list)
    for family in FAMILIES:
        for row in family.RECIPES:
            recipes[row.op].append(row)
    return recipes


def draw_all(seed):
    schemas, cases = list_schemas(), []
    for op, rows in list_recipes().items():
        for version, schema in sorted(schemas[op].items()):
            older = [v for v in schemas[op] if v < version]
            previous = schemas[op][max(older)] if older else None
            for number, row in enumerate(rows):
                if row.versions[0] <= version <= row.versions[1]:
                    cases += recipe.draw_cases(row, schema, previous, number,
                                               seed)
    return cases


def find_missed():
    """Versions of operators without a case or a reason."""
    covered = {(case.op, case.version) for case in draw_all(1)}
    return [f"{op}-{version} has no case"
            for op, versions in list_schemas().items()
            for version in versions
            if (op, version) not in covered
            and op not in exceptions.WITHOUT_RECIPE
            and f"{op}-{version}" not in exceptions.WITHOUT_RECIPE]
