"""dev.py, where a newcomer meets the project: what is missing is named, with the next step."""

import os
import sys

import pytest

import dev

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="apt and displays are matters of Linux")


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def apt(path):
    """An apt-get that writes down how it was called, and fails once a file named `broken` lies beside it."""
    command = path / "apt-get"
    command.write_text('#!/bin/sh\necho "$@" >> "$0.log"\n[ ! -e "${0%/*}/broken" ]\n', encoding="ascii")
    command.chmod(0o755)
    return path


def become(monkeypatch, user):
    monkeypatch.setattr(os, "geteuid", lambda: user)


def test_an_unknown_verb_is_answered_with_those_there_are(capsys):
    assert dev.main(["dance"]) == 2
    assert (
        capsys.readouterr().err == "dev.py knows no 'dance': choose one of demo, test, check, bench, screens, soak.\n"
    )


def test_a_system_without_apt_is_told_what_is_missing(path):
    with pytest.raises(dev.Stop, match=r"lacks what Debian calls libegl1, libgl1: .* run the same command again\."):
        dev.install_packages(["libegl1", "libgl1"])


def test_who_is_not_root_is_given_the_command_and_nothing_is_installed(apt, monkeypatch):
    become(monkeypatch, user=1000)
    with pytest.raises(dev.Stop, match="run `sudo apt-get install --yes --no-install-recommends libegl1`"):
        dev.install_packages(["libegl1"])
    assert not (apt / "apt-get.log").exists()


def test_root_on_debian_gets_the_packages_installed(apt, monkeypatch):
    become(monkeypatch, user=0)
    dev.install_packages(["libegl1", "libgl1"])
    assert (apt / "apt-get.log").read_text(encoding="ascii").splitlines() == [
        "update --quiet=2",
        "install --yes --no-install-recommends libegl1 libgl1 --quiet=2",
    ]


def test_an_apt_that_fails_ends_in_the_command_to_try_by_hand(apt, monkeypatch):
    become(monkeypatch, user=0)
    (apt / "broken").touch()
    with pytest.raises(dev.Stop, match="run `sudo apt-get install"):
        dev.install_packages(["libegl1"])


def test_a_library_that_is_not_there_is_not_found():
    assert not dev.can_load("libwindowclerk-nowhere.so.1")
    assert dev.can_load("libc.so.6")


@pytest.mark.parametrize(("display", "platform"), [("", "offscreen"), (":0", None)])
def test_qt_draws_offscreen_where_nobody_could_see_a_window(monkeypatch, display, platform):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    assert dev.environment().get("QT_QPA_PLATFORM") == platform


def test_tests_never_open_a_window_even_on_a_desk(monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert dev.environment(offscreen=True)["QT_QPA_PLATFORM"] == "offscreen"
