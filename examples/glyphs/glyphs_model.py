"""A small residual network with four exits, one after each quarter of its work.

The exits differ in how much of the letter they can see. Exit 1 sees patches of
8 pixels, exit 2 of 16, exit 3 of 26, and exit 4 sees all of it.
"""

import torch
from torch import nn

SIZE = 32  # side of the image that the network was made for, in pixels


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

    def __init__(self, channels, side, rows, cols, classes):
        super().__init__()
        self.pool = nn.AvgPool2d((side // rows, side // cols))
        self.classify = nn.Linear(channels * rows * cols, classes)

    def forward(self, x):
        return self.classify(self.pool(x).flatten(1))


class Glyphs(nn.Module):
    """Image [N,colours,size,size] to four tensors of logits [N,classes], in order of depth.

    size is a multiple of 32: the first convolution takes larger steps over a larger
    image, so that the rest of the network, and nearly all of its cost, stays the same.
    """

    def __init__(self, classes, colours=1, size=SIZE):
        super().__init__()
        stem = [nn.Conv2d(colours, 48, 3, size // SIZE, 1, bias=False), nn.BatchNorm2d(48), nn.ReLU()]
        self.segments = nn.ModuleList([
            nn.Sequential(*stem, Block(48, 48), nn.MaxPool2d(2)),
            nn.Sequential(Block(48, 112)),
            nn.Sequential(Block(112, 112), nn.MaxPool2d(2)),
            nn.Sequential(Block(112, 112), Block(112, 112), Block(112, 112)),
        ])
        self.heads = nn.ModuleList([
            Head(48, 16, 2, 1, classes), Head(112, 16, 1, 1, classes),
            Head(112, 8, 1, 1, classes), Head(112, 8, 2, 2, classes),
        ])

    def forward(self, x):
        logits = []
        for segment, head in zip(self.segments, self.heads):
            x = segment(x)
            logits.append(head(x))
        return tuple(logits)

