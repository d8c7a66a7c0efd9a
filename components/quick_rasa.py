"""Rasa's command line without TensorFlow: `python -m components.quick_rasa run …`, for what this assistant needs.

Rasa imports TensorFlow whatever the pipeline is: half of the start-up time and a third of the memory, for components
that config.yml does not name. Here its modules are stand-ins whose names exist and can be subclassed, and that refuse
to be used. Training, serving and validating behave alike; `rasa` itself works too, only slower. With several ports
(`run -p 5005,5006`) there are several Rasas, which share what they have loaded.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from components import rasa_processes
from knowledge.logs import take_over

#: endpoints.yml asks the environment where the action server is: this machine, unless somebody says otherwise.
ACTIONS_SETTING, ACTIONS_URL = "UNCLENCH_ACTIONS_URL", "http://127.0.0.1:5055/webhook"
ABSENT = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "jax")


class _Meta(type):
    """Names inside a stand-in are stand-ins too."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Meta(name, (StandIn,), {})

    def __or__(cls, other: Any) -> Any:
        return Any

    def __ror__(cls, other: Any) -> Any:
        return Any


class StandIn(metaclass=_Meta):
    """What a name of an absent module is: it can be named, subclassed and used as a decorator, nothing more."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Pass a decorated function through; refuse everything else."""
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        if cls.__name__ in ("function", "TensorSpec", "set_seed", "register_keras_serializable"):
            return _pass_through
        raise RuntimeError(f"{cls.__name__} of TensorFlow is needed: start with `rasa` in place of quick_rasa.")


def _pass_through(value: Any = None, *_: Any, **__: Any) -> Any:
    return value


class _AbsentModule(ModuleType):
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Meta(name, (StandIn,), {})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.partition(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> ModuleType:
        module = _AbsentModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the names come from `_AbsentModule.__getattr__`."""


def leave_out_tensorflow() -> None:
    """Put stand-ins in the place of TensorFlow, unless it is loaded already."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


def main(arguments: Sequence[str]) -> None:
    """Run Rasa's command line with `arguments`."""
    leave_out_tensorflow()
    if "run" in arguments[:1]:
        take_over("rasa")  # what importing Rasa has to say; our channel does it again, after Rasa's own settings
        import rasa.utils.io

        rasa.utils.io.configure_colored_logging = lambda _level: None  # its lines would stand beside ours
    os.environ.setdefault(ACTIONS_SETTING, ACTIONS_URL)
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("-p", "--port", default="")
    given, others = options.parse_known_args(arguments)
    if "," in given.port:
        sys.exit(_several(given.port.split(","), others))
    _rasa(arguments)


def _rasa(arguments: Sequence[str]) -> None:
    from rasa.__main__ import main as rasa_main

    sys.argv = ["rasa", *arguments]
    rasa_main()


def _several(ports: Sequence[str], arguments: Sequence[str]) -> int:
    """Run a Rasa on each port, with what is loaded here and these `arguments`. Return the exit code."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("-m", "--model", required=True)
    model = options.parse_known_args(arguments)[0].model
    import rasa.core.run
    import rasa.server  # noqa: F401 (to be shared)
    from rasa.core.processor import MessageProcessor

    from components.embedding import shared_embedding
    from components.live_cards import live_cards
    from components.tracker_store import make_table

    make_table()
    live_cards().get()
    loaded, load = MessageProcessor._load_model(model), MessageProcessor._load_model
    MessageProcessor._load_model = staticmethod(lambda path: loaded if str(path) == model else load(path))

    def one(index: int) -> None:
        shared_embedding().renew_threads()
        _rasa([*arguments, "--port", ports[index]])

    return rasa_processes.serve(len(ports), one)


if __name__ == "__main__":
    main(sys.argv[1:])
