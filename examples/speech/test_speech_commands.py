"""Trains on a tiny folder with the layout of Speech Commands, and on broken ones."""

import argparse
import os
import sys
import unittest

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import speech_commands
import wav
from training.testing import TrainTest

WORDS = ["yes", "no", "left", "cat", "tree"]


class SpeechCommands(TrainTest):
    script = os.path.join(HERE, "train.py")
    option = "--speech-commands"

    def setUp(self):
        super().setUp()
        lists = {"train": [], "validation": [], "testing": []}
        for number, word in enumerate(WORDS):
            for take in range(6):
                clip = "%s/%08x_nohash_%d.wav" % (word, number, take)
                self.tone(clip, 300 * (number + 1), 12000 + 1500 * take)  # shorter, exact and longer than a second
                lists[["train", "train", "train", "train", "validation", "testing"][take]].append(clip)
        for name in ("validation", "testing"):
            self.write(name + "_list.txt", text="\n".join(lists[name]) + "\n")
        self.tone("_background_noise_/hiss.wav", 50, 40000)
        self.write("_background_noise_/README.md", text="not a clip\n")
        self.write("LICENSE", text="not a folder\n")

    def tone(self, clip, hertz, count):
        wav.write(self.path(clip), 8000 * np.sin(2 * np.pi * hertz / wav.RATE * np.arange(count)))

    def train(self, *more):
        return super().train("--words", "yes,no,left", *more)

    def read(self):
        return speech_commands.read(argparse.Namespace(
            speech_commands=self.data, words=["yes", "no", "left"], samples=40, seed=1))

    def test_trains(self):
        self.assert_trained(["yes", "no", "left", "unknown", "silence"], [16000], ".wav", tests=5)
        self.assertEqual(len(wav.read(os.path.join(self.out, "test", "000.wav"))), 16000)

    def test_another_rate(self):
        path = self.path("no", "00000001_nohash_0.wav")
        with open(path, "r+b") as file:
            file.seek(24)
            file.write((8000).to_bytes(4, "little"))
        self.assert_refused(path, "at 8000 Hz", "16 bits at 16000 Hz")

    def test_no_wave(self):
        self.write("_background_noise_", "hiss.wav", text="hiss")
        self.assert_refused("hiss.wav", "not a WAV file")

    def test_empty_wave(self):
        self.tone("yes/00000000_nohash_5.wav", 1, 0)
        self.assert_refused("yes/00000000_nohash_5.wav", "holds no samples")

    def test_missing_list(self):
        os.remove(self.path("testing_list.txt"))
        self.assert_refused("testing_list.txt", "no such file", "<word>/<file>.wav")

    def test_list_names_missing_clip(self):
        self.write("testing_list.txt", text="yes/gone.wav\n")
        self.assert_refused("testing_list.txt", "yes/gone.wav")

    def test_list_leaves_nothing(self):
        self.write("validation_list.txt", text="yes/00000000_nohash_0.wav\n")
        self.assert_refused(self.data, "no clip of no is for validation")

    def test_missing_word(self):
        os.rename(self.path("left"), self.path("right"))
        self.assert_refused(self.path("left"), "no such folder")

    def test_no_background(self):
        os.remove(self.path("_background_noise_", "hiss.wav"))
        self.assert_refused("_background_noise_", "no WAV files")

    def test_no_folder(self):
        self.data += "-elsewhere"
        self.assert_fails(1, "train.py: %s: there is no such folder" % self.data, "Speech Commands")

    def test_no_out(self):
        self.assert_fails(2, "--speech-commands needs --out DIR")


if __name__ == "__main__":
    unittest.main()
