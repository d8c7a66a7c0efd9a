"""Reading what was typed into the form: a few at once, the rest in time without it, and storing comes first."""

import asyncio
from typing import cast

import pytest

from unclench_web.contact import crisis
from unclench_web.contact.crisis import AT_ONCE, CrisisCheck
from unclench_web.help_lines import HelpLines
from unclench_web.metrics import Metrics
from unclench_web.rasa import Rasa, RasaMessage

CRISIS = RasaMessage(kind="crisis", text="I'm really glad you told me.", data={"tier": "T2"})


class SlowRasa:
    """Answers when it is let, and counts how many it reads at once."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.reading = self.most = self.read = 0

    async def assess(self, texts: list[str]) -> RasaMessage:
        self.reading += 1
        self.most = max(self.most, self.reading)
        await self.let.wait()
        self.reading -= 1
        self.read += 1
        return CRISIS


def check_with(rasa: SlowRasa) -> CrisisCheck:
    return CrisisCheck(cast("Rasa", rasa), HelpLines(()), Metrics())


async def stored() -> str:
    return "K7QM-2XRP"


def test_many_at_once_are_stored_and_those_that_get_no_turn_go_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crisis, "TURN", 0.01)

    async def run() -> tuple[SlowRasa, list[tuple[str, object]]]:
        rasa = SlowRasa()
        check = check_with(rasa)
        all_of_them = [asyncio.create_task(check.while_storing(["words"], stored())) for _ in range(20)]
        await asyncio.wait(all_of_them[AT_ONCE:])
        rasa.let.set()
        return rasa, await asyncio.gather(*all_of_them)

    rasa, answers = asyncio.run(run())
    assert (rasa.most, rasa.read) == (AT_ONCE, AT_ONCE)
    assert [reference for reference, _ in answers] == ["K7QM-2XRP"] * 20
    assert [said is not None for _, said in answers] == [True] * AT_ONCE + [False] * (20 - AT_ONCE)


def test_a_turn_is_given_back_when_it_is_over() -> None:
    async def run() -> list[object]:
        rasa = SlowRasa()
        rasa.let.set()
        check = check_with(rasa)
        return [await check(["words"]) for _ in range(3 * AT_ONCE)]

    assert None not in asyncio.run(run())


def test_what_storing_raises_comes_before_what_was_read() -> None:
    async def fails() -> str:
        raise OSError("the disk is full")

    async def run() -> int:
        rasa = SlowRasa()
        check = check_with(rasa)
        with pytest.raises(OSError, match="disk"):
            await check.while_storing(["words"], fails())
        await asyncio.sleep(0)
        return check.turns._value

    assert asyncio.run(run()) == AT_ONCE
