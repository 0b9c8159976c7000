"""S8: images by their feeds and dockerfiles, their references, and what is no image."""

import pytest

from octotui.model.machines.containers import image_of, image_problem, is_built, reference

FEEDS = {"images": {"registry": "https://registry.example:5000/"}, "files": {"directory": "/x"}}


def test_s8_an_image_has_the_host_of_its_feed() -> None:
    assert image_of({"image": "tools:1.2"}, FEEDS) == "tools:1.2"
    assert image_of({"image": "tools:1.2", "feed": "images"}, FEEDS) == "registry.example:5000/tools:1.2"
    assert image_of({"image": "tools:1.2", "feed": "files"}, FEEDS) == "tools:1.2"


def test_s8_an_image_that_is_built_is_named_by_its_content() -> None:
    one, other = (image_of({"dockerfile": text}, FEEDS) for text in ("FROM a\n", "FROM b\n"))
    assert one != other
    assert one == image_of({"dockerfile": "FROM a\n"}, {})
    assert is_built(one)
    assert not is_built("localhost/octotui-test:1")


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("alpine", "alpine@sha256:12"),
        ("alpine:3.20", "alpine@sha256:12"),
        ("host:5000/team/alpine:3.20", "host:5000/team/alpine@sha256:12"),
        ("host:5000/alpine", "host:5000/alpine@sha256:12"),
    ],
)
def test_s8_a_fixed_image_is_referred_to_by_its_digest(image: str, found: str) -> None:
    assert reference(image, "sha256:12") == found
    assert reference(image, "") == image


@pytest.mark.parametrize("image", ["", "  ", "-v", "a b", "a;b", "a\nb", "$(x)", "@sha256:12", "a`b"])
def test_s8_what_is_no_image(image: str) -> None:
    assert image_problem(image)


@pytest.mark.parametrize("image", ["a", "a/b:1", "a@[1.0,2.0)", "h:5/a@sha256:1", "a@3.x-rc*"])
def test_s8_what_is_an_image(image: str) -> None:
    assert image_problem(image) == ""
