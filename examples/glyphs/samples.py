#!/usr/bin/python3
"""Renders labelled images from the fonts of the test, other images than the test's.

The same seed gives the same images, and a larger --count only adds to them. OUT gets
the files and a labels.csv, as delen infer, profile and demo read them.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

try:
    from PIL import Image

    import glyphs_data as data
    from training import samples
except ImportError as error:
    sys.exit("samples.py: %s; it needs Debian's packages in requirements.apt and /usr/bin/python3" % error)


def make(seed, count):
    """Returns the labels, and what writes one image."""
    images, labels = data.make_set(data.TEST_FAMILIES, seed, count)
    return [data.CLASSES[label] for label in labels], lambda path, i: Image.fromarray(images[i]).save(path, optimize=True)


def main():
    return samples.run(__doc__, "images", ".png", data.TEST_SEED, make)


if __name__ == "__main__":
    sys.exit(main())
