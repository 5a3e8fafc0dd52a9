"""Reads a folder of Google's Speech Commands, layout v0.02.

  DIR/<word>/*.wav               one word each, a second or less at 16 kHz
  DIR/_background_noise_/*.wav   noise, longer
  DIR/validation_list.txt        the clips of the validation set, as <word>/<file>.wav
  DIR/testing_list.txt           those of the test set; all others are for training

Words that are no keywords make the class unknown, background noise the class
silence. A training clip is a file, shifted and with noise, that depends only on
(seed, i); the clips of the other two sets are the files as they are.
"""

import multiprocessing
import os

import numpy as np

import wav
from speech_data import SAMPLES, SILENCE, UNKNOWN
from training.command import DataError

WORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
BACKGROUND = "_background_noise_"
SHIFT = 1600  # a training clip is moved by up to this many samples, 100 ms
CLIPS = 48000  # training clips when nobody says how many


def read_list(folder, name):
    """Returns the clips that a list of the folder names; each must be there."""
    path = os.path.join(folder, name)
    try:
        with open(path, encoding="utf-8") as file:
            names = file.read().split()
    except FileNotFoundError:
        raise DataError("%s: there is no such file; a Speech Commands folder has it, with a line"
                        " <word>/<file>.wav for each clip" % path)
    except UnicodeDecodeError:
        raise DataError("%s: not a text file; expected is a line <word>/<file>.wav for each clip" % path)
    for clip in names:
        if not os.path.isfile(os.path.join(folder, clip)):
            raise DataError("%s: names %s, which is not in %s" % (path, clip, folder))
    return set(names)


def find_waves(folder, word):
    path = os.path.join(folder, word)
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith(".wav"))
    except (FileNotFoundError, NotADirectoryError):
        raise DataError("%s: there is no such folder; expected are the clips of that word, as WAV files" % path)
    if not names:
        raise DataError("%s: holds no WAV files" % path)
    return ["%s/%s" % (word, name) for name in names]


class Folder:
    """What a Speech Commands folder holds: classes, and the clips of each class on each of the three sides."""

    def __init__(self, path, words):
        if not os.path.isdir(path):
            raise DataError("%s: there is no such folder; expected is an unpacked Speech Commands v0.02" % path)
        self.path, self.classes = path, words + [UNKNOWN, SILENCE]
        others = sorted(name for name in os.listdir(path) if os.path.isdir(os.path.join(path, name))
                        and name not in words and not name.startswith(("_", ".")))
        if not others:
            raise DataError("%s: holds no words but the keywords; others are needed to learn what is unknown" % path)
        self.clips = [find_waves(path, word) for word in words]
        self.clips.append([clip for word in others for clip in find_waves(path, word)])
        self.noises = [self.read(clip) for clip in find_waves(path, BACKGROUND)]
        self.lists = {"validation": read_list(path, "validation_list.txt"), "test": read_list(path, "testing_list.txt")}

    def read(self, clip):
        return wav.read(os.path.join(self.path, clip))

    def side(self, name):
        """Returns the clips of each class but silence that are for training, validation or test."""
        held = {"train": lambda c: not any(c in clips for clips in self.lists.values())}
        held.update({other: clips.__contains__ for other, clips in self.lists.items()})
        side = [[clip for clip in clips if held[name](clip)] for clips in self.clips]
        for label, clips in zip(self.classes, side):
            if not clips:
                raise DataError("%s: no clip of %s is for %s; see validation_list.txt and testing_list.txt" % (
                    self.path, label, name))
        return side

    def noise(self, rng):
        """Returns a second of background noise, at a loudness by chance."""
        noise = self.noises[rng.integers(len(self.noises))]
        at = rng.integers(max(1, len(noise) - SAMPLES + 1))
        return fitted(noise[at:at + SAMPLES]) * rng.uniform()


def fitted(samples):
    """Cuts a clip to a second, or adds silence to it, as floats."""
    return np.pad(samples[:SAMPLES], (0, max(0, SAMPLES - len(samples)))).astype(np.float32)


def clipped(samples):
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def vary(samples, folder, rng):
    """Moves a clip and puts noise behind it."""
    moved = np.roll(np.pad(fitted(samples), SHIFT), rng.integers(-SHIFT, SHIFT + 1))[SHIFT:-SHIFT]
    return moved + (0.1 * folder.noise(rng) if rng.uniform() < 0.8 else 0)


def train_clips(job):
    """Makes training clips first..last-1; the label of clip i is i modulo the number of classes."""
    seed, first, last = job
    folder, side = TRAIN
    clips = np.empty((last - first, SAMPLES), np.int16)
    for i in range(first, last):
        rng = np.random.default_rng([seed, i])
        label = i % len(folder.classes)
        if folder.classes[label] == SILENCE:
            clips[i - first] = clipped(folder.noise(rng))
        else:
            clips[i - first] = clipped(vary(folder.read(side[label][rng.integers(len(side[label]))]), folder, rng))
    return clips


def train_set(folder, count, seed):
    global TRAIN  # the processes inherit it
    TRAIN = folder, folder.side("train")
    jobs = [(seed, at, min(at + 500, count)) for at in range(0, count, 500)]
    with multiprocessing.Pool() as pool:
        clips = np.concatenate(pool.map(train_clips, jobs, chunksize=1))
    return clips, np.arange(count) % len(folder.classes)


def held_set(folder, name, seed):
    """Returns all clips of the keywords, and as many unknown and silent ones as there are of one keyword on average."""
    rng = np.random.default_rng([seed])
    side = folder.side(name)
    count = max(1, round(np.mean([len(clips) for clips in side[:-1]])))
    side[-1] = list(rng.permutation(side[-1]))[:count]
    chosen = [(label, clip) for label, clips in enumerate(side) for clip in clips]
    chosen += [(len(side), None)] * count
    chosen = [chosen[at] for at in rng.permutation(len(chosen))]
    clips = [folder.noise(rng) if clip is None else fitted(folder.read(clip)) for _, clip in chosen]
    return clipped(np.stack(clips)), np.array([label for label, _ in chosen])


def read(args):
    """Returns the sets for training, validation and test, the classes, and what metrics.json says about them."""
    folder = Folder(args.speech_commands, args.words)
    train = train_set(folder, args.samples or CLIPS, args.seed)
    shown, test = held_set(folder, "validation", 1), held_set(folder, "test", 2)
    return train, shown, test, folder.classes, {"source": "Speech Commands"}
