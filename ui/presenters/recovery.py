"""A store that was put back to an older copy: what happened, what going on means, and what it lacks then."""

from __future__ import annotations

from clerk_app.errors import StoreRolledBack, WitnessDamaged
from clerk_app.services.rows import Recovered
from ui.keys import Command, cap
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView


def put_back_view(error: StoreRolledBack | WitnessDamaged) -> ProblemView:
    """What the first page says: only the page that offers to go on may say so with its key."""
    sentence = (
        say("本机记录比上次用的时候旧，可能放回过旧的备份。")
        if isinstance(error, StoreRolledBack)
        else say("见证文件缺失或被改动，记录可能不是最新的。")
    )
    next_step = say(
        "缺的记录：已上传的下次同步取回，没上传的不在本机，请凭纸质材料补录。核对原因后按 {key} 恢复。",
        key=cap(Command.PRIMARY),
    )
    return ProblemView(sentence, next_step, Tone.BAD)


def recovered_words(recovered: Recovered) -> tuple[str, str]:
    """What was done, and what the store still lacks as far as anybody knows."""
    if not recovered.acts:
        # Without a whole witness nobody can count what is missing.
        return say("已恢复本机记录，可以继续办理。"), say("缺多少查不出来：平台上有的会自动取回，请核对最近的办件。")
    return (
        say("已恢复本机记录，缺 {acts} 条（办件约 {cases} 件）。", acts=recovered.acts, cases=recovered.cases),
        say("上传过的下次同步自动取回，没有上传过的请凭纸质材料补录。"),
    )
