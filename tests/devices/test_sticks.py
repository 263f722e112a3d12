"""Which mounted places are sticks that a person plugged in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clerk_app.seams import SystemDisk
from devices.sticks import MOUNTS, find_sticks, mounted_by_hand

TABLE = """\
/dev/nvme0n1p2 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw,nosuid,nodev 0 0
/dev/sdb1 /media/clerk/\\344\\276\\213\\345\\267\\236\\040U vfat rw,nosuid,nodev 0 0
/dev/sdc1 /run/media/clerk/PROTECTED vfat ro,nosuid,nodev 0 0
/dev/sdd1 /mediaother/x vfat rw 0 0
half a line
"""


def test_only_what_a_desktop_mounted_for_a_person_is_a_stick():
    assert list(mounted_by_hand(TABLE)) == [
        (Path("/media/clerk/例州 U"), False),
        (Path("/run/media/clerk/PROTECTED"), True),
    ]


def test_a_name_that_is_written_as_it_is_stays_so():
    assert list(mounted_by_hand("/dev/sdb1 /media/clerk/例州 vfat rw 0 0")) == [(Path("/media/clerk/例州"), False)]


class OneTable(SystemDisk):
    """A disk on which the table of mounts says what the test wants."""

    def __init__(self, table):
        self._table = table

    def read(self, path):
        assert path == MOUNTS
        if self._table is None:
            raise FileNotFoundError(path)
        return self._table.encode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the table of mounts is Linux's")
@pytest.mark.parametrize("table", [TABLE, "", None])
def test_a_stick_that_was_pulled_out_meanwhile_and_a_missing_table_are_passed_over(table):
    assert list(find_sticks(OneTable(table))) == []


def test_this_machine_can_be_asked():
    for stick in find_sticks(SystemDisk()):
        assert stick.name
        assert stick.free is not None
