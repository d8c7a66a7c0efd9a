"""The drawings, by name: who sits, stands, kneels or lies where, and what moves. `SIDED` have one for each side."""

from __future__ import annotations

from collections.abc import Callable

from tools.drawings.faces import FACES
from tools.drawings.figure import ANKLE, FLOOR, Leg, Person, arrow, floor, spot, thin, up_and_down

GROUND = FLOOR - ANKLE
Scene = Callable[[str], str]

# Sitting on a chair

SEAT = 134.0
SIT_HIP = (96.0, SEAT - 13)
SIT_FOOT = (139.0, GROUND)


def chair() -> str:
    """Return a chair with its back to the left."""
    return (
        thin([(74, 66), (78, SEAT), (124, SEAT)], 5)
        + thin([(80, SEAT), (76, FLOOR)], 4)
        + thin([(120, SEAT), (124, FLOOR)], 4)
    )


def sitting(
    near: Leg | None = None,
    far: Leg | None = None,
    torso: float = 89,
    hands: tuple[float, float] | None = None,
    nod: float = 0,
) -> Person:
    """Return a person on the chair."""
    flat = Leg(SIT_FOOT)
    hand = hands or (122.0, 118.0)
    return Person(SIT_HIP, torso, near or flat, far or Leg((147.0, GROUND)), hand, hand, nod=nod)


def on_chair(person: Person, more: str = "") -> Scene:
    """Return the scene of a person on the chair."""
    return lambda name: floor() + chair() + person.draw(name) + more


LIFTED = Leg((141.0, GROUND - 24))
HEEL_UP = Leg((137.0, GROUND - 12), foot=-38)
TALL_HANDS = (100.0, 128.0)

# Standing at a counter

STAND_HIP = (104.0, GROUND - 85)
STAND_FOOT = (102.0, GROUND)
COUNTER = 92.0
COUNTER_HAND = (130.0, COUNTER - 7)


def counter() -> str:
    """Return a counter in front of the person."""
    return (
        thin([(122, COUNTER), (186, COUNTER)], 6)
        + thin([(134, COUNTER), (134, FLOOR)], 4)
        + thin([(180, COUNTER), (180, FLOOR)], 4)
    )


def standing(
    near: Leg | None = None,
    far: Leg | None = None,
    hip: tuple[float, float] = STAND_HIP,
    torso: float = 90,
    hand: tuple[float, float] | None = None,
) -> Person:
    """Return a person at the counter, the far hand on it."""
    foot = Leg(STAND_FOOT)
    hanging = hand or (hip[0] + 3, hip[1] + 2)
    return Person(hip, torso, near or foot, far or Leg((106.0, GROUND)), hanging, COUNTER_HAND)


def at_counter(person: Person, more: str = "") -> Scene:
    """Return the scene of a person at the counter."""
    return lambda name: floor() + counter() + person.draw(name) + more


KNEE_HELD = Leg((126.0, GROUND - 38), foot=-12)
KNEE_LOW = Leg((116.0, GROUND - 26), foot=-14)
STAND_HEEL_UP = Leg((103.0, GROUND - 13), foot=-42)
BACK_STRAIGHT = Leg((79.0, GROUND - 3), foot=-14)
SPLIT_HIP = (92.0, GROUND - 82)
SPLIT_LOW = (97.0, GROUND - 75)

# Kneeling

KNEEL_HIP = (96.0, FLOOR - 53)
FORWARD_HIP = (109.0, FLOOR - 51)


def beside_chair() -> str:
    """Return a chair beside the one who kneels, and the pad."""
    seen = thin([(160, 88), (160, FLOOR)], 5) + thin([(160, 130), (198, 130), (198, FLOOR)], 4)
    return seen + thin([(74, FLOOR - 3), (108, FLOOR - 3)], 8, 0.35)


def kneeling(hip: tuple[float, float]) -> Person:
    """Return a person on the near knee, the far foot in front, the far hand on the chair."""
    return Person(
        hip,
        91,
        Leg((47.0, FLOOR - 7), bend=-1, foot=176),
        Leg((143.0, GROUND)),
        (hip[0] - 10, hip[1] + 2),
        (153.0, 92.0),
    )


# Lying

BED = 132.0


def bed() -> str:
    """Return a bed, its long side to us."""
    return (
        thin([(14, BED), (226, BED)], 6, 0.55)
        + thin([(14, BED), (14, BED + 22), (226, BED + 22), (226, BED)], 3, 0.45)
        + thin([(24, BED + 22), (24, FLOOR)], 4, 0.45)
        + thin([(216, BED + 22), (216, FLOOR)], 4, 0.45)
        + thin([(20, BED - 8), (50, BED - 8)], 12, 0.25)
    )


def lying(
    near: Leg,
    far: Leg,
    hands: tuple[float, float] | None = None,
    ground: float = BED,
    hip: float = 0,
    torso: float = 180,
) -> Person:
    """Return a person on the back, head to the left, so that the near side is the right one."""
    on = ground - 11
    beside = (hands or (123.0, on + 4)), (hands or (123.0, on + 4))
    return Person((122.0, on - hip), torso, near, far, *beside, near_elbow=1, far_elbow=1)


