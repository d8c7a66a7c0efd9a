from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

from components import quick_rasa
from components.quick_rasa import StandIn, leave_out_tensorflow


@pytest.fixture(autouse=True)
def same_finders() -> Iterator[None]:
    before = list(sys.meta_path)
    yield
    sys.meta_path[:] = before


def test_tensorflow_is_a_stand_in_whose_names_exist() -> None:
    leave_out_tensorflow()
    layers = importlib.import_module("tensorflow.keras.layers")
    assert layers.Dense.Inner.__name__ == "Inner"
    assert issubclass(type("Own", (layers.Dense,), {}), StandIn)


def test_a_stand_in_refuses_to_be_used() -> None:
    leave_out_tensorflow()
    tensorflow = importlib.import_module("tensorflow")
    with pytest.raises(RuntimeError, match="start with `rasa`"):
        tensorflow.constant(1)


def test_a_stand_in_passes_a_decorated_function_through() -> None:
    leave_out_tensorflow()
    tensorflow = importlib.import_module("tensorflow")

    def decorated() -> int:
        return 5

    assert tensorflow.function(decorated)() == 5
    assert tensorflow.function(input_signature=[])(decorated)() == 5


def test_other_modules_are_found_as_ever() -> None:
    leave_out_tensorflow()
    assert importlib.import_module("json").loads("1") == 1


def test_a_tensorflow_that_is_loaded_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    before = list(sys.meta_path)
    leave_out_tensorflow()
    assert sys.meta_path == before


def test_dunder_names_are_absent_as_python_expects() -> None:
    with pytest.raises(AttributeError):
        _ = StandIn.__wrapped__
    assert not hasattr(quick_rasa._AbsentModule("tensorflow"), "__file__")
