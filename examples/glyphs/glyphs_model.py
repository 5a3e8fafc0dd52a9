"""A small residual network with four exits, one after each quarter of its work.

The exits differ in how much of the letter they can see. Exit 1 sees patches of
8 pixels, exit 2 of 16, exit 3 of 26, and exit 4 sees all of it.
"""

import onnx
import torch
from torch import nn

from glyphs_data import CLASSES, SIZE


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity()
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Head(nn.Module):
    """Averages the feature map over a raster of rows x cols and classifies the result."""

    def __init__(self, channels, side, rows, cols):
        super().__init__()
        self.pool = nn.AvgPool2d((side // rows, side // cols))
        self.classify = nn.Linear(channels * rows * cols, len(CLASSES))

    def forward(self, x):
        return self.classify(self.pool(x).flatten(1))


class Glyphs(nn.Module):
    """Image [N,1,32,32] to four tensors of logits [N,36], in order of depth."""

    def __init__(self):
        super().__init__()
        stem = [nn.Conv2d(1, 48, 3, padding=1, bias=False), nn.BatchNorm2d(48), nn.ReLU()]
        self.segments = nn.ModuleList([
            nn.Sequential(*stem, Block(48, 48), nn.MaxPool2d(2)),
            nn.Sequential(Block(48, 112)),
            nn.Sequential(Block(112, 112), nn.MaxPool2d(2)),
            nn.Sequential(Block(112, 112), Block(112, 112), Block(112, 112)),
        ])
        self.heads = nn.ModuleList([
            Head(48, 16, 2, 1), Head(112, 16, 1, 1), Head(112, 8, 1, 1), Head(112, 8, 2, 2),
        ])

    def forward(self, x):
        logits = []
        for segment, head in zip(self.segments, self.heads):
            x = segment(x)
            logits.append(head(x))
        return tuple(logits)


def count_work():
    """Returns, per segment with its head, the parameters and the multiply-adds of one image."""
    model, work = Glyphs().eval(), []
    hooks = [m.register_forward_hook(lambda m, i, o: work.append((m, o.numel() // o.shape[1])))
             for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    model(torch.zeros(1, 1, SIZE, SIZE))
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


def export(model, path):
    """Writes one ONNX graph with the exits as outputs; batch norms are folded into the convolutions."""
    outputs = ["exit%d" % (i + 1) for i in range(len(model.heads))]
    torch.onnx.export(
        model.eval(), torch.zeros(1, 1, SIZE, SIZE), path, opset_version=15, do_constant_folding=True,
        training=torch.onnx.TrainingMode.EVAL, input_names=["input"], output_names=outputs,
        dynamic_axes={name: {0: "batch"} for name in ["input"] + outputs})
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), check_type=True, strict_mode=True)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)
