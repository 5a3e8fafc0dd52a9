#!/usr/bin/python3
"""Makes labelled clips with the accents, voices and words of the test, other clips than the test's.

The utterances are the test's: what the seed changes is which of them are heard,
where in the second, in what room and in what noise.

The same seed gives the same clips, and a larger --count only adds to them. OUT gets
the files and a labels.csv, as delen infer, profile and demo read them.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

try:
    import speech_data as data
    import speech_voices as voices
    import wav
    from training import samples
except ImportError as error:
    sys.exit("samples.py: %s; it needs Debian's packages in requirements.apt and /usr/bin/python3" % error)


def make(seed, count):
    """Returns the labels, and what writes one clip."""
    clips, labels = data.make_set(voices.TEST, data.TEST_TURNS, seed, count)
    return [data.CLASSES[label] for label in labels], lambda path, i: wav.write(path, clips[i])


def main():
    return samples.run(__doc__, "clips", ".wav", data.TEST_SEED, make)


if __name__ == "__main__":
    sys.exit(main())
