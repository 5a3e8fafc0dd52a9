"""Trains on a tiny folder with the layout of Food-101, and on broken ones."""

import argparse
import os
import sys
import unittest

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import food101
from training.testing import TrainTest

CLASSES = ["apple_pie", "ramen", "waffles"]


class Food101(TrainTest):
    script = os.path.join(HERE, "train.py")
    option = "--food-101"

    def setUp(self):
        super().setUp()
        lists = {"train": [], "test": []}
        rng = np.random.default_rng(1)
        for number, name in enumerate(CLASSES):
            for id in range(8):
                size = (90, 70) if id % 2 else (64, 128)
                pixels = rng.integers(0, 60, size + (3,)) + np.array([60 * number, 90, 180 - 60 * number])
                Image.fromarray(pixels.astype(np.uint8)).save(self.path("images", name, "%d.jpg" % id))
                lists["train" if id < 6 else "test"].append("%s/%d" % (name, id))
        Image.new("L", (80, 80)).save(self.path("images", "ramen", "0.jpg"))  # the real folder has gray ones
        for name, pictures in lists.items():
            self.write("meta", name + ".txt", text="\n".join(pictures) + "\n")
        self.write("meta", "classes.txt", text="\n".join(CLASSES) + "\n")

    def read(self):
        return food101.read(argparse.Namespace(food_101=self.data, samples=None, seed=1))

    def test_trains(self):
        self.assert_trained(CLASSES, [3, 64, 64], ".png", tests=6)
        with Image.open(os.path.join(self.out, "test", "000.png")) as picture:
            self.assertEqual((picture.mode, picture.size), ("RGB", (64, 64)))

    def test_broken_picture(self):
        with open(self.path("images", "ramen", "7.jpg"), "r+b") as file:
            file.truncate(600)
        self.assert_refused(self.path("images", "ramen", "7.jpg"), "not a picture that can be read")

    def test_no_picture(self):
        self.write("images", "waffles", "1.jpg", text="waffle")
        self.assert_refused(self.path("images", "waffles", "1.jpg"), "not a picture that can be read")

    def test_missing_picture(self):
        os.remove(self.path("images", "waffles", "2.jpg"))
        self.assert_refused(self.path("images", "waffles", "2.jpg"), "no such file")

    def test_missing_list(self):
        os.remove(self.path("meta", "test.txt"))
        self.assert_refused(self.path("meta", "test.txt"), "no such file", "<class>/<id>")

    def test_another_class(self):
        self.write("meta", "train.txt", text="ramen/1\npizza/1\n")
        self.assert_refused(self.path("meta", "train.txt"), "line 2", "pizza/1", "classes.txt")

    def test_no_picture_of_a_class(self):
        self.write("meta", "train.txt", text="ramen/1\nwaffles/1\n")
        self.assert_refused(self.path("meta", "train.txt"), "no picture of apple_pie")

    def test_no_classes(self):
        self.write("meta", "classes.txt", text="\n")
        self.assert_refused(self.path("meta", "classes.txt"), "holds no lines")

    def test_no_folder(self):
        self.data += "-elsewhere"
        self.assert_fails(1, "train.py: %s: there is no such folder" % self.data, "Food-101")

    def test_out_is_in_use(self):
        os.makedirs(os.path.join(self.out, "test", "thesis"))
        self.assert_fails(1, os.path.join(self.out, "test"), "name another folder")

    def test_no_out(self):
        self.assert_fails(2, "--food-101 needs --out DIR")


if __name__ == "__main__":
    unittest.main()
