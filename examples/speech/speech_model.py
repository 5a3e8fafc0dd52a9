"""A one-dimensional convolutional network on raw samples, with four exits.

The exits differ in how long a stretch of the sound one place of their feature map
depends on, so in whether they know a hiss, a syllable or a word.
"""

import math

import torch
from torch import nn

BANDS = 48
HOP = 40  # samples from one frame to the next: 2.5 ms


class FrontEnd(nn.Module):
    """Samples [N,16000] to the log energy of 48 frequency bands, 400 frames of it.

    A band is a cosine and a sine under one window, so that the sum of the squares
    is the energy whatever the phase. Windows of low bands last 25 ms, of high ones
    10 ms: high bands are wider and need no more. The filters are fixed. Taking off
    a band's mean over the second makes loudness and the microphone's colour vanish.
    """

    def __init__(self, rate=16000, longest=400, shortest=160):
        super().__init__()
        self.filters = nn.Conv1d(1, 2 * BANDS, longest, stride=HOP, padding=(longest - HOP) // 2, bias=False)
        self.filters.weight.requires_grad = False
        lowest, highest = (math.log10(1 + hertz / 700) for hertz in (60, 7600))  # the mel scale
        hertz = 700 * (10 ** torch.linspace(lowest, highest, BANDS + 2, dtype=torch.float64) - 1)
        at = torch.arange(longest, dtype=torch.float64) - (longest - 1) / 2
        for band in range(BANDS):
            width = float(hertz[band + 2] - hertz[band]) / 2
            length = min(max(2 * rate / (1.5 * width), shortest), longest)
            window = torch.where(at.abs() < length / 2, torch.cos(math.pi * at / length) ** 2, 0 * at)
            turn = 2 * math.pi * hertz[band + 1] / rate * at
            scale = 2 * window / window.sum()  # a full sine has energy 1
            self.filters.weight.data[band, 0] = scale * torch.cos(turn)
            self.filters.weight.data[BANDS + band, 0] = scale * torch.sin(turn)

    def forward(self, samples):
        with torch.autocast("cpu", enabled=False):  # a quiet band beside a loud one needs all digits
            waves = self.filters(samples.unsqueeze(1))
            waves = waves * waves
            energy = torch.log(waves[:, :BANDS] + waves[:, BANDS:] + 1e-7)
            return (energy - energy.mean(2, keepdim=True)) / 2


def convolution(inputs, outputs, width, stride=1):
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, width, stride, width // 2, bias=False), nn.BatchNorm1d(outputs))


class Block(nn.Module):
    """Two convolutions over time and a shortcut."""

    def __init__(self, inputs, outputs, width, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            convolution(inputs, outputs, width, stride), nn.ReLU(), convolution(outputs, outputs, width))
        self.shortcut = nn.Identity() if inputs == outputs else convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Head(nn.Module):
    """Averages the feature map over equal parts of the second and classifies the result."""

    def __init__(self, channels, frames, parts, classes):
        super().__init__()
        self.pool = nn.AvgPool1d(frames // parts)
        self.classify = nn.Linear(channels * parts, classes)

    def forward(self, x):
        return self.classify(self.pool(x).flatten(1))


class Speech(nn.Module):
    """Samples [N,16000], -1 to 1, to four tensors of logits [N,classes], in order of depth."""

    def __init__(self, classes):
        super().__init__()
        self.segments = nn.ModuleList([
            nn.Sequential(FrontEnd(), convolution(BANDS, 96, 5, 2), nn.ReLU(), convolution(96, 96, 5), nn.ReLU()),
            Block(96, 96, 9),
            Block(96, 96, 9),
            Block(96, 128, 9, stride=2),
        ])
        self.heads = nn.ModuleList([
            Head(96, 200, 2, classes), Head(96, 200, 1, classes), Head(96, 200, 1, classes), Head(128, 100, 1, classes),
        ])

    def forward(self, x):
        logits = []
        for segment, head in zip(self.segments, self.heads):
            x = segment(x)
            logits.append(head(x))
        return tuple(logits)
