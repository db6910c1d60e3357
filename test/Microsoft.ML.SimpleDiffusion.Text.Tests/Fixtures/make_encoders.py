"""Writes the tests' ONNX encoders: a small T5 encoder with random weights, what it should answer, and encoders that are odd or faulty.

Needs the Python packages onnx and numpy (in Debian: python3-onnx). Everything is written beside this file, the same at every run.

The answers in t5_expected.json come from an evaluation in numpy that shares only the weights with the graph: float64, one sequence at a time, no
padding, buckets counted in a loop. Raffel et al. 2020, section 2.1, and Shazeer 2020 (gated GELU) describe the network.
"""
import json
import math
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
VOCABULARY, WIDTH, LAYERS, HEADS, HEAD_WIDTH, HIDDEN = 128, 32, 2, 4, 8, 48
BUCKETS, MAX_DISTANCE, EPSILON = 32, 128, 1e-6
SEQUENCES = [[1], [38, 34, 1], [4, 38, 34, 30, 14, 5, 16, 7, 26, 1], [2 + i * 7 % 110 for i in range(49)] + [1]]


def make_weights():
    random = np.random.default_rng(5)

    def normal(*shape, scale):
        return (random.standard_normal(shape) * scale).astype(np.float32)

    weights = {"embedding": normal(VOCABULARY, WIDTH, scale=1.0), "bias": normal(BUCKETS, HEADS, scale=1.0), "final.norm": 1 + normal(WIDTH, scale=0.1)}
    for layer in range(LAYERS):
        inner = HEADS * HEAD_WIDTH
        weights |= {
            f"{layer}.attention.norm": 1 + normal(WIDTH, scale=0.1),
            f"{layer}.q": normal(WIDTH, inner, scale=WIDTH**-0.5 * HEAD_WIDTH**-0.25),
            f"{layer}.k": normal(WIDTH, inner, scale=WIDTH**-0.5),
            f"{layer}.v": normal(WIDTH, inner, scale=WIDTH**-0.5),
            f"{layer}.o": normal(inner, WIDTH, scale=inner**-0.5),
            f"{layer}.feedforward.norm": 1 + normal(WIDTH, scale=0.1),
            f"{layer}.wi_0": normal(WIDTH, HIDDEN, scale=WIDTH**-0.5),
            f"{layer}.wi_1": normal(WIDTH, HIDDEN, scale=WIDTH**-0.5),
            f"{layer}.wo": normal(HIDDEN, WIDTH, scale=HIDDEN**-0.5),
        }
    return weights


# The independent evaluation.


def bucket(distance):
    """T5's bucket of key position minus query position: half of the buckets for each direction; exact up to 8, then logarithmic."""
    half = BUCKETS // 2
    first = half if distance > 0 else 0
    distance = abs(distance)
    exact = half // 2
    if distance < exact:
        return first + distance
    logarithmic = exact + int(math.log(distance / exact) / math.log(MAX_DISTANCE / exact) * (half - exact))
    return first + min(logarithmic, half - 1)


def evaluate(weights, ids):
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def norm(x, scale):
        return np.array([row / math.sqrt(row @ row / len(row) + EPSILON) for row in x]) * scale

    def gelu(x):
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    x = np.array([w["embedding"][i] for i in ids])
    for layer in range(LAYERS):
        h = norm(x, w[f"{layer}.attention.norm"])
        heads = []
        for head in range(HEADS):
            columns = slice(head * HEAD_WIDTH, (head + 1) * HEAD_WIDTH)
            q, k, v = (h @ w[f"{layer}.{name}"][:, columns] for name in "qkv")
            scores = np.array([[q[i] @ k[j] + w["bias"][bucket(j - i), head] for j in range(len(ids))] for i in range(len(ids))])
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            heads.append(shares / shares.sum(axis=1, keepdims=True) @ v)
        x = x + np.concatenate(heads, axis=1) @ w[f"{layer}.o"]
        h = norm(x, w[f"{layer}.feedforward.norm"])
        x = x + (gelu(h @ w[f"{layer}.wi_0"]) * (h @ w[f"{layer}.wi_1"])) @ w[f"{layer}.wo"]
    return norm(x, w["final.norm"])


