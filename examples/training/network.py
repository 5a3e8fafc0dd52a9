"""What the networks of the examples have in common: they are counted and exported alike."""

import onnx
import torch
from torch import nn


def count_work(model, example):
    """Returns, per segment with its head, the parameters and the multiply-adds of one sample.

    model has segments and heads; example is its input for one sample.
    """
    work = []
    hooks = [m.register_forward_hook(lambda m, i, o: work.append((m, o.numel() // o.shape[1])))
             for m in model.modules() if isinstance(m, (nn.Conv1d, nn.Conv2d, nn.Linear))]
    model.eval()(example)
    for hook in hooks:
        hook.remove()
    rows = []
    for segment, head in zip(model.segments, model.heads):
        own = set(segment.modules()) | set(head.modules())
        rows.append({
            "parameters": sum(p.numel() for part in (segment, head) for p in part.parameters()),
            "multiply_adds": sum(m.weight.numel() * places for m, places in work if m in own),
        })
    return rows


def export(model, example, path):
    """Writes one ONNX graph with the exits as outputs; batch norms are folded into the convolutions."""
    outputs = ["exit%d" % (i + 1) for i in range(len(model.heads))]
    torch.onnx.export(
        model.eval(), example, path, opset_version=15, do_constant_folding=True,
        training=torch.onnx.TrainingMode.EVAL, input_names=["input"], output_names=outputs,
        dynamic_axes={name: {0: "batch"} for name in ["input"] + outputs})
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), check_type=True, strict_mode=True)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)
