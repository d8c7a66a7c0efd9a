"""Backup and restore: what must outlive a broken disk comes back whole, and nothing that was promised to be gone."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.conftest import Clock, StartWeb, Web
from tests.staff import ASKED, ask, signed_in
from tests.test_contact_commands import finish
from unclench_web.backup.command import main
from unclench_web.backup.tables import KEPT
from unclench_web.contact.sealing import Seal
from unclench_web.places import CHECKOUT

KEY = Fernet.generate_key().decode()
NOTE = "called back, will come on Tuesday"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, each_database: str) -> str:
    """The environment of the commands: the database of the test and its key."""
    monkeypatch.setenv("UNCLENCH_DATABASE_URL", each_database)
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", KEY)
    return each_database


def start(start_web: StartWeb, database: str) -> Web:
    return start_web(database_url=database, contact_keys=KEY)


def filled(web: Web) -> str:
    """A request with a note, an account, a conversation; the reference."""
    reference = ask(web)
    browser = signed_in(web, "ana", "admin")
    browser.post(f"/staff/requests/{reference}/notes", {"note": NOTE})
    web.visitor().say("planted words of a conversation")
    return reference


def backed_up(web: Web, folder: Path) -> Path:
    assert main(["backup", "--folder", str(folder)], web.places) == 0
    [made] = folder.glob("*.tar.gz")
    return made


def restored(web: Web, made: Path, *more: str) -> int:
    return main(["restore", str(made), *more], web.places)


def emptied(web: Web) -> None:
    """As after a lost disk: the tables are there, and nothing is in them."""
    with web.database.in_one_transaction() as connection:
        if web.database.is_sqlite:
            for what in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_no_{what}")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_append_only ON audit")
        for table in reversed(KEPT):
            connection.execute(table.delete())


def kept(web: Web) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: web.sql(f"SELECT * FROM {table.name} ORDER BY 1, 2, 3") for table in KEPT}  # noqa: S608


def test_what_was_backed_up_comes_back_and_is_read_with_the_key(
    start_web: StartWeb, commands: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = start(start_web, commands)
    reference = filled(web)
    before = kept(web)
    made = backed_up(web, folder)
    told = capsys.readouterr().out
    assert "THE KEYS ARE NOT IN IT" in told and "1 contact requests, 1 accounts" in told
    emptied(web)
    assert restored(web, made) == 0
    after = kept(web)
    restore_line = after["audit"].pop()
    assert "restored" in restore_line
    assert after == before
    page = signed_in(web, "bea", "admin").get(f"/staff/requests/{reference}").text
    assert ASKED["name"] in page and NOTE in page
    assert ask(web, "another-key-here") != reference, "new ones get ids of their own"


def test_a_backup_holds_no_conversation_no_key_and_nothing_in_clear(
    start_web: StartWeb, commands: str, folder: Path
) -> None:
    web = start(start_web, commands)
    filled(web)
    made = backed_up(web, folder)
    assert made.stat().st_mode & 0o077 == 0
    content = gzip.decompress(made.read_bytes())
    for planted in (b"planted words", b"Planted-Name", b"5550123", NOTE.encode(), KEY.encode()):
        assert planted not in content
    with tarfile.open(made) as archive:
        names = {Path(name).stem for name in archive.getnames()}
    assert names == {"manifest", *(table.name for table in KEPT)}
    assert "conversation" not in names


def test_nothing_that_is_there_is_replaced_unless_that_is_said(
    start_web: StartWeb, commands: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = start(start_web, commands)
    reference = filled(web)
    made = backed_up(web, folder)
    later = ask(web, "another-key-here")
    assert restored(web, made) == 1
    assert "OVERWRITE=1" in capsys.readouterr().err
    assert {row[0] for row in web.sql("SELECT reference FROM contact_request")} == {reference, later}
    audit = web.sql("SELECT * FROM audit ORDER BY id")
    assert restored(web, made, "--overwrite") == 0
    assert web.sql("SELECT reference FROM contact_request") == [(reference,)]
    assert web.sql("SELECT * FROM audit ORDER BY id")[: len(audit)] == audit, "the log is added to, never replaced"


def test_what_was_erased_since_does_not_come_back(start_web: StartWeb, commands: str, folder: Path) -> None:
    web = start(start_web, commands)
    by_staff, by_name, stays = ask(web), ask(web, "the-second-key"), ask(web, "the-third-key")
    made = backed_up(web, folder)
    browser = signed_in(web, "ana", "admin")
    browser.post(f"/staff/requests/{by_staff}/erase", {"reason": "asked"})
    assert (by_staff,) not in web.sql("SELECT reference FROM contact_request")
    assert restored(web, made, "--overwrite", "--erased", by_name.lower()) == 0
    assert web.sql("SELECT reference FROM contact_request") == [(stays,)]


def test_what_is_old_enough_to_be_erased_does_not_come_back(
    start_web: StartWeb, commands: str, folder: Path, clock: Clock
) -> None:
    web = start(start_web, commands)
    clock.forward(hours=-24 * 40)
    old = ask(web)
    finish(web, old)
    web.sql("UPDATE contact_request SET received_at = 1")
    made = backed_up(web, folder)
    emptied(web)
    assert restored(web, made) == 0
    assert web.sql("SELECT reference FROM contact_request") == []
    assert web.sql("SELECT id FROM contact_note") == []


def test_a_backup_that_outlived_what_was_promised_is_named(
    start_web: StartWeb, commands: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = start(start_web, commands)
    made = backed_up(web, folder)
    os.utime(made, (1, 1))
    old = made.rename(made.with_name("unclench-1970-01-01T000001Z.tar.gz"))
    capsys.readouterr()
    assert main(["backup", "--folder", str(folder)], web.places) == 0
    assert f"so delete: {old.name}" in capsys.readouterr().out


def broken(made: Path, how: str) -> None:
    content = made.read_bytes()
    if how == "cut off":
        made.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        made.write_bytes(b"")
    elif how == "something else":
        made.write_bytes(b"hello" * 100)
    elif how == "a changed byte":
        made.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
    else:
        rewritten(made, "contact_request.jsonl", lambda text: text.replace("AAAA", "BBBB") + "\n")


def rewritten(made: Path, name: str, change: Any) -> None:
    """Change one file in the archive."""
    work = made.parent / "work"
    with tarfile.open(made) as archive:
        archive.extractall(work, filter="data")
    file = work / name
    file.write_text(change(file.read_text()))
    with tarfile.open(made, "w:gz") as archive:
        for each in sorted(work.iterdir()):
            archive.add(each, each.name)
    shutil.rmtree(work)


@pytest.mark.parametrize("how", ["cut off", "empty", "something else", "a changed byte", "a changed table"])
def test_a_broken_archive_is_refused_before_anything_is_changed(
    start_web: StartWeb,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    url = f"sqlite:///{tmp_path}/one.sqlite"
    monkeypatch.setenv("UNCLENCH_DATABASE_URL", url)
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", KEY)
    web = start(start_web, url)
    filled(web)
    made = backed_up(web, folder)
    before = kept(web)
    broken(made, how)
    assert restored(web, made, "--overwrite") == 1
    said = capsys.readouterr().err
    assert "no whole backup" in said and "Traceback" not in said
    assert kept(web) == before


def test_another_key_is_refused_before_anything_is_changed(
    start_web: StartWeb, commands: str, folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    web = start(start_web, commands)
    filled(web)
    made = backed_up(web, folder)
    before = kept(web)
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", Fernet.generate_key().decode())
    assert restored(web, made, "--overwrite") == 1
    assert "can't be opened with the keys" in capsys.readouterr().err
    assert kept(web) == before


def test_a_backup_of_a_newer_version_is_refused(
    start_web: StartWeb, commands: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = start(start_web, commands)
    filled(web)
    made = backed_up(web, folder)
    before = kept(web)
    rewritten(made, "manifest.json", lambda text: json.dumps({**json.loads(text), "revision": "9999"}))
    assert restored(web, made, "--overwrite") == 1
    assert "newer version" in capsys.readouterr().err
    rewritten(made, "manifest.json", lambda text: json.dumps({**json.loads(text), "format": 99}))
    assert restored(web, made, "--overwrite") == 1
    assert kept(web) == before


def test_a_backup_of_an_older_version_is_brought_up_to_date(start_web: StartWeb, commands: str, folder: Path) -> None:
    """At 0002 a request had no state, and there were no notes and accounts."""
    web = start(start_web, commands)
    reference = filled(web)
    made = backed_up(web, folder)
    emptied(web)
    rewritten(made, "contact_request.jsonl", _as_of_0002)
    for name in ("contact_note", "outbox", "staff_user", "audit"):
        rewritten(made, f"{name}.jsonl", lambda text: "")
    _forget_sums(made, "0002")
    assert restored(web, made) == 0
    assert web.sql("SELECT reference, status, version FROM contact_request") == [(reference, "new", 0)]


def _as_of_0002(text: str) -> str:
    columns = ("id", "reference", "key_hash", "received_at", "sealed")
    rows = [json.loads(line) for line in text.splitlines()]
    return "".join(json.dumps({name: row[name] for name in columns}) + "\n" for row in rows)


def _forget_sums(made: Path, revision: str) -> None:
    """As that version would have written the manifest."""
    with tarfile.open(made) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    manifest = json.loads(files["manifest.json"])
    manifest["revision"] = revision
    manifest["tables"] = {
        name: {"rows": content.count(b"\n"), "sha256": hashlib.sha256(content).hexdigest()}
        for file, content in files.items()
        if (name := Path(file).stem) != "manifest" and content
    }
    rewritten(made, "manifest.json", lambda text: json.dumps(manifest))


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
from unclench_web.backup.command import main
from unclench_web.places import Places
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
sys.exit(main(sys.argv[3:], Places(Path(sys.argv[2]))))
"""


