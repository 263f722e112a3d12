"""The page of devices and sync, in words."""

from __future__ import annotations

from ui.presenters.devices import DeviceFacts, devices_state

NOW = 1_795_400_000_000


def test_where_only_the_password_guards_the_records_the_page_says_so():
    rows = devices_state(DeviceFacts(NOW, bound_to_machine=False)).rows
    own = next(row for row in rows if row.heading == "本机记录")
    assert "只隔一道密码" in own.note
    assert not any("只隔一道密码" in row.note for row in devices_state(DeviceFacts(NOW)).rows)
