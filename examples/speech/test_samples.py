"""Holds samples.py to what it promises, with noise for utterances: nothing is spoken for it."""

import os
import sys
import unittest
from unittest import mock

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import samples
import speech_voices as voices
from training import testing

NOISE = [np.random.default_rng(n).integers(-9000, 9000, 4000).astype(np.int16) for n in range(10)]


@mock.patch.object(voices, "speak_all", lambda side: dict.fromkeys(side.takes, NOISE))
class Samples(testing.SamplesTest, unittest.TestCase):
    script, suffix = samples, ".wav"


if __name__ == "__main__":
    unittest.main()
