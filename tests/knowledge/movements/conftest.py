from __future__ import annotations

import pytest

from knowledge import answers
from knowledge.cards import Library
from knowledge.movements.choosing import Catalogue
from knowledge.movements.guide import Guide


@pytest.fixture(scope="session")
def guide(library: Library) -> Guide:
    assert library.guide is not None
    return library.guide


@pytest.fixture(scope="session")
def catalogue(library: Library) -> Catalogue:
    found = answers.catalogue_of(library)
    assert found is not None
    return found
