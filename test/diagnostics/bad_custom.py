"""Custom operators: flags that are malformed, rules that do not fit, files of
functions that cannot be used.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

import onnx
import onnx.parser

from bad_models import Case

USE = "g (float[n,3] x) => (float[n,3] y) { [bad_node] y = my.Op(x) }"
LIBRARY = ('<ir_version: 10, opset_import: ["" : 21, "my" : 1]> '
           "l (float[1] x) => (float[1] y) { y = Neg(x) } ")


def parse(text, imports='"" : 21, "my" : 1'):
    return onnx.parser.parse_model(
        f"<ir_version: 10, opset_import: [{imports}]> {text}")


def model(text, libraries=(), imports='"" : 21, "my" : 1'):
    def write(folder):
        onnx.save(parse(text, imports), os.path.join(folder, "model.onnx"))
        for i, library in enumerate(libraries):
            onnx.save(onnx.parser.parse_model(LIBRARY + library),
                      os.path.join(folder, f"library{i}.onnx"))
    return write


def string_with_zero(folder):
    made = parse(USE)
    made.graph.node[0].attribute.append(
        onnx.helper.make_attribute("text", b"a\0b"))
    onnx.save(made, os.path.join(folder, "model.onnx"))


def flag(name, value, says, text=USE):
    return Case(f"custom-{name}", model(text), says, ["--custom-op", value])


def rule(name, text, says, graph=USE):
    return flag(f"rule-{name}", f"my::Op=op:{text}", says, graph)


def flags():
    wanted = ["DOMAIN::NAME=FUNCTION is wanted"]
    for i, text in enumerate(("", "my", "my::Op", "my::Op=", "::Op=op",
                              "my::=op", "Op=op", "my:Op=op")):
        yield flag(f"malformed-{i}", text, wanted)
    for i, name in enumerate(("1op", "my-op", "for", "_op", "op__x", "Ö",
                              "op op")):
        yield flag(f"identifier-{i}", f"my::Op={name}",
                   ["is no identifier that C leaves"])
    yield flag("of-onnx", "ai.onnx::Relu=op", ["an operator of ONNX itself"])
    yield flag("of-onnx-ml", "ai.onnx.ml::Scaler=op",
               ["an operator of ONNX itself"])
    yield flag("own-prefix", "my::Op=model_run",
               ["begins as the model's own names do", "--prefix"])
    yield flag("prefix-itself", "my::Op=model", ["the model's own names"])
    yield flag("runtime-name", "my::Op=onnxc_run",
               ["begins as the runtime's names do"])
    yield flag("c-library", "my::Op=memcpy", ["a function of the C library"])
    yield Case("custom-twice", model(USE), ["the operator is given twice"],
               ["--custom-op", "my::Op=a", "--custom-op", "my::Op=b"])
    yield Case("custom-shape-name", model(USE),
               ["the function that tells sizes for 'op'"],
               ["--custom-op", "my::Op=op", "--custom-op", "my::B=op_shape"])
    yield Case("custom-file", model(USE), ["cannot read 'none.txt'"],
               ["--custom-op-file", "none.txt"])


def rules():
    for i, (text, says) in enumerate((
            ("", "a list of sizes"), ("same", "is no type of elements"),
            ("same-as-input-", "a number below"), ("float", "'\\['"),
            ("real[2]", "'real' is no type of elements"),
            ("float[d0(0)", "',' or '\\]' is wanted"),
            ("float[d0]x", "nothing may follow"), ("float[+]", "a number, a"),
            ("float[d0(0) 2]", "',' or"), ("float[f(0)]", "is no function"),
            ("float[99999999999]", "below 2\\^31"), ("type()[2]", "a number"),
            ("float[?+1]", "',' or"), ("float[min(1)]", "',' is wanted"),
            ("float[a[]]", "a number below"),
            ("float[" + "1+" * 4000 + "1]", "more than 4096"),
            ("float[" + "(" * 90 + "1" + ")" * 90 + "]", "too deeply"))):
        yield rule(f"syntax-{i}", text, [says])
    node = '"bad_node" \\(Op\\): '
    yield rule("input", "float[d0(1)]", [node, "about input 1, of 1"])
    yield rule("same-input", "same-as-input-2", [node, "about input 2, of 1"])
    yield rule("dimension", "float[d2(0)]",
               [node, "size 2 of input 0, which has 2 dimensions"])
    yield rule("attribute", "float[kernel]",
               [node, "takes kernel for a size: the node has no such"])
    yield rule("element", "float[axes[2]]", [node, "takes axes\\[2\\]"],
               "g (float[n,3] x) => (float[k] y) "
               "{ [bad_node] y = my.Op <axes = [1, 2]> (x) }")
    yield rule("divides-by-zero", "float[d0(0)/(3-3)]",
               [node, "divides a size by 0"])
    yield rule("negative", "float[3-d1(0)-1]", [node, "is -1"])
    yield rule("left-out", "type(1)[2]", [node, "input 1, which is left out"],
               "g (float[n,3] x) => (float[k] y) "
               "{ [bad_node] y = my.Op(x, , x) }")
    nothing = "what is its output 0, \"t\"\\?"
    remedy = "--custom-op my::Op=op:same-as-input-0.*value_info"
    unknown = "g (float[n,3] x) => (float[k] y) " \
              "{ [bad_node] t = my.Op(x) y = Neg(t) }"
    yield flag("nothing-said", "my::Op=op",
               [node, nothing, "does not state its type", remedy], unknown)
    yield flag("anonymous-size", "my::Op=op",
               [node, "its size 0;"],
               'g (float["?",3] x) => (float["?",3] y) '
               "{ [bad_node] y = my.Op(x) }".replace('"?"', "?"))
    yield flag("unknown-size", "my::Op=op",
               [node, "its size 0 but as 'k', which no input has"],
               "g (float[n,3] x) => (float[k] y) { [bad_node] y = my.Op(x) }")


def nodes():
    node = '"bad_node" \\(Op\\): '
    yield Case("custom-no-flag", model(USE),
               [node, "my.Op is not supported", "--custom-op my::Op=FUNCTION",
                "--functions FILE"])
    yield flag("takes-a-sequence", "my::Op=op:float[2]",
               [node, "its input 0 is no tensor"],
               """g (float[n] x) => (float[k] y) {
                 s = SequenceConstruct(x)
                 [bad_node] y = my.Op(s)
               }""")
    yield flag("takes-a-graph", "my::Op=op:float[2]",
               [node, "its attribute body is a graph"],
               """g (float[n] x) => (float[k] y) {
                 [bad_node] y = my.Op <body = b (float a) => (float c) {
                   c = Neg(a)
                 }> (x)
               }""")
    yield Case("custom-string-with-zero", string_with_zero,
               [node, "its attribute text holds a byte of 0"],
               ["--custom-op", "my::Op=op:float[2]"])


def functions():
    def case(name, text, libraries, says, flags=(), imports='"" : 21, "my" : 1'):
        return Case(f"functions-{name}", model(text, libraries, imports), says,
                    [*(f"--functions=library{i}.onnx"
                       for i in range(len(libraries))), *flags])

    def body(text, opset='"" : 21', name="Op"):
        return f'<domain: "my", opset_import: [{opset}]> {name} {text} '
    yield Case("functions-no-file", model(USE), ["none.onnx: cannot be read"],
               ["--functions=none.onnx"])
    yield Case("functions-folder", model(USE), ["is a directory"],
               ["--functions=."])
    yield Case("functions-text", model(USE), ["text.onnx: cannot be read"],
               ["--functions=text.onnx"])
    yield case("none", USE, [""], ["library0.onnx: has no functions"])
    yield case("two", USE, [body("(x) => (y) { y = Neg(x) }"),
                            body("(x) => (y) { y = Abs(x) }")],
               ["library0.onnx: function my::Op is also in library1.onnx"])
    yield case("own", USE + body("(x) => (y) { y = Abs(x) }"),
               [body("(x) => (y) { y = Neg(x) }")],
               ["function my::Op is also in the model, with another body"])
    yield case("cycle", USE, [
        body("(x) => (y) { y = my.B(x) }", '"" : 21, "my" : 1') +
        body("(x) => (y) { y = my.Op(x) }", '"" : 21, "my" : 1', "B")],
        ["functions that cannot be inlined: .*(cycle|recursi)"])
    yield case("newer", USE, [body("(x) => (y) { y = Add(x, x) }")],
               ["my::Op is of opset 21, the model of 13, where Add is another",
                "export the model for opset 21"],
               imports='"" : 13, "my" : 1')
    yield case("of-the-future", USE,
               [body("(x) => (y) { y = Neg(x) }", '"" : 99')],
               ["my::Op is of opset 99; onnxc knows 1 to"])
    yield case("other-domain", USE,
               [body("(x) => (y) { y = other.Op(x) }",
                     '"" : 21, "other" : 2')],
               ["imports the operator set other at version 2, the model at 1"],
               imports='"" : 21, "my" : 1, "other" : 1')
    yield case("body-lacks", USE,
               [body("(x) => (y) { y = my.Else(x) }", '"" : 21, "my" : 1')],
               ["my.Else is not supported"])


def all_cases():
    yield from flags()
    yield from rules()
    yield from nodes()
    yield from functions()
