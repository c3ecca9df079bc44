"""A model with an input and an output of every element type, and a program in
Rust that passes each of them through.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from onnx import TensorProto, helper

# Of each type: two elements as Rust writes them. The names try Rust's keywords.
KINDS = {
    "FLOAT": "1.5, -2.0", "UINT8": "7, 255", "INT8": "-128, 127",
    "UINT16": "7, 65535", "INT16": "-32768, 7", "INT32": "-7, 8",
    "INT64": "-7, 1 << 40", "STRING": 'b"one", b"\\xff\\0"',
    "BOOL": "true, false", "FLOAT16": "0x3c00, 0xc000", "DOUBLE": "1.5, -2.0",
    "UINT32": "7, 1 << 31", "UINT64": "7, 1 << 63",
    "COMPLEX64": "[1.0, 2.0], [3.0, 4.0]",
    "COMPLEX128": "[1.0, 2.0], [3.0, 4.0]", "BFLOAT16": "0x3f80, 0xc000",
    "FLOAT8E4M3FN": "0x38, 0xb8", "FLOAT8E4M3FNUZ": "0x38, 0xb8",
    "FLOAT8E5M2": "0x38, 0xb8", "FLOAT8E5M2FNUZ": "0x38, 0xb8",
    "UINT4": "7, 15", "INT4": "-8, 7", "FLOAT4E2M1": "1, 15",
    "FLOAT8E8M0": "127, 128", "UINT2": "1, 3", "INT2": "-2, 1",
}
KEYWORDS = ["type", "fn", "Self", "crate", "type_", "model", "self", "dims",
            "sizes", "symbols", "inputs", "outputs", "results", "a/b:0",
            "a.b.0"]


def make_model():
    value, proto = helper.make_tensor_value_info, TensorProto
    inputs, outputs, nodes = [], [], []
    for name in KINDS:
        dtype = getattr(proto, name)
        inputs.append(value(f"in.{name}", dtype, ["match"]))
        outputs.append(value(f"out.{name}", dtype, ["match"]))
        nodes.append(helper.make_node("Identity", [f"in.{name}"],
                                      [f"out.{name}"], name=name))
    for name in KEYWORDS:
        inputs.append(value(name, proto.FLOAT, ["ref", 1]))
        outputs.append(value(f"{name}!", proto.FLOAT, ["ref", 1]))
        nodes.append(helper.make_node("Neg", [name], [f"{name}!"]))
    # Sizes that depend on data, of types that memory holds otherwise.
    for name in "BOOL", "STRING", "COMPLEX64":
        outputs.append(value(f"some.{name}", getattr(proto, name), ["found"]))
        nodes.append(helper.make_node("Compress", [f"in.{name}", "in.BOOL"],
                                      [f"some.{name}"], name=f"some {name}"))
    graph = helper.make_graph(nodes, "kinds", inputs, outputs,
                              doc_string="Text \u202e that */ turns \\ round")
    return helper.make_model(graph, ir_version=13, opset_imports=[
        helper.make_opsetid("", 25)])


def field(name):
    """An input's name in Rust."""
    name = "".join(c if c.isalnum() else "_" for c in name)
    return name + "_" * (name in ("type", "fn", "Self", "crate", "self"))


def write_program(path):
    lines = ["mod kinds;", "", "fn main() {",
             "    let mut model = kinds::Model::new().unwrap();",
             "    let inputs = kinds::Inputs {"]
    lines += [f"        in_{name}: &[{values}]," for name, values in
              KINDS.items()]
    names = {name: field(name) for name in KEYWORDS}
    names["type_"] = "type__2"
    names["a.b.0"] = "a_b_0_2"
    lines += [f"        {name}: &[{i}.0]," for i, name in
              enumerate(names.values())]
    lines += ["    };",
              "    let dims = kinds::Dims { match_: 2, ref_: 1 };",
              "    let out = model.run(&dims, &inputs).unwrap();"]
    lines += [f"    assert_eq!(out.out_{name}.data, inputs.in_{name});\n"
              f"    assert_eq!(out.out_{name}.shape, [2]);" for name in KINDS]
    lines += ["    assert_eq!(out.some_BOOL.data, [true]);",
              '    assert_eq!(out.some_STRING.data, [b"one"]);',
              "    assert_eq!(out.some_COMPLEX64.data, [[1.0, 2.0]]);",
              "    assert_eq!(out.some_STRING.shape, [1]);"]
    lines += ['    println!("right");', "}"]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
