"""Export: the classifier as an int8 network for onnxruntime, checked against the original."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from triage.training.classifier import Classifier


def export(model: Classifier, path: Path) -> None:
    """Write ``path``: one message a call, any length, weights in eight bits."""
    full = path.with_suffix(".full.onnx")
    sample = torch.randint(5, 100, (1, 24))
    torch.onnx.export(
        model.eval(),
        (sample,),
        str(full),
        input_names=["numbers"],
        output_names=["danger", "kinds", "weights"],
        dynamic_shapes={"numbers": {1: torch.export.Dim("length", min=2, max=400)}},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    # Unsigned: signed weights overflow the 16-bit sums of processors without VNNI, and the
    # log-odds then drift by whole units instead of hundredths.
    quantize_dynamic(full, path, weight_type=QuantType.QUInt8)
    full.unlink()
    _without_traces(path)


def _without_traces(path: Path) -> None:
    """Take out what the exporter noted of this machine: folders, source lines, stack traces."""
    network = onnx.load(path)
    for part in (network, network.graph, *network.graph.node, *network.graph.value_info):
        part.doc_string = ""
        del part.metadata_props[:]
    onnx.save(network, path)


def drift(model: Classifier, path: Path, many: Sequence[Sequence[int]]) -> float:
    """The largest difference in log-odds that export and rounding made on these messages."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for numbers in many:
        table = np.array([numbers], dtype=np.int64)
        danger, _, _ = session.run(None, {"numbers": table})
        with torch.inference_mode():
            wanted = model(torch.from_numpy(table))[0].numpy()
        worst = max(worst, float(np.abs(danger - wanted).max()))
    return worst