BENT = Leg((166.0, BED - 8), bend=-1)
BENT_FAR = Leg((172.0, BED - 8), bend=-1)
HUGGED = Leg((150.0, 92.0), bend=-1, foot=20)
LONG = Leg((207.0, BED - 10), bend=-1, foot=75)
HANGING = Leg((172.0, 166.0), bend=-1, foot=-20)

FLOOR_BENT = Leg((166.0, GROUND), bend=-1)
FLOOR_BENT_FAR = Leg((171.0, GROUND), bend=-1)

BREATHING = sitting(torso=93, hands=(118.0, 120.0))
NOSE = BREATHING.head
RESTING = sitting(torso=98, hands=(124.0, 114.0))
TALL = sitting(hands=TALL_HANDS)

ALONE: dict[str, Scene] = {
    "chair-tall": on_chair(TALL, arrow([(150, 84), (150, 50)])),
    "chair-rest": on_chair(RESTING),
    "chair-march": on_chair(
        sitting(near=LIFTED, hands=TALL_HANDS), up_and_down(176, 128, 164) + up_and_down(194, 128, 164)
    ),
    "chair-heels": on_chair(
        sitting(near=HEEL_UP, hands=TALL_HANDS), up_and_down(180, 140, 168) + up_and_down(197, 140, 168)
    ),
    "chair-shoulders": on_chair(sitting(hands=(102.0, 122.0)), arrow([(116, 92), (150, 52), (112, 58)], curve=True)),
    "counter-stand": at_counter(standing()),
    "counter-marching": at_counter(standing(near=KNEE_LOW), up_and_down(58, 104, 140) + up_and_down(76, 104, 140)),
    "counter-heels": at_counter(standing(near=STAND_HEEL_UP), up_and_down(58, 138, 168) + up_and_down(76, 138, 168)),
    "bed-lie": lambda name: floor() + bed() + lying(BENT, BENT_FAR).draw(name),
    "bed-rise": lambda name: (
        floor()
        + bed()
        + Person(
            (112.0, BED - 12), 88, Leg((153.0, GROUND)), Leg((161.0, GROUND)), (98.0, BED - 4), (98.0, BED - 4), 1, 1
        ).draw(name)
    ),
    "floor-lie": lambda name: floor() + lying(FLOOR_BENT, FLOOR_BENT_FAR, ground=FLOOR).draw(name),
    "floor-bridge": lambda name: (
        floor()
        + Person(
            (120.0, FLOOR - 40), 207, FLOOR_BENT, FLOOR_BENT_FAR, (112.0, FLOOR - 6), (112.0, FLOOR - 6), 1, 1, nod=-27
        ).draw(name)
        + arrow([(120, 108), (120, 84)])
    ),
    "breath-in": on_chair(BREATHING, arrow([(NOSE[0] + 64, NOSE[1] + 4), (NOSE[0] + 26, NOSE[1] + 4)])),
    "breath-out": on_chair(BREATHING, arrow([(NOSE[0] + 24, NOSE[1] + 7), (NOSE[0] + 92, NOSE[1] + 16)])),
    "feet-press": on_chair(
        sitting(hands=(120.0, 116.0)), arrow([(180, 132), (180, 164)]) + arrow([(198, 132), (198, 164)])
    ),
    **FACES,
}

SIDED: dict[str, Scene] = {
    "chair-lift": on_chair(sitting(near=LIFTED, hands=TALL_HANDS), up_and_down(178, 126, 164)),
    "chair-heel": on_chair(sitting(near=HEEL_UP, hands=TALL_HANDS), up_and_down(182, 138, 168)),
    "counter-lift": at_counter(standing(near=KNEE_HELD), arrow([(70, 140), (70, 104)])),
    "counter-march": at_counter(standing(near=KNEE_LOW), up_and_down(66, 108, 146)),
    "counter-heel": at_counter(standing(near=STAND_HEEL_UP), up_and_down(66, 138, 168)),
    "counter-extend": at_counter(standing(near=BACK_STRAIGHT, hand=COUNTER_HAND), arrow([(66, 128), (36, 136)])),
    "split-stand": at_counter(
        standing(near=Leg((62.0, GROUND)), far=Leg((120.0, GROUND)), hip=SPLIT_HIP, hand=(80.0, 82.0))
    ),
    "split-bend": at_counter(
        standing(near=Leg((56.0, GROUND - 6), foot=-22), far=Leg((122.0, GROUND)), hip=SPLIT_LOW, hand=(82.0, 90.0)),
        spot((105.0, 95.0)),
    ),
    "kneel-tall": lambda name: floor() + beside_chair() + kneeling(KNEEL_HIP).draw(name),
    "kneel-shift": lambda name: (
        floor()
        + beside_chair()
        + kneeling(FORWARD_HIP).draw(name)
        + spot((FORWARD_HIP[0] + 8, FORWARD_HIP[1] + 4))
        + arrow([(62, 70), (92, 70)])
    ),
    "bed-hug": lambda name: floor() + bed() + lying(BENT, HUGGED, hands=(107.0, 84.0)).draw(name),
    "bed-hang": lambda name: (
        floor() + bed() + lying(HANGING, HUGGED, hands=(107.0, 84.0)).draw(name) + spot((128.0, BED - 20))
    ),
    "bed-long": lambda name: floor() + bed() + lying(LONG, BENT).draw(name),
}
