"""Operators of com.microsoft that go on from a state, hash words, follow a path
or read packed tables.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft_models import FLOAT, SMALL, Input

LENGTHS = (1, 2, 3, 5, 8, 17)
RULES = ("linear", "gated", "delta", "gated_delta")


def draw_starts(draw, least=1):
    """Where sequences begin, and their number; "t" is the tokens of all."""
    count = draw.choice((1, 2, 3))
    lengths = [draw.randint(least, 6) for _ in range(count)]
    draw.sizes.update(t=sum(lengths), n=count)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return Input(starts, (count + 1,)), count


def draw_counts(draw, capacity):
    return draw.integers(0, capacity + 2, "n") if capacity else None


def draw_causal_conv(draw):
    draw.element = FLOAT
    taps, dilation = draw.choice((1, 2, 3, 4, 6)), draw.choice((1, 1, 2, 3))
    before, channels = (taps - 1) * dilation, draw.choice((1, 3, 8, 17))
    draw.size("n", SMALL)
    attributes = {"activation": draw.choice(("none", "silu", "swish")),
                  "dilation": dilation}
    row, state = ("n", channels, "l"), ("n", channels, before)
    if draw.maybe(0.4):
        attributes["channels_last"] = 1
        row, state = ("n", "l", channels), ("n", before, channels)
        if draw.maybe():
            row, state = ("n", "l", 2, channels), ("n", before, 2, channels)
            channels *= 2
    return draw.model("CausalConvWithState", {
        "x": draw.floats(*row),
        "w": draw.floats(channels, 1, taps, constant=0.7),
        "b": draw.floats(channels, constant=0.7) if draw.maybe() else None,
        "past": draw.floats(*state) if draw.maybe() else None},
        "y present", attributes)


def draw_packed_conv(draw):
    taps, dilation = draw.choice((1, 2, 3, 4)), draw.choice((1, 1, 2))
    channels, capacity = draw.choice((1, 3, 8, 17)), draw.choice((0, 0, 1, 3))
    starts, count = draw_starts(draw)
    outputs = "y final" + (" update" if capacity else "")
    return draw.model("VarlenCausalConvWithState", {
        "x": draw.floats("t", channels),
        "w": draw.floats(channels, 1, taps, constant=0.7), "starts": starts,
        "b": draw.floats(channels) if draw.maybe() else None,
        "state": draw.floats(count, channels, (taps - 1) * dilation),
        "counts": draw_counts(draw, capacity)}, outputs, {
            "activation": draw.choice(("none", "silu", "swish")),
            "dilation": dilation, "state_update_capacity": capacity},
        fixed="n")


def draw_hashes(draw):
    dtype = draw.choice((np.int32, np.int64))
    words, heads = draw.choice((2, 3, 5)), draw.choice((1, 2, 3))
    total, end = (words - 1) * heads, draw.maybe()
    packed = draw.maybe()
    if packed:
        starts, count = draw_starts(draw)
        ids, history = ("t",), (count, words - 1)
    else:
        draw.size("n", SMALL)
        ids, history = ("n", "s"), ("n", words - 1)
    few = dict(dtype=dtype)
    inputs = {"ids": draw.integers(0, 5, *ids, **few),
              "factors": draw.integers(-2**30, 2**30, words, **few,
                                       constant=0.7),
              "sizes": draw.integers(1, 1000, total, **few, constant=0.7)}
    if packed:
        inputs["starts"] = starts
    inputs.update(
        past=draw.integers(0, 5, *history, **few) if draw.maybe() else None,
        offsets=draw.integers(-9, 2**20, total, **few)
        if draw.maybe() else None,
        end=draw.number(draw.randint(0, 5), dtype) if end else None,
        segments=draw.integers(0, 2, *ids) if draw.maybe() else None)
    attributes = {"max_ngram_size": words, "n_head_per_ngram": heads,
                  "pad_id": draw.choice((0, 3, -1)),
                  "reset_on_eos": draw.randint(0, 1)}
    outputs = [("y", dtype), ("present", dtype)]
    if not packed:
        return draw.model("NGramHashMapping", inputs, outputs, attributes)
    capacity = draw.choice((0, 1, 3))
    with_segments = inputs["segments"] is not None
    if with_segments and draw.maybe():
        inputs["past_segments"] = draw.integers(0, 2, *history)
    else:
        inputs["past_segments"] = None
    inputs["counts"] = draw_counts(draw, capacity)
    outputs.append(("segment_state" if with_segments else "", np.int32))
    if capacity:
        outputs.append(("update", dtype))
    return draw.model("VarlenNGramHashMapping", inputs, outputs,
                      {**attributes, "state_update_capacity": capacity},
                      fixed="n")


def draw_heads(draw):
    """Heads of queries, of keys and of the state."""
    heads = draw.choice((1, 2, 4))
    keys = draw.choice([n for n in (1, 2, 4) if n <= heads])
    return draw.choice((1, 2, 4)), keys, heads


def draw_linear_attention(draw):
    draw.element = FLOAT
    queries, keys, heads = draw_heads(draw)
    rows, columns = draw.choice((1, 3, 8, 16)), draw.choice((1, 2, 5, 16, 17))
    rule = draw.choice(RULES)
    draw.size("n", SMALL), draw.size("s", LENGTHS)
    tokens = ("n", "s")
    decay = draw.floats(*tokens, heads * draw.choice((1, rows)), positive=True)
    decay.array *= -1
    beta = draw.floats(*tokens, draw.choice((1, heads)), positive=True)
    beta.array = np.minimum(beta.array, 1).astype(beta.array.dtype)
    return draw.model("LinearAttention", {
        "q": draw.floats(*tokens, queries * rows),
        "k": draw.floats(*tokens, keys * rows, scale=0.7 / rows**0.5),
        "v": draw.floats(*tokens, heads * columns),
        "past": draw.floats("n", heads, rows, columns)
        if draw.maybe() else None,
        "decay": decay if rule.startswith("gated") else None,
        "beta": beta if rule.endswith("delta") else None}, "y present", {
            "q_num_heads": queries, "kv_num_heads": heads, "update_rule": rule,
            "scale": draw.choice((0.0, 0.25))}, tolerance=1e-4)


def draw_delta_net(draw):
    queries = draw.choice((1, 2, 3))
    heads = queries * draw.choice((1, 2))
    rows, columns = draw.choice((1, 3, 8, 16)), draw.choice((1, 2, 5, 16, 17))
    rule = draw.choice(RULES)
    form = draw.choice(("starts", "even", "batch"))
    if form == "batch":
        count = draw.size("n", SMALL)
        draw.size("s", LENGTHS)
        tokens, starts = ("n", "s"), None
    else:
        starts, count = draw_starts(draw, least=0)
        if form == "even":
            draw.sizes["t"] = count * draw.randint(1, 5)
            starts = None
        tokens = ("t",)
    state = draw.maybe() or form != "starts"
    gate = draw.choice(("none", "softplus", "sigmoid"))
    wide = draw.maybe()
    decay = draw.singles(*tokens, heads, rows) if wide else \
        draw.singles(*tokens, heads)
    if gate == "none":
        decay.array = -np.abs(decay.array)
    beta = draw.singles(*tokens, heads)
    beta.array = np.clip(np.abs(beta.array), 0, 1)
    if not rule.startswith("gated"):
        decay, gate = None, "none"
    has_bias = gate != "none"
    capacity = draw.choice((0, 2)) if form == "starts" else 0
    counts = draw.integers(9, 10, "n") if capacity else None
    bias = (heads, rows) if wide and draw.maybe() else (heads,)
    parts = {"q": draw.floats(*tokens, queries, rows),
             "k": draw.floats(*tokens, queries, rows),
             "v": draw.floats(*tokens, heads, columns)}
    if state and draw.maybe(0.3):
        flat = [part.array.reshape(*part.array.shape[:len(tokens)], size)
                for part, size in zip(parts.values(), (
                    queries * rows, queries * rows, heads * columns))]
        parts = {"q": Input(np.concatenate(flat, -1),
                            (*tokens, 2 * queries * rows + heads * columns)),
                 "k": None, "v": None}
    outputs = [("y", draw.element), ("final", FLOAT)]
    if capacity:
        outputs.append(("update", FLOAT))
    return draw.model("GatedDeltaNet", {
        **parts, "starts": starts, "decay": decay,
        "beta": beta if rule.endswith("delta") else None,
        "state": draw.singles(count if form != "batch" else "n", heads,
                              columns, rows) if state else None,
        "log": draw.singles(heads) if has_bias else None,
        "bias": draw.singles(*bias) if has_bias else None,
        "counts": counts}, outputs, {
            "update_rule": rule, "gate_activation": gate,
            "beta_activation": draw.choice(("none", "sigmoid")),
            "qk_l2_norm": 1, "scale": draw.choice((0.0, 0.5)),
            "state_update_capacity": capacity},
        tolerance=1e-4, fixed="n" if form != "batch" else "")


def draw_path(draw):
    draw.element = FLOAT
    costs = draw.floats("a", "b") if draw.maybe() else draw.floats(1, "a", "b")
    if draw.maybe():
        costs.array = np.round(costs.array).astype(FLOAT)
    return draw.model("DynamicTimeWarping", {"x": costs}, [("y", np.int32)])


def draw_draft(draw):
    wide = dict(dtype=np.int64)
    draw.size("a", LENGTHS), draw.size("b", LENGTHS)
    source = draw.integers(0, 4, "a", **wide)
    at = draw.randint(0, len(source.array))
    least = draw.randint(1, 3)
    predicted = None
    if draw.maybe(0.7):
        words = np.append(source.array[at:], 3)
        changed = draw.numbers.random_sample(len(words)) < 0.2
        predicted = Input(np.where(changed, 7, words), ("p",))
    return draw.model("BifurcationDetector", {
        "source": source, "words": draw.integers(0, 4, "b", **wide),
        "at": Input(np.full(draw.choice(((), (1,))), at, np.int64), (1,)),
        "predicted": predicted}, [("tokens", np.int64), ("end", np.int64)], {
            "min_ngram_size": least,
            "max_ngram_size": least + draw.randint(0, 3)})


# Of ggml's packed types: numbers and bytes of a block, where its scales of 16
# bits are.
PACKED = {0: (1, 4, ()), 1: (1, 2, (0,)), 2: (32, 18, (0,)), 6: (32, 22, (0,)),
          8: (32, 34, (0,)), 13: (256, 176, (0, 2)), 14: (256, 210, (208,)),
          20: (32, 18, (0,)), 23: (256, 136, (0,)), 30: (1, 2, ()),
          42: (64, 18, (0,))}


def draw_packed_rows(draw):
    draw.element = FLOAT
    result = draw.choice((FLOAT, np.dtype(np.float16)))
    number = draw.choice(list(PACKED))
    numbers, size, scales = PACKED[number]
    blocks, rows = draw.choice((1, 2, 3)), draw.choice((1, 3, 7))
    table = draw.numbers.randint(0, 256, (rows, blocks, size)).astype(np.uint8)
    few = draw.numbers.standard_normal((rows, blocks, 4))
    for place in scales:
        table[..., place:place + 2] = np.ascontiguousarray(
            few[..., :1].astype(np.float16)).view(np.uint8)
    if number == 0:
        table = np.ascontiguousarray(few[..., :1].astype(FLOAT)).view(np.uint8)
    elif number == 30:
        table = np.ascontiguousarray(
            few[..., :1].astype(FLOAT)).view(np.uint8)[..., 2:]
    dtype = draw.choice((np.int32, np.int64))
    return draw.model("GatherPacked", {
        "table": Input(table.reshape(rows, -1), (rows, blocks * size),
                       draw.maybe(0.7)),
        "places": draw.integers(-2, rows + 2, "a", "b", dtype=dtype)},
        [("y", result)], {"packed_type": number, "K": blocks * numbers,
                          "output_dtype": 1 if result == FLOAT else 10})


def attend_to_blocks(model):
    """SparseAttention; onnxruntime takes a cache only that it writes to."""
    given = {name: entry.array.astype(np.float64) if entry else None
             for name, entry in model.inputs.items()}
    heads = model.attributes["num_heads"]
    groups = heads // model.attributes["kv_num_heads"]
    block = model.attributes["sparse_block_size"]
    batch, length = given["q"].shape[:2]
    size = given["past_k"].shape[3]

    def split(x):
        return x.reshape(batch, length, -1, size).transpose(0, 2, 1, 3)

    q = split(given["q"])
    if given["k"] is None:
        kv = (q.shape[1] - heads) // 2
        q, k, v = q[:, :heads], q[:, heads:heads + kv], q[:, heads + kv:]
    else:
        k, v = split(given["k"]), split(given["v"])
    keys, values = given["past_k"].copy(), given["past_v"].copy()
    rows = given["rows"].astype(int)
    columns = given["columns"].astype(int)
    y = np.zeros((batch, heads, length, size))
    for n in range(batch):
        before = 0 if given["total"][0] == length else \
            int(given["lengths"][n]) - length
        keys[n, :, before:before + length] = k[n]
        values[n, :, before:before + length] = v[n]
        for h in range(heads):
            layout = h % len(rows)
            for s in range(length):
                place = before + s
                row = rows[layout, place // block:place // block + 2]
                seen = columns[layout, row[0]:row[1]]
                kept = [t for t in range(place + 1) if t // block in seen]
                scores = keys[n, h // groups, kept] @ q[n, h, s] / size**0.5
                weights = np.exp(scores - scores.max())
                y[n, h, s] = weights / weights.sum() @ \
                    values[n, h // groups, kept]
    return [y.transpose(0, 2, 1, 3).reshape(batch, length, -1), keys, values]


def draw_block_attention(draw):
    draw.element = FLOAT
    kv_heads, block = draw.choice((1, 2)), draw.choice((16, 32))
    heads, size = kv_heads * draw.choice((1, 2)), draw.choice((8, 16))
    blocks, layouts = draw.choice((1, 2, 4)), draw.choice((1, 2))
    layouts = layouts if heads % layouts == 0 else 1
    cache, batch = blocks * block, draw.size("n", SMALL)
    length = draw.size("s", [n for n in (1, 3, 17, 33) if n <= cache])
    before = draw.choice((0, draw.randint(0, cache - length)))
    lengths = draw.numbers.randint(length, before + length + 1, batch) \
        if before else np.full(batch, length)
    seen = np.tril(draw.numbers.random_sample((layouts, blocks, blocks)) < 0.6)
    seen |= np.eye(blocks, dtype=bool)
    entries = max(int(layout.sum()) for layout in seen)
    rows = np.zeros((layouts, blocks + 1), np.int32)
    columns = np.full((layouts, entries), -1, np.int32)
    for layout, kept in enumerate(seen):
        rows[layout, 1:] = np.cumsum(kept.sum(1))
        columns[layout, :kept.sum()] = np.nonzero(kept)[1]
    packed = draw.maybe(0.3)
    words, constant = ("n", "s"), draw.maybe(0.6)
    model = draw.model("SparseAttention", {
        "q": draw.floats(*words, (heads + 2 * kv_heads * packed) * size),
        "k": None if packed else draw.floats(*words, kv_heads * size),
        "v": None if packed else draw.floats(*words, kv_heads * size),
        "past_k": draw.floats("n", kv_heads, cache, size),
        "past_v": draw.floats("n", kv_heads, cache, size),
        "rows": Input(rows, rows.shape, constant),
        "columns": Input(columns, columns.shape, constant),
        "total": Input(np.full(1, max(lengths), np.int32), (1,)),
        "lengths": Input(lengths.astype(np.int32), ("n",))},
        "y present_k present_v", {
            "num_heads": heads, "kv_num_heads": kv_heads,
            "sparse_block_size": block}, tolerance=1e-4)
    model.oracle = lambda: attend_to_blocks(model)
    return model


def draw_echo(draw):
    draw.element = FLOAT
    return draw.model("SampleOp", {"x": draw.floats("a", "b")}, "y")


DRAWERS = (draw_causal_conv, draw_packed_conv, draw_hashes,
           draw_linear_attention, draw_delta_net, draw_path, draw_draft,
           draw_packed_rows, draw_block_attention, draw_echo)
