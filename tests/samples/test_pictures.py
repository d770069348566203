"""A picture becomes the input that its user's own PyTorch code would make of it, or is refused by name."""
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from job.samples.pictures import check_pictures, picture_input
from job.samples.values import BadSample
from job.settings.preprocessing import Preprocess
from job.values import TensorFacts

RED, GREEN, BLUE, GRAY = (250, 10, 20), (15, 240, 25), (30, 35, 230), (90, 90, 90)
PIXELS = np.array([[RED, GREEN, BLUE], [GRAY, RED, GREEN]], np.uint8)  # 2 rows, 3 columns, no symmetry


def facts(height=2, width=3, channels=3):
    return TensorFacts("image_array", "float32", (1, channels, height, width), (0, 2, 3, 1))


def content(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation):
    fields = Image.Exif()
    fields[0x0112] = orientation
    return fields.tobytes()


def read(bytes_, of=facts(), **preprocess):
    return picture_input(bytes_, of, Preprocess(**preprocess))


def test_values_are_those_of_torchvision_s_to_tensor_and_normalize():
    found = read(content(Image.fromarray(PIXELS)), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    expected = PIXELS.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    assert found.dtype == np.float32
    assert np.array_equal(found, (expected - mean[:, None, None]) / std[:, None, None])


def test_the_range_may_be_that_of_bytes():
    found = read(content(Image.fromarray(PIXELS)), range=255.0, mean=(127.0,), std=(128.0,))
    assert np.array_equal(found, (PIXELS.transpose(2, 0, 1).astype(np.float32) - 127) / 128)


def test_bgr_swaps_the_channels_and_takes_the_figures_in_its_own_order():
    found = read(content(Image.fromarray(PIXELS)), channels="bgr", range=255.0, mean=(1.0, 2.0, 3.0))
    assert found[:, 0, 0].tolist() == [RED[2] - 1, RED[1] - 2, RED[0] - 3]


STORED = {  # of an upright picture, the pixels that a camera held that way stores
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: np.rot90(upright, 2).transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", sorted(STORED))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_exif_s_orientation_is_undone(kind, orientation):
    upright = np.kron(PIXELS, np.ones((16, 16, 1), np.uint8))  # blocks: JPEG keeps them
    image = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    options = {"exif": exif(orientation)}
    if kind == "JPEG":
        options.update(quality=95, subsampling=0)
    found = read(content(image, kind, **options), facts(32, 48), range=255.0)
    assert np.abs(found - upright.transpose(2, 0, 1)).max() <= (0 if kind == "PNG" else 12)


def test_greyscale_is_the_same_in_every_channel():
    grey = np.array([[0, 90, 255], [7, 200, 31]], np.uint8)
    found = read(content(Image.fromarray(grey)), range=255.0)
    assert np.array_equal(found, np.stack([grey] * 3))
    one = read(content(Image.fromarray(grey)), facts(channels=1), channels="gray", range=255.0)
    assert np.array_equal(one, grey[np.newaxis])


def test_bilevel_is_black_and_white():
    bits = Image.fromarray(np.array([[0, 255, 0], [255, 0, 255]], np.uint8)).convert("1", dither=0)
    assert read(content(bits), range=255.0)[1].tolist() == [[0, 255, 0], [255, 0, 255]]


@pytest.mark.parametrize("mode, channels", [("RGBA", 4), ("LA", 2)])
def test_transparency_is_dropped_and_the_colour_under_it_stays(mode, channels):
    alpha = np.array([[[0], [128], [255]], [[3], [0], [77]]], np.uint8)
    colours = PIXELS[:, :, :channels - 1]
    found = read(content(Image.fromarray(np.concatenate([colours, alpha], axis=2), mode)), range=255.0)
    assert np.array_equal(found, np.broadcast_to(colours, PIXELS.shape).transpose(2, 0, 1))


@pytest.mark.parametrize("options", [{}, {"transparency": 0}, {"transparency": b"\x00\x80"}])
def test_a_palette_is_looked_up(options, recwarn):
    image = Image.fromarray(np.array([[0, 1, 2], [3, 0, 1]], np.uint8), "P")
    image.putpalette([value for colour in (RED, GREEN, BLUE, GRAY) for value in colour])
    assert np.array_equal(read(content(image, **options), range=255.0), PIXELS.transpose(2, 0, 1))
    assert not [str(warning.message) for warning in recwarn]


def test_the_centre_is_cut_out_in_the_shape_of_the_input():
    wide = np.zeros((4, 9, 3), np.uint8)
    wide[:, 2:6] = np.arange(1, 17).reshape(4, 4, 1)
    assert np.array_equal(read(content(Image.fromarray(wide)), facts(4, 4), range=255.0)[0],
                          np.arange(1, 17).reshape(4, 4))
    tall = content(Image.fromarray(np.ascontiguousarray(wide.transpose(1, 0, 2))))
    assert np.array_equal(read(tall, facts(4, 4), range=255.0)[0], np.arange(1, 17).reshape(4, 4).T)


@pytest.mark.parametrize("interpolation, pillow", [
    ("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC), ("nearest", Image.NEAREST)])
def test_a_share_of_it_is_resized_as_pillow_does(interpolation, pillow):
    picture = np.random.RandomState(3).randint(0, 256, (40, 64, 3)).astype(np.uint8)
    found = read(content(Image.fromarray(picture)), facts(14, 14), crop=0.875, interpolation=interpolation,
                 range=255.0)
    expected = Image.fromarray(picture[2:37, 14:49]).resize((14, 14), pillow)
    assert np.array_equal(found, np.asarray(expected).transpose(2, 0, 1))


@pytest.mark.parametrize("picture, top, left, height, width", [
    ((20, 40), 4, 0, 7, 14), ((40, 20), 0, 3, 15, 8), ((15, 14), 0, 0, 15, 14), ((1, 50), 7, 0, 1, 14), ((3, 3), 0, 0, 14, 14)])
def test_a_letterbox_keeps_the_whole_picture_amid_a_border(picture, top, left, height, width):
    pixels = np.random.RandomState(3).randint(0, 256, picture + (3,)).astype(np.uint8)
    found = read(content(Image.fromarray(pixels)), facts(15, 14), fit="letterbox", fill=114, range=255.0)
    expected = np.full((15, 14, 3), 114, np.float32)
    resized = Image.fromarray(pixels).resize((width, height), Image.BILINEAR)
    expected[top:top + height, left:left + width] = np.asarray(resized)
    assert np.array_equal(found, expected.transpose(2, 0, 1))


def test_a_letterbox_of_one_channel():
    """Its border is as grey as was said."""
    found = read(content(Image.fromarray(np.full((2, 4, 3), 9, np.uint8))), facts(4, 4, channels=1), fit="letterbox", fill=200,
                 channels="gray", range=255.0)
    assert found.tolist() == [[[200] * 4, [9] * 4, [9] * 4, [200] * 4]]


def test_stretched_it_fills_the_input():
    pixels = np.random.RandomState(3).randint(0, 256, (20, 40, 3)).astype(np.uint8)
    found = read(content(Image.fromarray(pixels)), facts(15, 14), fit="stretch", range=255.0)
    assert np.array_equal(found, np.asarray(Image.fromarray(pixels).resize((14, 15), Image.BILINEAR)).transpose(2, 0, 1))


def png_with_header(place, value):
    """A PNG whose header says something else at that place, its checksum right."""
    changed = bytearray(content(Image.fromarray(PIXELS)))
    changed[place:place + len(value)] = value
    changed[29:33] = zlib.crc32(bytes(changed[12:29])).to_bytes(4, "big")
    return bytes(changed)


def png_of_16_bits(mode):
    """A PNG whose header says 16 bits a channel, of greyscale or of colour."""
    if mode == "grey":
        return content(Image.fromarray(np.full((2, 3), 40000, np.uint16)))
    return png_with_header(24, b"\x10")


@pytest.mark.parametrize("mode", ["grey", "colour"])
def test_16_bits_a_channel_are_refused(mode):
    with pytest.raises(BadSample, match="16 bits"):
        read(png_of_16_bits(mode))


def test_cmyk_is_refused():
    with pytest.raises(BadSample, match="CMYK"):
        read(content(Image.fromarray(PIXELS).convert("CMYK"), "JPEG"))


def test_too_many_pixels_are_refused_before_they_are_unpacked():
    with pytest.raises(BadSample, match="9000 x 9000 pixels"):
        read(png_with_header(16, (9000).to_bytes(4, "big") * 2))


@pytest.mark.parametrize("preprocess, shape, said", [
    (Preprocess(channels="gray"), (1, 3, 8, 8), "1 channels cannot feed an input of shape 1,3,8,8"),
    (Preprocess(), (1, 1, 8, 8), "3 channels cannot feed an input of shape 1,1,8,8"),
    (Preprocess(), (1, 48), "3 channels cannot feed an input of shape 1,48"),
    (Preprocess(size=(8, 9)), (1, 3, 9, 8), "preprocess says 8 x 9, the input is 9 x 8"),
])
def test_inputs_that_no_picture_can_feed(preprocess, shape, said):
    with pytest.raises(BadSample) as refused:
        check_pictures((TensorFacts("x", "float32", shape, tuple(range(len(shape)))),), preprocess)
    assert said in str(refused.value)


def test_a_picture_feeds_no_two_inputs():
    with pytest.raises(BadSample, match="2 inputs"):
        check_pictures((facts(), facts()), Preprocess())
