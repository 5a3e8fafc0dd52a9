"""Holds the clips and the network to what the model card says of them; nothing is spoken for it."""

import os
import sys
import unittest
from unittest import mock

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import speech_data as data
import speech_model
import speech_voices as voices
from wav import RATE


def tone(hertz, seconds, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


class Split(unittest.TestCase):
    def test_sides_share_nothing(self):
        for name in ("accents", "variants", "others"):
            train, test = getattr(voices.TRAIN, name), getattr(voices.TEST, name)
            self.assertFalse(set(train) & set(test), name)
            self.assertEqual(len(train + test), len(set(train + test)), name)

    def test_no_keyword_is_unknown(self):
        self.assertFalse(set(voices.KEYWORDS) & set(voices.TRAIN_WORDS + voices.TEST_WORDS))


class Clips(unittest.TestCase):
    def make(self, seed, count):
        utterances = [(8000 * tone(200 * n, 0.1 * n)).astype(np.int16) for n in range(1, 11)]
        with mock.patch.object(voices, "speak_all", lambda side: dict.fromkeys(side.takes, utterances)):
            return data.make_set(voices.TEST, data.TEST_TURNS, seed, count)

    def test_a_clip_depends_on_seed_and_number_alone(self):
        many, few, others = self.make(1, 40), self.make(1, 20), self.make(2, 20)
        np.testing.assert_array_equal(many[0][:20], few[0])
        self.assertFalse((few[0] == others[0]).all(1).any())

    def test_labels_take_turns(self):
        clips, labels = self.make(1, 32)
        self.assertEqual(clips.shape, (32, data.SAMPLES))
        self.assertEqual(labels.tolist(), 2 * list(range(len(data.CLASSES))))


class FrontEnd(unittest.TestCase):
    def hear(self, samples):
        with torch.no_grad():
            return speech_model.FrontEnd()(torch.from_numpy(samples).float().unsqueeze(0))[0]

    def test_a_tone_is_in_one_band(self):
        low, high = (self.hear(np.concatenate([np.zeros(RATE // 2), tone(hertz, 0.5)])) for hertz in (300, 3000))
        self.assertLess(low[:, 300].argmax(), high[:, 300].argmax())

    def test_loudness_hardly_matters(self):
        word = tone(500, 1) * np.hanning(RATE) + np.random.default_rng(1).normal(0, 0.05, RATE)
        self.assertLess((self.hear(word) - self.hear(4 * word)).abs().mean(), 0.02)


class Network(unittest.TestCase):
    def test_four_exits(self):
        exits = speech_model.Speech(16).eval()(torch.zeros(2, RATE))
        self.assertEqual([logits.shape for logits in exits], 4 * [(2, 16)])


if __name__ == "__main__":
    unittest.main()