# The graphs.


class Graph:
    """Collects nodes and constants; every method returns the name of a value."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, dtype, name=None):
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def node(self, operator, *inputs, output=None, **attributes):
        output = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def save(self, file, inputs, outputs, **options):
        graph = helper.make_graph(self.nodes, "encoder", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7, producer_name="make_encoders.py")
        onnx.checker.check_model(model)
        onnx.save_model(model, str(FOLDER / file), **options)


def ids_and_mask(kind=TensorProto.INT64, names=("input_ids", "attention_mask")):
    return [helper.make_tensor_value_info(name, kind, ["batch", "sequence"]) for name in names]


def hidden_state(width, kind=TensorProto.FLOAT, name="last_hidden_state"):
    return [helper.make_tensor_value_info(name, kind, ["batch", "sequence", width])]


def save_t5(weights):
    g = Graph()
    names = {name: g.constant(value, np.float32, name) for name, value in weights.items()}
    epsilon = g.constant(EPSILON, np.float32)

    def norm(x, scale):
        mean = g.node("ReduceMean", g.node("Mul", x, x), axes=[-1], keepdims=1)
        return g.node("Mul", g.node("Div", x, g.node("Sqrt", g.node("Add", mean, epsilon))), names[scale])

    def split(x):
        return g.node("Transpose", g.node("Reshape", x, g.constant([0, 0, HEADS, HEAD_WIDTH], np.int64)), perm=[0, 2, 1, 3])

    def gelu(x):
        cubic = g.node("Mul", g.node("Mul", g.node("Mul", x, x), x), g.constant(0.044715, np.float32))
        tanh = g.node("Tanh", g.node("Mul", g.node("Add", x, cubic), g.constant(math.sqrt(2 / math.pi), np.float32)))
        return g.node("Mul", g.node("Mul", x, g.constant(0.5, np.float32)), g.node("Add", tanh, g.constant(1, np.float32)))

    def bias():
        """[1, heads, sequence, sequence], from the positions alone; the layers share it."""
        length = g.node("Squeeze", g.node("Slice", g.node("Shape", "input_ids"), g.constant([1], np.int64), g.constant([2], np.int64)))
        positions = g.node("Range", g.constant(0, np.int64), length, g.constant(1, np.int64))
        distance = g.node("Sub", g.node("Unsqueeze", positions, g.constant([0], np.int64)), g.node("Unsqueeze", positions, g.constant([1], np.int64)))
        half, exact = BUCKETS // 2, BUCKETS // 4
        after = g.node("Cast", g.node("Greater", distance, g.constant(0, np.int64)), to=TensorProto.INT64)
        first = g.node("Mul", after, g.constant(half, np.int64))
        size = g.node("Abs", distance)
        ratio = g.node("Div", g.node("Cast", g.node("Max", size, g.constant(1, np.int64)), to=TensorProto.FLOAT), g.constant(exact, np.float32))
        steps = g.node("Mul", g.node("Log", ratio), g.constant((half - exact) / math.log(MAX_DISTANCE / exact), np.float32))
        far = g.node("Add", g.node("Cast", steps, to=TensorProto.INT64), g.constant(exact, np.int64))
        far = g.node("Min", far, g.constant(half - 1, np.int64))
        buckets = g.node("Add", first, g.node("Where", g.node("Less", size, g.constant(exact, np.int64)), size, far))
        return g.node("Unsqueeze", g.node("Transpose", g.node("Gather", names["bias"], buckets), perm=[2, 0, 1]), g.constant([0], np.int64))

    mask = g.node("Unsqueeze", g.node("Cast", "attention_mask", to=TensorProto.FLOAT), g.constant([1, 2], np.int64))
    masked = g.node("Mul", g.node("Sub", g.constant(1, np.float32), mask), g.constant(np.finfo(np.float32).min, np.float32))
    bias_and_mask = g.node("Add", bias(), masked)
    x = g.node("Gather", names["embedding"], "input_ids")
    for layer in range(LAYERS):
        h = norm(x, f"{layer}.attention.norm")
        q, k, v = (split(g.node("MatMul", h, names[f"{layer}.{name}"])) for name in "qkv")
        scores = g.node("Add", g.node("MatMul", q, g.node("Transpose", k, perm=[0, 1, 3, 2])), bias_and_mask)
        mixed = g.node("Transpose", g.node("MatMul", g.node("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        joined = g.node("Reshape", mixed, g.constant([0, 0, HEADS * HEAD_WIDTH], np.int64))
        x = g.node("Add", x, g.node("MatMul", joined, names[f"{layer}.o"]))
        h = norm(x, f"{layer}.feedforward.norm")
        gate = g.node("Mul", gelu(g.node("MatMul", h, names[f"{layer}.wi_0"])), g.node("MatMul", h, names[f"{layer}.wi_1"]))
        x = g.node("Add", x, g.node("MatMul", gate, names[f"{layer}.wo"]))
    g.node("Identity", norm(x, "final.norm"), output="last_hidden_state")
    g.save("t5.onnx", ids_and_mask(), hidden_state(WIDTH))


def save_lookup(file, vocabulary=VOCABULARY, kind=TensorProto.INT64, names=("input_ids", "attention_mask"), extra=(), output="last_hidden_state",
                output_kind=TensorProto.FLOAT, factor=1.0, rank=3, **options):
    """The encoder that is a table: the embedding of id i is i, i + 1/4, i + 2/4, i + 3/4, plus a hundred times the mask."""
    g = Graph()
    table = (np.arange(vocabulary)[:, None] + np.arange(4)[None, :] / 4) * factor
    mask = g.node("Unsqueeze", g.node("Cast", names[1], to=TensorProto.FLOAT), g.constant([2], np.int64))
    value = g.node("Add", g.node("Gather", g.constant(table, np.float32, "table"), names[0]), g.node("Mul", mask, g.constant(100, np.float32)))
    if rank == 2:
        value = g.node("ReduceMean", value, axes=[1], keepdims=0)
    g.node("Cast", value, output=output, to=output_kind)
    outputs = hidden_state(4, output_kind, output) if rank == 3 else [
        helper.make_tensor_value_info(output, output_kind, ["batch", 4])]
    inputs = ids_and_mask(kind, names) + [helper.make_tensor_value_info(name, kind if name != "encoder_hidden_states" else TensorProto.FLOAT, shape)
                                          for name, shape in extra]
    g.save(file, inputs, outputs, **options)


def main():
    weights = make_weights()
    save_t5(weights)
    cases = [{"ids": ids, "embedding": [[float(f"{value:.7g}") for value in row] for row in evaluate(weights, ids)]} for ids in SEQUENCES]
    (FOLDER / "t5_expected.json").write_text(json.dumps({"source": "numpy, make_encoders.py", "cases": cases}) + "\n")

    save_lookup("int32.onnx", kind=TensorProto.INT32)
    save_lookup("float16.onnx", output_kind=TensorProto.FLOAT16)
    save_lookup("unnamed_output.onnx", output="hidden")
    (FOLDER / "external.onnx_data").unlink(missing_ok=True)
    save_lookup("external.onnx", save_as_external_data=True, location="external.onnx_data", size_threshold=1024)
    save_lookup("decoder.onnx", extra=[("decoder_input_ids", ["batch", "target"]), ("encoder_hidden_states", ["batch", "sequence", 4])])
    save_lookup("other_names.onnx", names=("tokens", "mask"))
    save_lookup("extra_input.onnx", extra=[("token_type_ids", ["batch", "sequence"])])
    save_lookup("pooled.onnx", rank=2)
    save_lookup("small_vocabulary.onnx", vocabulary=16)
    save_lookup("not_finite.onnx", factor=float("nan"))


if __name__ == "__main__":
    main()
