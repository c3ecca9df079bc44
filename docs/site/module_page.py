"""A page of the Python module: what it exports, with signatures and docstrings,
read from its sources, so that nothing has to be built.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ast
import glob
import inspect
import os


def read_exports(folder):
    with open(os.path.join(folder, "__init__.py")) as file:
        tree = ast.parse(file.read())
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value), ast.get_docstring(tree)
    raise SystemExit("onnxc/__init__.py has no __all__")


def read_definitions(folder):
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.py"))):
        with open(path) as file:
            for node in ast.parse(file.read()).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    found.setdefault(node.name, node)
    return found


def write_signature(node, name):
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    arguments = ast.unparse(node.args)
    if len(arguments) > 60:
        arguments = "\n    " + ",\n    ".join(
            split_arguments(arguments)) + "\n"
    return f"{name}({arguments}){result}"


def split_arguments(text):
    """At the commas outside of brackets."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return parts + [text[begin:].strip()]


def write_function(node, name, level):
    text = inspect.cleandoc(ast.get_docstring(node) or "")
    return [f"{'#' * level} {name}", "", "```text",
            write_signature(node, name), "```", "", text, ""]


def is_property(node):
    return any(isinstance(name, ast.Name) and name.id == "property"
               for name in node.decorator_list)


def write_class(node):
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    lines = [f"## {node.name}", "",
             f"`class {node.name}({bases})`" if bases else
             f"`class {node.name}`", "",
             inspect.cleandoc(ast.get_docstring(node) or ""), ""]
    for part in node.body:
        if not isinstance(part, ast.FunctionDef):
            continue
        public = not part.name.startswith("_") or part.name in ("__call__",)
        if not public or not ast.get_docstring(part):
            continue
        if is_property(part):
            lines += [f"- `{part.name}`: {ast.get_docstring(part)}", ""]
        else:
            lines += write_function(part, f"{node.name}.{part.name}", 3)
    return lines


def write_page(folder):
    exports, words = read_exports(folder)
    definitions = read_definitions(folder)
    lines = ["# The Python module", "", words.partition("SPDX")[0].strip(), ""]
    for name in exports:
        node = definitions.get(name)
        if isinstance(node, ast.ClassDef):
            lines += write_class(node)
        elif node is not None:
            lines += write_function(node, name, 2)
        else:
            raise SystemExit(f"onnxc.{name} has no definition")
    return "\n".join(lines)
