"""How long ago something was, and when an answer is due, in words. Pure."""

from unclench_web.wording import Wording

MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds
STEPS = (("days", DAY, 2 * DAY), ("hours", HOUR, HOUR), ("minutes", MINUTE, MINUTE))


def age(say: Wording, seconds: float) -> str:
    """A span of time in one unit: "3 hours", "2 days"; in days from two days on."""
    for name, unit, from_ in STEPS:
        if seconds >= from_:
            return counted(say, f"ages.{name}", int(seconds // unit))
    return say("ages.now")


def counted(say: Wording, name: str, count: int) -> str:
    """A text with a number: its `one` or its `many`."""
    return say(f"{name}.one") if count == 1 else say(f"{name}.many", count=count)


def promise(say: Wording, waited: float, reply_hours: float | None) -> tuple[str, bool] | None:
    """When the answer is due that visitors were promised, in words, and whether it is late; None without one."""
    if reply_hours is None:
        return None
    left = reply_hours * HOUR - waited
    if left >= 0:
        return say("list.due", age=age(say, left)), False
    return say("list.late", age=age(say, -left)), True
