"""Renders the glyph images: one character from one Debian font per image.

Image number i of a set depends only on (seed, i), never on the number of
processes, so every run renders the same bytes. An image is 32x32, 8-bit gray,
dark ink on a light ground.
"""

import functools
import math
import multiprocessing
import os
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIZE = 32  # side of an image, in pixels
FINE = 2 * SIZE  # side while drawing; halved at the end for smooth edges
TEST_SEED = 1_000_003  # of the images that outcomes.csv is about, whatever a training's --seed says
MEAN, STD = 0.5, 0.5  # the network's input is (pixel/255 - MEAN) / STD

# Fonts are split by family, and a family goes to the same side as the families
# that share its drawings: no test letter has a twin among the training fonts.
TRAIN_FAMILIES = [
    "Accanthis ADF Std", "Accanthis ADF Std No3", "Agave", "Allerta", "Anonymous Pro",
    "Averia Sans GWF", "Averia Serif GWF", "Berenis ADF Pro", "C059", "CMU Bright",
    "CMU Concrete", "CMU Sans Serif", "CMU Serif", "CMU Typewriter Text", "Cabin",
    "Caladea", "Carlito", "Charis SIL", "DejaVu Sans", "DejaVu Sans Mono", "DejaVu Serif",
    "Doulos SIL", "EB Garamond", "Essays1743", "Fantasque Sans Mono", "Fanwood",
    "FreeMono", "FreeSans", "FreeSerif", "GFS Artemisia", "GFS Didot", "GNUTypewriter",
    "Gentium", "Gillius ADF", "Gillius ADF No2", "Go", "Go Mono", "Hack", "Hermit", "Inter",
    "Inter Display", "Irianis ADF Std", "JetBrains Mono", "Junction", "Junicode Two Beta",
    "Karla", "Lato", "Liberation Mono", "Liberation Sans", "Liberation Sans Narrow",
    "Liberation Serif", "Linden Hill", "Linux Biolinum O", "Linux Libertine O",
    "Linux Libertine Mono O", "Lobster Two", "Monoid", "Nimbus Mono PS", "Nimbus Roman",
    "Nimbus Sans", "Nimbus Sans Narrow", "Noto Mono", "Noto Sans", "Noto Sans Display",
    "Noto Sans Mono", "Noto Serif", "Noto Serif Display", "OCRA", "OSP-DIN", "Open Sans",
    "Open Sans Condensed", "OpenDyslexic", "OpenDyslexicAlta", "OpenDyslexicMono", "P052",
    "PT Mono", "PT Sans", "PT Sans Caption", "PT Sans Narrow", "PT Serif",
    "PT Serif Caption", "Rasa", "Roadgeek 2014 Series B", "Roadgeek 2014 Series D",
    "Roadgeek 2014 Series F", "Roboto", "Roboto Condensed", "Roboto Slab",
    "Romande ADF Std", "Romande ADF No2 Std", "Routed Gothic", "Routed Gothic Narrow",
    "Routed Gothic Wide", "Rufscript", "STIX", "STIXGeneral", "Sora", "Switzera ADF",
    "TeX Gyre Adventor", "TeX Gyre Bonum", "TeX Gyre Chorus", "TeX Gyre Cursor",
    "TeX Gyre Heros", "TeX Gyre Heros Cn", "TeX Gyre Pagella", "TeX Gyre Schola",
    "TeX Gyre Termes", "Tomson Talks", "Tuffy", "URW Bookman", "URW Gothic",
    "Universalis ADF Std", "Verana", "Verana Sans", "Yrsa", "Z003", "eurofurence",
    "eurofurence classic", "monofur", "mononoki", "okolaks", "osifont",
]
TEST_FAMILIES = [
    "Andika", "B612", "B612 Mono", "Baskervald ADF Std", "Cantarell", "Clear Sans",
    "Comfortaa", "Comic Neue", "Courier Prime", "Courier Prime Sans", "Dosis", "Fira Code",
    "GFS Neohellenic", "Goudy Bookletter 1911", "Inconsolata", "Jura", "Libris ADF Std",
    "Manrope", "OCR B", "Old Standard TT", "Oxygen Mono", "Oxygen-Sans", "Play", "Prociono",
    "Quattrocento", "Quicksand", "Vollkorn", "Yanone Kaffeesatz",
]


