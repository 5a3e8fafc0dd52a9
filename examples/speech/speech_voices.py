"""Who speaks and what: espeak-ng's accents and variants, the words, and the utterances.

An utterance is one word spoken once. Utterance number n of a word on one side of
the split depends only on the side, the word and n, so every run speaks the same.
"""

import multiprocessing
import subprocess
import zlib

import numpy as np
from scipy.signal import resample_poly

from training.command import DataError
from wav import RATE

SPOKEN_RATE = 22050  # of what espeak-ng writes
KEYWORDS = [
    "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "music", "window", "camera", "kitchen",
]

# The split is by accent and by variant: no test clip shares either with a training
# clip. Variants of one family, which set almost the same formants, stay together.
# "en" is British; espeak-ng 1.51 ignores the variant of a voice that is called
# "en-gb". Three variants are left out: fast changes nothing, and caleb and klatt6
# say the same as klatt.
TRAIN_ACCENTS = ["en", "en-us", "en-us-nyc", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan"]
TEST_ACCENTS = ["en-029", "en-gb-x-gbcwmd"]
TRAIN_VARIANTS = [
    "Alex", "Andrea", "Annie", "Demonic", "Denis", "Diogo", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mike",
    "Mr serious", "Nguyen", "RicishayMax", "RicishayMax2", "RicishayMax3", "Storm", "Tweaky", "UniRobot", "adam",
    "anika", "anikaRobot", "announcer", "aunty", "benjamin", "boris", "ed", "f1", "f2", "f4", "grandma", "grandpa",
    "iven", "iven2", "iven3", "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "m1",
    "m2", "m4", "m5", "m6", "m8", "marcelo", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy",
    "rob", "robert", "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6", "robosoft7",
    "robosoft8", "sandro", "shelby", "whisper", "whisperf", "zac",
]
TEST_VARIANTS = [
    "Alicia", "Andy", "AnxiousAndy", "Gene", "Gene2", "Mario", "Michael", "antonio", "belinda", "croak", "david",
    "edward", "edward2", "f3", "f5", "gustave", "linda", "m3", "m7", "steph", "steph2", "steph3", "travis", "victor",
]

# Words that are none of the keywords, and that sound like none in another accent, as
# lift sounds like left; those of the test are never heard in training.
TRAIN_WORDS = """
    about above after again air all animal apple arm ask away baby back bad ball bank bar bath beach bed bell best
    big bird black blood blue boat body bone book bottle box boy bread bridge bring brother brown build burn bus
    button buy call car card cat chair change cheap child church city class clean clock cloud coat cold come
    cook corn cost count cow cross cup cut dance dark day deep dinner dog draw dream dress drink drive dry dust
    early earth east eat egg eight end every eye face fall family farm fast father few field fight finger fire fish
    five floor flower fly food foot forest four free friend front fruit full game garden gate girl give glass gold
    good grass green ground group hair half hand happy hard hat head hear heart heavy hill hold home horse hot hour
    house ice iron island job jump key kind king knee knife lake lamp land large last late laugh leaf learn
    leg letter line lip list little long look lost love low lunch machine make man map market meat meet metal
    middle milk mind mine minute money month moon morning mother mountain mouth move much name near neck need never
    new news next nice night nine north nose nothing number ocean oil old one orange other out over page paint paper
    park part party path pay pen people phone piece pig place plan plant play point police poor post potato pull push
    queen quick rain read red rest rice rich ring river road rock roof room rope round run salt same sand school sea
    seat second seed sell send seven shape sharp sheep ship shirt shoe shop short show sister sit six skin sky sleep
    slow small smile snow soap soft some son song soup south space spoon spring square star start steel stick stone
    store story street strong student sugar summer sun sweet swim table tail tall taste tea teach ten test thank thick
    thin thing think three ticket time tiny today tomato tooth top town train tree trip true turn two under uncle
    valley very village voice wait walk wall want warm wash watch water week well west wet wheel white who wide wife
    wind wine winter with woman wood word work world worm yard year yellow yesterday young zero
""".split()
TEST_WORDS = """
    bear between bright butter candle castle circle coffee copper cotton cream dollar doctor dozen eleven engine
    evening feather follow fork fresh ghost guitar hammer happen honey hotel insect jacket jungle kettle ladder lemon
    lion marble mirror monkey mud needle noise office onion open parrot pencil pepper picture pillow planet pocket
    purple rabbit shadow silver spider station stock storm sunday taxi thunder tiger travel tunnel twenty velvet
    violin visit wagon weather whistle wonder writer yoghurt
""".split()


class Side:
    """One side of the split: who may speak, what is not a keyword, how often each word is spoken.

    spread is how much faster or slower an utterance is played, as a standard
    deviation of the logarithm: on the training side much, which makes more voices
    out of those that there are.
    """

    def __init__(self, name, accents, variants, others, keyword_takes, other_takes, spread):
        self.name, self.accents, self.variants, self.others, self.spread = name, accents, variants, others, spread
        self.takes = {word: keyword_takes for word in KEYWORDS}
        self.takes.update({word: other_takes for word in others})


TRAIN = Side("train", TRAIN_ACCENTS, TRAIN_VARIANTS, TRAIN_WORDS, 700, 30, 0.10)
TEST = Side("test", TEST_ACCENTS, TEST_VARIANTS, TEST_WORDS, 160, 30, 0.03)


def speak(job):
    """Speaks one word; returns 16-bit samples at RATE without the silence around them."""
    side, word, take = job
    rng = np.random.default_rng([zlib.crc32(("%s %s" % (side.name, word)).encode()), take])
    voice = "%s+%s" % (rng.choice(side.accents), rng.choice(side.variants))
    command = ["espeak-ng", "-v", voice, "-s", str(rng.integers(120, 231)), "-p", str(rng.integers(15, 91)),
               "--stdout", word]
    try:
        wave = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise DataError("espeak-ng does not speak: %s; install what requirements.apt lists" % error)
    spoken = np.frombuffer(wave, np.int16, offset=44).astype(np.float32)  # 44: the header
    loud = np.flatnonzero(np.abs(spoken) > 0.02 * np.abs(spoken).max())
    spoken = resample_poly(spoken[loud[0]:loud[-1] + 1], RATE, SPOKEN_RATE)
    return np.clip(np.rint(spoken), -32768, 32767).astype(np.int16)[:RATE]


def speak_all(side):
    """Returns {word: [utterances]}, spoken by all processors."""
    jobs = [(side, word, take) for word, takes in side.takes.items() for take in range(takes)]
    with multiprocessing.Pool() as pool:
        spoken = iter(pool.map(speak, jobs, chunksize=50))
    return {word: [next(spoken) for _ in range(takes)] for word, takes in side.takes.items()}
