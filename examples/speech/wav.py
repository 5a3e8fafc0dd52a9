"""Reads and writes WAV files of one channel of 16-bit samples, 16,000 a second."""

import wave

import numpy as np

from training.command import DataError

RATE = 16000  # samples a second


def read(path):
    """Returns the samples of a file, as 16-bit numbers; a file of another kind is a DataError that names it."""
    try:
        with wave.open(path, "rb") as file:
            form = file.getnchannels(), 8 * file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise DataError("%s: there is no such file" % path)
    except (wave.Error, EOFError) as error:
        raise DataError("%s: not a WAV file of PCM samples (%s)" % (path, str(error) or "it ends too early"))
    if form != (1, 16, RATE):
        raise DataError("%s: %d channel(s) of %d bits at %d Hz; expected is 1 channel of 16 bits at %d Hz, as from"
                        " sox IN -c 1 -b 16 -r %d OUT" % ((path,) + form + (RATE, RATE)))
    samples = np.frombuffer(data[:len(data) // 2 * 2], "<i2")
    if not len(samples):
        raise DataError("%s: holds no samples" % path)
    return samples


def write(path, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
