"""What the tests of the trainings share: they run train.py as a user does, on tiny folders."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import onnx

from training.command import DataError


class TrainTest(unittest.TestCase):
    """A test with a temporary folder, data to make in it, and a train.py to run on it."""

    script = None  # the train.py
    option = None  # names the data set on its command line

    def read(self):
        """Reads the data set as train.py does."""
        raise NotImplementedError

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = os.path.join(folder.name, "data")
        self.out = os.path.join(folder.name, "out")

    def path(self, *parts):
        """Returns a path in the data set, and makes the folders above it."""
        path = os.path.join(self.data, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, *parts, text):
        with open(self.path(*parts), "w") as file:
            file.write(text)

    def train(self, *more):
        """Runs train.py on the data set; returns its status and what it said on standard error."""
        command = [sys.executable, self.script, self.option, self.data, "--epochs", "1", "--threads", "1", *more]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stderr

    def assert_trained(self, classes, row, suffix, tests):
        """Checks all that a training must write, for inputs of the shape row and so many test samples."""
        status, said = self.train("--out", self.out, "--samples", "40")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.lines("labels.txt"), classes)
        with open(os.path.join(self.out, "metrics.json")) as file:
            metrics = json.load(file)
        self.assertEqual(len(metrics["accuracy"]), 4)
        self.assertEqual(metrics["input"]["shape"], row)
        self.assert_outcomes(len(classes), tests)
        listed = list(csv.DictReader(self.lines("test", "labels.csv")))
        self.assertEqual(sorted(line["file"] for line in listed),
                         sorted(name for name in os.listdir(os.path.join(self.out, "test")) if name.endswith(suffix)))
        self.assertLessEqual({line["label"] for line in listed}, set(classes))
        graph = onnx.load(os.path.join(self.out, "model.onnx")).graph
        self.assertEqual([shape_of(value) for value in graph.input], [("input", ["batch"] + row)])
        self.assertEqual([shape_of(value) for value in graph.output],
                         [("exit%d" % exit, ["batch", len(classes)]) for exit in (1, 2, 3, 4)])

    def assert_outcomes(self, classes, tests):
        rows = list(csv.DictReader(self.lines("outcomes.csv")))
        self.assertEqual([(int(row["sample"]), int(row["exit"])) for row in rows],
                         [(sample, exit) for sample in range(tests) for exit in (1, 2, 3, 4)])
        for row in rows:
            self.assertIn(int(row["predicted"]), range(classes))
            self.assertTrue(1 / classes - 1e-3 <= float(row["confidence"]) <= 1, row)

    def assert_fails(self, status, *parts):
        """Checks that train.py ends with an error that has these parts, and without a stack trace."""
        got, said = self.train(*([] if status == 2 else ["--out", self.out]))
        self.assertEqual(got, status, said)
        self.assertNotIn("Traceback", said)
        for part in parts:
            self.assertIn(part, said)
        self.assertFalse(os.path.exists(os.path.join(self.out, "model.onnx")))

    def assert_refused(self, *parts):
        """Checks that reading the data set fails with an error that has these parts."""
        with self.assertRaises(DataError) as caught:
            self.read()
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def lines(self, *parts):
        with open(os.path.join(self.out, *parts)) as file:
            return file.read().splitlines()


class SamplesTest:
    """What every samples.py is held to; mixed into a TestCase, which makes the samples cheap."""

    script = None  # the module
    suffix = None  # of a file

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = os.path.join(folder.name, "out")

    def write(self, *more):
        """Runs it; returns the files' contents by name, or the exit status and what it said."""
        said = io.StringIO()
        with mock.patch.object(sys, "argv", ["samples.py", self.out, *more]), contextlib.redirect_stderr(said):
            try:
                status = self.script.main()
            except SystemExit as end:
                status = end.code
        if status:
            return status, said.getvalue()
        files = {}
        for name in os.listdir(self.out):
            with open(os.path.join(self.out, name), "rb") as file:
                files[name] = file.read()
        return files

    def test_samples_depend_on_seed_and_number_alone(self):
        few, more, others = self.write("--count", "20"), self.write("--count", "40"), self.write("--count", "20", "--seed", "3")
        names = ["%03d%s" % (i, self.suffix) for i in range(20)]
        self.assertEqual(sorted(few), names + ["labels.csv"])
        for name in names:
            self.assertEqual(few[name], more[name])
        self.assertNotEqual([few[name] for name in names], [others[name] for name in names])
        self.assertEqual(few["labels.csv"], others["labels.csv"])
        lines = few["labels.csv"].decode().splitlines()
        self.assertEqual(lines[:2], ["file,label", "%s,%s" % (names[0], self.script.data.CLASSES[0])])
        self.assertEqual(lines, more["labels.csv"].decode().splitlines()[:21])

    def test_the_test_s_own_seed(self):
        status, said = self.write("--seed", str(self.script.data.TEST_SEED))
        self.assertEqual(status, 2)
        self.assertIn("outcomes.csv is about: name another", said)

    def test_out_is_in_use(self):
        os.makedirs(self.out)
        kept = os.path.join(self.out, "thesis.txt")
        open(kept, "w").close()
        status, said = self.write()
        self.assertEqual(status, 1)
        self.assertIn("name another folder", said)
        self.assertTrue(os.path.exists(kept))


def shape_of(value):
    return value.name, [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
