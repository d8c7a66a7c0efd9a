"""One running topology for all tests of this folder, or, where it cannot run, a word of what was left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.topology.stand import Stand, missing, running_topology


@pytest.fixture(scope="session")
def _topology() -> Iterator[Stand]:
    if lacking := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI has no {', '.join(lacking)}: .ci/run installs them")
        pytest.skip(f"not installed here (Debian: apt-get install {' '.join(lacking)}), so nothing of the topology ran")
    # Not pytest's folders, which are for one user alone: PostgreSQL and nginx run as others when this runs as root.
    with TemporaryDirectory(prefix="unclench-topology-") as folder, running_topology(Path(folder)) as stand:
        yield stand


@pytest.fixture
def topology(_topology: Stand) -> Stand:
    """The topology, whole again after what the last test did to it."""
    _topology.supervisor.wait_until_ready()
    return _topology