def package_files():
    """Returns the files of the packages in requirements.apt: no other font of the machine counts."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.apt")) as file:
        packages = file.read().split()
    listing = subprocess.run(["dpkg-query", "-L"] + packages, stdout=subprocess.PIPE, text=True)
    return set(listing.stdout.splitlines())


def find_fonts(families):
    """Returns, per family, the sorted font files; complains about a missing family."""
    files = package_files()
    listing = subprocess.run(
        ["fc-list", "--format", "%{file}\t%{family[0]}\t%{style[0]}\\n"],
        check=True, stdout=subprocess.PIPE, text=True)
    styles = {family: {} for family in families}
    for line in sorted(listing.stdout.splitlines()):
        path, family, style = (line.split("\t") + ["", ""])[:3]
        usable = path in files and path.endswith((".ttf", ".otf")) and "Inverted" not in style
        if usable and family in styles:
            styles[family].setdefault(style, path)
    missing = [family for family in families if not styles[family]]
    if missing:
        raise SystemExit("fonts not installed: %s (see requirements.apt)" % ", ".join(missing))
    return [sorted(styles[family].values()) for family in families]


@functools.lru_cache(maxsize=None)
def load_font(path):
    return ImageFont.truetype(path, 72, layout_engine=ImageFont.Layout.BASIC)


def draw_glyph(char, path):
    """Returns the ink of one character, cut to its box, 255 where there is ink."""
    font = load_font(path)
    left, top, right, bottom = font.getbbox(char)
    glyph = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(glyph).text((-left, -top), char, fill=255, font=font)
    return glyph


def warp(glyph, rng, d, centre=(0.0, 0.0)):
    """Places a glyph on the fine canvas, turned, sheared, scaled and bent.

    One mesh does it all: nine nodes of the canvas are mapped to points of the
    glyph; the random part of each node is the elastic bend.
    """
    width, height = glyph.size
    zoom = max(height, 0.85 * width) / (FINE * rng.uniform(0.62 - 0.12 * d, 0.78))
    angle = math.radians(rng.normal(0, 3 + 11 * d))
    shear = rng.normal(0, 0.05 + 0.15 * d)
    stretch = math.exp(rng.normal(0, 0.05 + 0.12 * d))
    shift = rng.normal(0, 1 + 2.5 * d, 2) + np.array(centre)
    bend = rng.normal(0, 0.5 + 3.0 * d, (3, 3, 2))

    def source(row, col):
        x, y = np.array([col, row]) * SIZE - SIZE - shift + bend[row, col]
        x, y = x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
        return ((x + shear * y) * stretch * zoom + width / 2, y / stretch * zoom + height / 2)

    mesh = []
    for row in (0, 1):
        for col in (0, 1):
            corners = [source(row, col), source(row + 1, col), source(row + 1, col + 1), source(row, col + 1)]
            box = (col * SIZE, row * SIZE, (col + 1) * SIZE, (row + 1) * SIZE)
            mesh.append((box, [value for corner in corners for value in corner]))
    return glyph.transform((FINE, FINE), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def stray_strokes(rng, d):
    """Returns a canvas with up to three thin lines, as scratches and rulings make."""
    canvas = Image.new("L", (FINE, FINE))
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.binomial(3, 0.1 + 0.45 * d)):
        points = rng.uniform(-8, FINE + 8, 4).tolist()
        pen.line(points, fill=int(rng.uniform(60, 230)), width=int(rng.integers(1, 5)))
    return canvas


def ground(rng, d):
    """Returns light paper with a linear gradient, 0 to 255."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / (SIZE - 1.0) - 0.5
    slope = rng.normal(0, 8 + 25 * d, 2)
    return rng.uniform(170, 240) + slope[0] * x + slope[1] * y


def render(char, path, neighbour, rng):
    """Renders one image. d is how hard it is: 0 is clean print, 1 is a bad scan."""
    d = rng.uniform()
    ink = np.asarray(warp(draw_glyph(char, path), rng, d), np.float32)
    if rng.uniform() < 0.6 * d:  # a bit of the next letter looks in
        side = rng.choice([-1, 1]) * rng.uniform(0.72, 0.9) * FINE
        ink = np.maximum(ink, np.asarray(warp(draw_glyph(neighbour, path), rng, d, (side, 0)), np.float32))
    ink = np.maximum(ink, np.asarray(stray_strokes(rng, d), np.float32))
    ink = ink.reshape(SIZE, 2, SIZE, 2).mean((1, 3)) / 255
    paper = ground(rng, d)
    dark = rng.uniform(10, 50 + 80 * d)
    picture = Image.fromarray(np.clip(paper + (np.minimum(dark, paper) - paper) * ink, 0, 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.3 + 1.2 * d)))
    noisy = np.asarray(picture, np.float32) + rng.normal(0, 2 + 40 * d * rng.uniform(), (SIZE, SIZE))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def render_range(job):
    """Renders images first..last-1 of a set; the label of image i is i modulo 36."""
    fonts, seed, first, last = job
    images = np.empty((last - first, SIZE, SIZE), np.uint8)
    for i in range(first, last):
        rng = np.random.default_rng([seed, i])
        family = fonts[rng.integers(len(fonts))]
        path = family[rng.integers(len(family))]
        neighbour = CLASSES[rng.integers(len(CLASSES))]
        images[i - first] = render(CLASSES[i % len(CLASSES)], path, neighbour, rng)
    return images


def make_set(families, seed, count):
    """Returns (images, labels), rendered by all processors."""
    labels = np.arange(count) % len(CLASSES)
    fonts = find_fonts(families)
    jobs = [(fonts, seed, at, min(at + 1000, count)) for at in range(0, count, 1000)]
    with multiprocessing.Pool() as pool:
        images = np.concatenate(pool.map(render_range, jobs, chunksize=1))
    return images, labels
