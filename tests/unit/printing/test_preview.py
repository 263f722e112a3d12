"""Pages as pixels."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from clerk_app.errors import PrintError
from printing.preview import page_images
from printing.renderer import PdfRenderer

from . import samples


@pytest.fixture(scope="module")
def pdf():
    return PdfRenderer().render(samples.receipt(materials=samples.materials(12), mark="演示"))


def test_each_page_is_an_a4_picture_on_white(pdf):
    pages = page_images(pdf, dpi=75)
    assert len(pages) == 2
    for page in pages:
        assert (page.width, page.height) == pytest.approx((620, 877), abs=1)
        assert len(page.pixels) == page.width * page.height * 3
        assert page.pixels[:3] == b"\xff\xff\xff"


def test_a_png_holds_the_same_pixels(pdf):
    page = page_images(pdf, dpi=75)[0]
    picture = Image.open(io.BytesIO(page.png()))
    assert (picture.mode, picture.size) == ("RGB", (page.width, page.height))
    assert picture.tobytes() == page.pixels


def test_pages_may_be_asked_for_from_several_threads(pdf):
    alone = page_images(pdf, dpi=40)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: page_images(pdf, dpi=40), range(8))) == [alone] * 8


@pytest.mark.parametrize("content", [b"", b"not a paper", b"%PDF-1.3 cut"])
def test_what_is_no_pdf_is_a_print_error(content):
    with pytest.raises(PrintError):
        page_images(content)
