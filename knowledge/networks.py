"""Small networks on onnxruntime: put together from operators, and run on one thread of the processor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from onnx import helper, numpy_helper

#: onnxruntime's own operators.
OURS = "com.microsoft"
#: The largest whole number of a weight: 7 bits. Two products of 8 bits overflow the 16 that processors without VNNI add
#: them in, and a text would mean something else on another machine.
LARGEST = 63


def network(nodes: Sequence[Any], inputs: Sequence[Any], output: Any, held: Mapping[str, Any]) -> bytes:
    """Return a network as ONNX. `held` are its numbers by name."""
    numbers = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in held.items()]
    graph = helper.make_graph(list(nodes), "network", list(inputs), [output], numbers)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(OURS, 1)]
    model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return model


def session(model: bytes) -> Any:
    """Return a network that can be run. A message is a few short rows: a second thread costs more than it saves."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
