"""Makes the clips: one second at 16 kHz of a word in a room, with noise, or of no word at all.

Clip number i of a set depends only on the utterances and on (seed, i), never on
the number of processes, so every run makes the same samples.
"""

import multiprocessing

import numpy as np

import speech_voices
from speech_voices import KEYWORDS
from wav import RATE

SAMPLES = RATE  # of a clip: one second
UNKNOWN, SILENCE = "unknown", "silence"
CLASSES = KEYWORDS + [UNKNOWN, SILENCE]
TEST_TURNS = list(range(len(CLASSES)))  # the labels of a set, which take turns: the classes are balanced
TRAIN_TURNS = TEST_TURNS + [CLASSES.index(UNKNOWN)]  # a word that is no keyword needs more examples
TEST_SEED = 1_000_003  # of the clips that outcomes.csv is about, whatever a training's --seed says
ROOM = 2 * SAMPLES  # length of the Fourier transform: reverberation must not come round from the end


def decibels(value):
    return 10 ** (value / 20)


def level(samples):
    """Returns the root of the mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(samples)))) + 1e-9


def hum(rng):
    """Returns a second of mains hum, level 1: a tone and its harmonics."""
    harmonics = np.arange(1, 9)[:, None]
    turns = rng.choice([50, 60]) * harmonics * np.arange(SAMPLES) / RATE + rng.uniform(size=harmonics.shape)
    sound = (rng.uniform(size=harmonics.shape) / harmonics * np.sin(2 * np.pi * turns)).sum(0)
    return sound / level(sound)


def noise(rng):
    """Returns a second of noise, level 1: white to brown, now and then with mains hum in it."""
    spectrum = rng.normal(size=SAMPLES // 2 + 1) + 1j * rng.normal(size=SAMPLES // 2 + 1)
    spectrum *= np.maximum(np.arange(SAMPLES // 2 + 1), 20.0) ** -rng.uniform(0, 1.2)
    sound = np.fft.irfft(spectrum, SAMPLES)
    sound /= level(sound)
    if rng.uniform() < 0.25:
        sound += rng.uniform(0.5, 3) * hum(rng)
    return sound / level(sound)


def babble(rng, words):
    """Returns a second of several voices at once, level 1."""
    sound = np.zeros(SAMPLES)
    for _ in range(rng.integers(3, 9)):
        voice = pick_other(rng, words)
        at = rng.integers(SAMPLES)
        part = voice[:SAMPLES - at]
        sound[at:at + len(part)] += part / level(part)
    return sound / level(sound)


def pick(rng, utterances):
    return utterances[rng.integers(len(utterances))].astype(np.float64)


def pick_other(rng, words):
    """Returns an utterance of any of the words, each as likely."""
    return pick(rng, words[rng.integers(len(words))])


def stretch(rng, spoken, spread):
    """Plays an utterance a little faster or slower: pitch, formants and length change together."""
    rate = np.exp(rng.normal(0, spread))
    at = np.arange(0, len(spoken) - 1, rate)[:SAMPLES]
    return np.interp(at, np.arange(len(spoken)), spoken)


def place(rng, spoken, d):
    """Puts an utterance into the second: near the middle, or anywhere that it fits."""
    slack = SAMPLES - len(spoken)
    at = int(np.clip(slack / 2 + rng.uniform(-1, 1) * slack / 2 * (0.3 + 0.6 * d), 0, slack))
    clip = np.zeros(SAMPLES)
    clip[at:at + len(spoken)] = spoken
    return clip


def room(rng, clip, d):
    """Sends a clip through a room and a microphone: an echo that dies away, and a bent frequency response."""
    spectrum = np.fft.rfft(clip, ROOM)
    octave = np.log2(np.maximum(np.arange(len(spectrum)) * RATE / ROOM, 40.0) / 1000)
    bend = rng.normal(0, 1 + 3 * d) * octave  # a tilt, in dB an octave
    bend += rng.normal(0, 1 + 4 * d) * np.cos(2 * np.pi * (octave / rng.uniform(2, 5) + rng.uniform()))
    spectrum *= decibels(np.clip(bend, -30, 15))
    if rng.uniform() < 0.2 + 0.5 * d:
        length = int(RATE * rng.uniform(0.05, 0.1 + 0.3 * d))  # to -60 dB
        tail = rng.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
        tail *= decibels(rng.uniform(-15, -6 + 6 * d)) / np.sqrt(np.sum(tail ** 2))
        tail[0] = 1
        spectrum *= np.fft.rfft(tail, ROOM)
    return np.fft.irfft(spectrum, ROOM)[:SAMPLES]


def quantise(clip, loudness):
    """Scales a clip to a level, cuts what is too loud, as a converter does, and rounds to 16 bits."""
    return np.clip(np.rint(clip * 32767 * loudness), -32768, 32767).astype(np.int16)


def interrupt(rng, clip, other):
    """Adds the end of the word before, or the beginning of the next."""
    other *= decibels(rng.uniform(-15, -3)) / level(other)
    length = min(rng.integers(800, 4000), len(other))
    if rng.uniform() < 0.5:
        clip[:length] += other[-length:]
    else:
        clip[-length:] += other[:length]


def spoken_clip(rng, utterance, words, spread):
    """Makes one clip of a word. d is how hard it is: 0 is a quiet room, 1 is a far voice in a crowd."""
    d = rng.uniform()
    clip = place(rng, stretch(rng, utterance, spread), d)
    clip /= level(clip[clip != 0])
    if rng.uniform() < 0.5 * d:
        interrupt(rng, clip, pick_other(rng, words))
    clip = room(rng, clip, d)
    clip /= level(clip)
    behind = babble(rng, words) if rng.uniform() < 0.3 else noise(rng)
    clip += behind * decibels(-rng.uniform(26 - 18 * d, 36 - 24 * d))
    return quantise(clip / level(clip), decibels(rng.uniform(-38, -16)))


def silent_clip(rng):
    """Makes one clip without a word: noise, hum, or next to nothing, now and then with a click."""
    clip = noise(rng)
    if rng.uniform() < 0.3:
        at, length = rng.integers(SAMPLES - 400), rng.integers(20, 400)
        click = rng.normal(size=length) * np.exp(-5 * np.arange(length) / length)
        clip[at:at + length] += rng.uniform(3, 15) * click
    return quantise(clip, decibels(rng.uniform(-90, -18)))


def make_range(job):
    """Makes clips first..last-1 of a set, for labels that take turns."""
    turns, spread, seed, first, last = job
    clips = np.empty((last - first, SAMPLES), np.int16)
    for i in range(first, last):
        rng = np.random.default_rng([seed, i])
        label = CLASSES[turns[i % len(turns)]]
        if label == SILENCE:
            clips[i - first] = silent_clip(rng)
            continue
        utterance = pick_other(rng, OTHERS) if label == UNKNOWN else pick(rng, SPOKEN[label])
        clips[i - first] = spoken_clip(rng, utterance, OTHERS, spread)
    return clips


def make_set(side, turns, seed, count):
    """Returns (clips, labels) of one side of the split, made by all processors; labels take turns."""
    global SPOKEN, OTHERS  # the processes inherit them: a copy for each job would cost more than the job
    SPOKEN = speech_voices.speak_all(side)
    OTHERS = [SPOKEN[word] for word in side.others]
    jobs = [(turns, side.spread, seed, at, min(at + 500, count)) for at in range(0, count, 500)]
    with multiprocessing.Pool() as pool:
        clips = np.concatenate(pool.map(make_range, jobs, chunksize=1))
    return clips, np.resize(turns, count)
