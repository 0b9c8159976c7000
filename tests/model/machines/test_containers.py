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


@pytest.mark.parametrize(
    "image",
    [
        *(
            "",
            "  ",
            "-v",
            "a b",
            "a;b",
            "a\nb",
            "$(x)",
            "@sha256:12",
            "a`b",
            "/a",
            "a/",
            "a//b",
            "a:",
            "a:b/c",
            "é",
        ),
        *("docker://alpine", "docker-archive:/etc/passwd", "oci:/srv/x:1", "dir:x", "oci-archive:x.tar"),
        *(
            "containers-storage:x",
            "docker-daemon:a:b",
            "https://h/a",
            "../a",
            "a/../b",
            "./a",
            "~/a",
            "a" * 600,
        ),
        *("a@", "a@x y", "a@--all", "a@sha256:", "a@sha256:xyz", "a@sha256:1 2", "a@$(x)", "a@b@sha256:1"),
        *("a@sha256:" + "1" * 65, "a@[1.0", "a@\n"),
    ],
)
def test_s8_what_is_no_image(image: str) -> None:
    """R6: nor is a file of the worker, or what an engine reads by another transport than a registry's."""
    problem = image_problem(image)
    assert problem
    assert len(problem) < 500
    assert image_problem(image, is_filled_in=True)


@pytest.mark.parametrize(
    "image",
    [
        *(
            "a",
            "a/b:1",
            "h:5/a@sha256:1",
            "docker:24-dind",
            "docker.io/library/alpine:3.20",
            "localhost/octotui:12ab",
        ),
        *("ghcr.io/Team/tool__x-y.z:v1.2_3", "10.0.0.1:5000/a/b/c:latest", "[::1]:5000/a", "oci/tools:1"),
    ],
)
def test_s8_what_is_an_image(image: str) -> None:
    assert image_problem(image) == ""
    assert image_problem(image, is_filled_in=True) == ""


@pytest.mark.parametrize("image", ["a@[1.0,2.0)", "a@3.x-rc*", "h:5/a@1.2.0"])
def test_s8_an_image_that_is_filled_in_has_no_range(image: str) -> None:
    assert image_problem(image) == ""
    assert "digest" in image_problem(image, is_filled_in=True)
