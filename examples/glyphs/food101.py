"""Reads a folder of the Food-101 pictures.

  DIR/images/<class>/<id>.jpg   the pictures
  DIR/meta/classes.txt          the classes, one a line
  DIR/meta/train.txt            the pictures to train on, as <class>/<id>, one a line
  DIR/meta/test.txt             those to test on

A picture is scaled so that its shorter side is 64 pixels, and cut to the square
in the middle.
"""

import multiprocessing
import os

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from training.command import DataError

SIZE = 64  # side of an image, in pixels
SHIFT = 4  # a training image is moved by up to this many pixels


def read_lines(folder, name, what):
    path = os.path.join(folder, "meta", name)
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file if line.strip()]
    except FileNotFoundError:
        raise DataError("%s: there is no such file; a Food-101 folder has it, with %s on each line" % (path, what))
    except UnicodeDecodeError:
        raise DataError("%s: not a text file; expected is %s on each line" % (path, what))
    if not lines:
        raise DataError("%s: holds no lines; expected is %s on each" % (path, what))
    return lines


def read_set(folder, name, classes):
    """Returns the names of the pictures that a list names, and their labels."""
    pictures = read_lines(folder, name, "<class>/<id>")
    numbers = {label: number for number, label in enumerate(classes)}
    for at, picture in enumerate(pictures, 1):
        if picture.count("/") != 1 or picture.split("/")[0] not in numbers:
            raise DataError("%s: line %d: %r is not <class>/<id> with a class of classes.txt" % (
                os.path.join(folder, "meta", name), at, picture))
    labels = np.array([numbers[picture.split("/")[0]] for picture in pictures])
    for label, number in numbers.items():
        if number not in labels:
            raise DataError("%s: names no picture of %s" % (os.path.join(folder, "meta", name), label))
    return np.array(pictures), labels


def load(path):
    """Reads one picture: an array [SIZE, SIZE, 3] of 8 bits."""
    try:
        with Image.open(path) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (SIZE, SIZE), Image.Resampling.BILINEAR)
    except FileNotFoundError:
        raise DataError("%s: there is no such file, but a list in meta/ names it" % path)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError("%s: not a picture that can be read (%s)" % (path, error))
    return np.asarray(square)


def load_all(folder, pictures):
    paths = [os.path.join(folder, "images", picture + ".jpg") for picture in pictures]
    with multiprocessing.Pool() as pool:
        return np.stack(pool.map(load, paths, chunksize=50))


def read(args):
    """Returns the sets for training and test, the classes, and what metrics.json says about them."""
    folder = args.food_101
    if not os.path.isdir(folder):
        raise DataError("%s: there is no such folder; expected is an unpacked Food-101" % folder)
    classes = read_lines(folder, "classes.txt", "a class")
    pictures, labels = read_set(folder, "train.txt", classes)
    order = np.random.default_rng(args.seed).permutation(len(pictures))[:args.samples]  # None: all
    train = load_all(folder, pictures[order]), labels[order]
    pictures, labels = read_set(folder, "test.txt", classes)
    order = np.random.default_rng(0).permutation(len(pictures))  # so that the first ones are of all classes
    return train, (load_all(folder, pictures[order]), labels[order]), classes, {"source": "Food-101"}


def vary(inputs, generator):
    """Mirrors half of a batch, and moves it all by a few pixels."""
    mirrored = torch.rand(len(inputs), generator=generator) < 0.5
    inputs = torch.where(mirrored.view(-1, 1, 1, 1), inputs.flip(3), inputs)
    down, right = torch.randint(0, 2 * SHIFT + 1, (2,), generator=generator).tolist()
    padded = torch.nn.functional.pad(inputs, [SHIFT] * 4, mode="replicate")
    return padded[:, :, down:down + SIZE, right:right + SIZE]
