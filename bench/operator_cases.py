"""Operators at the sizes that networks have them at.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

RANDOM = np.random.RandomState(0)
CASES = {}
TYPES = {np.dtype(np.float32): "float", np.dtype(np.int64): "int64",
         np.dtype(np.int32): "int32", np.dtype(np.uint8): "uint8",
         np.dtype(np.int8): "int8", np.dtype(np.bool_): "bool",
         np.dtype(np.float64): "double"}


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def positive(*shape):
    return np.abs(floats(*shape)) + 0.1


def integers(high, *shape, dtype=np.int64):
    return RANDOM.randint(0, high, shape).astype(dtype)


def case(name, body, results=1, constants=None, kind="float", **inputs):
    """`body` computes y, or y0, y1, ... of the inputs; `constants` are the
    weights. `kind` is of the results, one word each."""
    names = ["y"] if results == 1 else [f"y{i}" for i in range(results)]
    kinds = (kind.split() * results)[:results]
    CASES[name] = (body, list(zip(names, kinds)), inputs, constants or {})


def add_elementwise():
    x = floats(64, 4096)
    for op in ("Abs Neg Floor Ceil Round Sign Exp Erf Sin Cos Tan Atan Sinh "
               "Cosh Tanh Asinh Sigmoid Softplus Softsign Relu LeakyRelu Elu "
               "Selu Celu HardSigmoid HardSwish Mish Gelu ThresholdedRelu "
               "Shrink").split():
        case(op, f"y = {op}(x)", x=x)
    for op in "Log Sqrt Reciprocal Acosh".split():
        case(op, f"y = {op}(x)", x=positive(64, 4096) + 1)
    for op in "Asin Acos Atanh".split():
        case(op, f"y = {op}(x)", x=np.tanh(x) * np.float32(0.9))
    for op in "Add Sub Mul Div Max Min Mean Sum".split():
        case(op, f"y = {op}(x, z)", x=x, z=floats(64, 4096))
    case("Add of a row", "y = Add(x, z)", x=x, z=floats(4096))
    case("Pow", "y = Pow(x, z)", x=positive(64, 4096), z=floats(64, 4096))
    case("PRelu", "y = PRelu(x, z)", x=x, z=floats(4096))
    case("Mod", "y = Mod(x, z)", kind="int64", x=integers(1000, 64, 4096),
         z=integers(99, 64, 4096) + 1)
    for op in "Equal Less Greater".split():
        case(op, f"y = {op}(x, z)", kind="bool", x=x, z=floats(64, 4096))
    for op in "And Or Xor".split():
        case(op, f"y = {op}(x, z)", kind="bool", x=x > 0,
             z=floats(64, 4096) > 0)
    case("Not", "y = Not(x)", kind="bool", x=x > 0)
    case("IsNaN", "y = IsNaN(x)", kind="bool", x=x)
    case("Where", "y = Where(c, x, z)", c=x > 0, x=x, z=floats(64, 4096))
    case("Clip", "y = Clip(x, l, h)", x=x, constants={
        "l": np.float32(-0.5), "h": np.float32(0.5)})
    case("Cast to int64", "y = Cast <to = 7> (x)", kind="int64", x=x)
    case("Cast to float", "y = Cast <to = 1> (x)", x=integers(99, 64, 4096))


def add_reductions():
    x = floats(64, 56, 256)
    for op in ("ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 "
               "ReduceL2 ReduceSumSquare ReduceLogSumExp").split():
        case(op, f"y = {op}(x, i)", x=x, constants={"i": np.array([2])})
    case("ReduceSum of the first", "y = ReduceSum(x, i)", x=x,
         constants={"i": np.array([0])})
    case("ArgMax", "y = ArgMax <axis = 2> (x)", kind="int64", x=x)
    case("TopK", "y0, y1 = TopK(x, k)", 2, {"k": np.array([5])},
         "float int64", x=floats(64, 1000))
    case("CumSum", "y = CumSum(x, i)", x=x, constants={"i": np.array(2)})
    for op in "Softmax LogSoftmax Hardmax".split():
        case(op, f"y = {op}(x)", x=floats(8, 12, 128, 128))
    case("LayerNormalization", "y = LayerNormalization(x, s, b)",
         x=floats(128, 768), constants={"s": floats(768), "b": floats(768)})
    case("InstanceNormalization", "y = InstanceNormalization(x, s, b)",
         x=floats(1, 64, 56, 56), constants={"s": floats(64), "b": floats(64)})
    case("BatchNormalization", "y = BatchNormalization(x, s, b, m, v)",
         x=floats(1, 64, 56, 56), constants={
             "s": floats(64), "b": floats(64), "m": floats(64),
             "v": positive(64)})
    case("LRN", "y = LRN <size = 5> (x)", x=floats(1, 64, 28, 28))
    case("LpNormalization", "y = LpNormalization(x)", x=floats(128, 768))


def add_products():
    case("MatMul", "y = MatMul(x, w)", x=floats(128, 768),
         constants={"w": floats(768, 768)})
    case("MatMul of a row", "y = MatMul(x, w)", x=floats(1, 768),
         constants={"w": floats(768, 768)})
    case("MatMul of batches", "y = MatMul(x, z)", x=floats(12, 128, 64),
         z=floats(12, 64, 128))
    case("Gemm", "y = Gemm <transB = 1> (x, w, b)", x=floats(32, 1024),
         constants={"w": floats(1000, 1024), "b": floats(1000)})
    case("MatMulInteger", "y = MatMulInteger(x, w)", kind="int32",
         x=integers(255, 128, 768, dtype=np.uint8),
         constants={"w": integers(127, 768, 768, dtype=np.int8)})
    case("Einsum", 'y = Einsum <equation = "bhid,bhjd->bhij"> (x, z)',
         x=floats(2, 12, 64, 64), z=floats(2, 12, 64, 64))
    image = floats(1, 64, 56, 56)
    case("Conv 3x3", "y = Conv <pads = [1, 1, 1, 1]> (x, w)", x=image,
         constants={"w": floats(64, 64, 3, 3)})
    case("Conv 1x1", "y = Conv(x, w)", x=image,
         constants={"w": floats(128, 64, 1, 1)})
    case("Conv of channels", "y = Conv <pads = [1, 1, 1, 1], group = 64> "
         "(x, w)", x=image, constants={"w": floats(64, 1, 3, 3)})
    case("ConvTranspose", "y = ConvTranspose <strides = [2, 2]> (x, w)",
         x=floats(1, 64, 28, 28), constants={"w": floats(64, 32, 2, 2)})
    for op in "LSTM GRU RNN".split():
        gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[op]
        case(op, f"y = {op} <hidden_size = 128> (x, w, r)",
             x=floats(50, 1, 128), constants={
                 "w": floats(1, gates * 128, 128) / 9,
                 "r": floats(1, gates * 128, 128) / 9})
    for op in ("MaxPool", "AveragePool"):
        case(op, f"y = {op} <kernel_shape = [3, 3], strides = [2, 2], "
             "pads = [1, 1, 1, 1]> (x)", x=image)
    case("GlobalAveragePool", "y = GlobalAveragePool(x)", x=image)
    case("Det", "y = Det(x)", x=floats(64, 16, 16))


def add_moves():
    x = floats(1, 64, 56, 56)
    case("Transpose", "y = Transpose <perm = [0, 2, 3, 1]> (x)", x=x)
    case("Concat", "y = Concat <axis = 1> (x, x)", x=x)
    case("Slice", "y = Slice(x, f, e)", x=x, constants={
        "f": np.array([0, 0, 4, 4]), "e": np.array([1, 64, 52, 52])})
    case("Pad", "y = Pad(x, p)", x=x, constants={
        "p": np.array([0, 0, 1, 1, 0, 0, 1, 1])})
    case("Pad by reflection", 'y = Pad <mode = "reflect"> (x, p)', x=x,
         constants={"p": np.array([0, 0, 1, 1, 0, 0, 1, 1])})
    case("Gather", "y = Gather(w, i)", i=integers(30000, 128),
         constants={"w": floats(30000, 256)})
    case("GatherElements", "y = GatherElements <axis = 1> (x, i)",
         x=floats(256, 1024), i=integers(1024, 256, 1024))
    case("GatherND", "y = GatherND(x, i)", x=floats(64, 64, 64),
         i=integers(64, 4096, 2))
    case("ScatterElements", "y = ScatterElements(x, i, z)",
         x=floats(256, 256), i=integers(256, 256, 256), z=floats(256, 256))
    case("ScatterND", "y = ScatterND(x, i, z)", x=floats(256, 256),
         i=integers(256, 128, 1), z=floats(128, 256))
    case("Expand", "y = Expand(x, s)", x=floats(64, 1, 56),
         constants={"s": np.array([64, 56, 56])})
    case("Tile", "y = Tile(x, r)", x=floats(64, 256),
         constants={"r": np.array([4, 4])})
    case("Resize nearest", "y = Resize(x, , s)", x=x, constants={
        "s": np.array([1, 1, 2, 2], np.float32)})
    case("Resize linear", 'y = Resize <mode = "linear"> (x, , s)', x=x,
         constants={"s": np.array([1, 1, 2, 2], np.float32)})
    case("GridSample", "y = GridSample(x, g)", x=x, g=np.tanh(
        floats(1, 56, 56, 2)))
    case("DepthToSpace", "y = DepthToSpace <blocksize = 2> (x)", x=x)
    case("SpaceToDepth", "y = SpaceToDepth <blocksize = 2> (x)", x=x)
    case("Trilu", "y = Trilu(x)", x=floats(12, 256, 256))
    case("OneHot", "y = OneHot(x, d, v)", x=integers(1000, 256), constants={
        "d": np.array(1000), "v": np.array([0, 1], np.float32)})
    case("RoiAlign", "y = RoiAlign <output_height = 7, output_width = 7, "
         "spatial_scale = 0.25> (x, r, b)", x=x, r=positive(32, 4) * 50,
         b=np.zeros(32, np.int64))
    case("QuantizeLinear", "y = QuantizeLinear(x, s, z)", kind="uint8", x=x,
         constants={"s": np.float32(0.05), "z": np.uint8(128)})
    case("DequantizeLinear", "y = DequantizeLinear(x, s, z)",
         x=integers(255, 1, 64, 56, 56, dtype=np.uint8), constants={
             "s": np.float32(0.05), "z": np.uint8(128)})
    case("DFT", "y = DFT(x)", x=floats(16, 512, 1))


def add_learners():
    x = floats(1000, 32)
    case("Scaler", "y = ai.onnx.ml.Scaler <offset = [0.5], scale = [2.0]> (x)",
         x=x)
    case("Normalizer", 'y = ai.onnx.ml.Normalizer <norm = "L2"> (x)', x=x)
    case("LabelEncoder", "y = ai.onnx.ml.LabelEncoder <keys_int64s = "
         f"{list(range(100))}, values_floats = "
         f"{[float(i) for i in range(100)]}> (x)", x=integers(100, 1000, 32))
    case("LinearClassifier", "y0, y1 = ai.onnx.ml.LinearClassifier <"
         f"coefficients = {[0.1] * 320}, intercepts = {[0.0] * 10}, "
         f"classlabels_ints = {list(range(10))}> (x)", 2, None, "int64 float",
         x=x)


def add_onnxruntimes():
    hidden = floats(1, 128, 768)
    ms = "com.microsoft."
    for op in "Gelu FastGelu QuickGelu".split():
        case(ms + op, f"y = {ms}{op}(x)", x=hidden)
    case(ms + "BiasGelu", f"y = {ms}BiasGelu(x, b)", x=hidden,
         constants={"b": floats(768)})
    case(ms + "SkipLayerNormalization",
         f"y = {ms}SkipLayerNormalization(x, z, g, b)", x=hidden,
         z=floats(1, 128, 768), constants={"g": floats(768), "b": floats(768)})
    case(ms + "Attention", f"y = {ms}Attention <num_heads = 12> (x, w, b)",
         x=hidden, constants={"w": floats(768, 2304) / 30, "b": floats(2304)})
    case(ms + "MultiHeadAttention",
         f"y = {ms}MultiHeadAttention <num_heads = 12> (x, k, v)", x=hidden,
         k=floats(1, 128, 768), v=floats(1, 128, 768))
    case(ms + "FusedMatMul", f"y = {ms}FusedMatMul <transB = 1, alpha = 0.125>"
         " (x, z)", x=floats(12, 128, 64), z=floats(12, 128, 64))
    case(ms + "MatMulNBits", f"y = {ms}MatMulNBits <K = 768, N = 768, "
         "bits = 4, block_size = 32> (x, w, s)", x=floats(1, 768), constants={
             "w": integers(255, 768, 24, 16, dtype=np.uint8),
             "s": positive(768, 24)})
    case(ms + "MoE", f"y = {ms}MoE <k = 2, activation_type = \"silu\"> "
         "(x, p, u, , v)", x=floats(16, 128), p=floats(16, 8), constants={
             "u": floats(8, 256, 128), "v": floats(8, 128, 256)})
    case(ms + "MurmurHash3", f"y = {ms}MurmurHash3(x)", kind="uint32",
         x=integers(1 << 30, 65536, dtype=np.int32))
    case(ms + "Inverse", f"y = {ms}Inverse(x)", x=floats(64, 16, 16))
    case(ms + "CropAndResize", f"y = {ms}CropAndResize(x, r, b, s)",
         x=floats(1, 64, 56, 56), r=np.sort(positive(32, 4) / 4, 1),
         b=np.zeros(32, np.int32), constants={
             "s": np.array([14, 14], np.int32)})
    case(ms + "UnfoldTensor", f"y = {ms}UnfoldTensor <size = 16, step = 4> "
         "(x)", x=floats(16, 4096))


for add in (add_elementwise, add_reductions, add_products, add_moves,
            add_learners, add_onnxruntimes):
    add()
