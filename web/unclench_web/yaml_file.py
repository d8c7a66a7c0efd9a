"""Reads a YAML file that people edit. What is in it is checked by who asked for it."""

from pathlib import Path
from typing import Any

import yaml

from unclench_web.faults import StartFault

_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path, needed_for: str) -> Any:
    """The content of a file. Raises `StartFault`, with `needed_for`: the reason why `web` does not start without it."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - both are the safe loader
    except OSError:
        raise StartFault(f"{path} cannot be read: {needed_for}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise StartFault(f"{path} is not valid YAML: {' '.join(str(fault).split())}.") from None
