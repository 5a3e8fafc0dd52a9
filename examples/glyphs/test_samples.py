"""Holds samples.py to what it promises, with noise for images: no font is needed."""

import os
import sys
import unittest
from unittest import mock

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import glyphs_data as data
import samples
from training import testing


def noise(char, path, neighbour, rng):
    return rng.integers(256, size=(data.SIZE, data.SIZE)).astype(np.uint8)


@mock.patch.object(data, "find_fonts", lambda families: [["a font"]])
@mock.patch.object(data, "render", noise)
class Samples(testing.SamplesTest, unittest.TestCase):
    script, suffix = samples, ".png"


if __name__ == "__main__":
    unittest.main()