def on_a_full_disk(web: Web, most: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may make no file larger than `most` bytes, as on a disk that is nearly full."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", FULL, str(most), str(web.places.root), *arguments],
        cwd=CHECKOUT / "web",
        capture_output=True,
        text=True,
    )


def test_on_a_full_disk_no_half_backup_is_left(start_web: StartWeb, commands: str, folder: Path) -> None:
    web = start(start_web, commands)
    for each in range(40):
        ask(web, f"key-number-{each}")
    done = on_a_full_disk(web, 4096, "backup", "--folder", str(folder))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    assert not list(folder.iterdir())


def test_on_a_full_disk_a_restore_changes_nothing(
    start_web: StartWeb, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/one.sqlite"
    monkeypatch.setenv("UNCLENCH_DATABASE_URL", url)
    monkeypatch.setenv("UNCLENCH_CONTACT_KEYS", KEY)
    web = start(start_web, url)
    for each in range(300):
        with web.database.in_one_transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO contact_request (reference, key_hash, received_at, sealed) VALUES (?, ?, 1, ?)",
                (f"R{each}", f"k{each}", Seal([KEY]).close({"name": "x" * 600})),
            )
    made = backed_up(web, folder)
    before = kept(web)
    done = on_a_full_disk(web, 200_000, "restore", str(made), "--overwrite")
    assert done.returncode == 1, done.stdout
    assert "Nothing was changed" in done.stderr and "Traceback" not in done.stderr
    assert kept(web) == before
