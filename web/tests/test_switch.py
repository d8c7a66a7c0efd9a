"""The kill switch: nobody is answered by Rasa, everybody is told where help is."""

from tests.conftest import StartWeb
from tests.fake_rasa import FakeRasa


def test_while_switched_off_every_message_gets_the_lines_and_rasa_is_not_asked(
    start_web: StartWeb, rasa: FakeRasa
) -> None:
    web = start_web()
    visitor = web.visitor()
    asked = len(rasa.received)
    web.places.off.touch()
    [reply] = visitor.say("I want to die")
    assert reply["data"]["safe_reply"] is True
    assert all(part in reply["text"] for part in ("switched off", "911", "988", "contact form"))
    assert len(rasa.received) == asked
    web.places.off.unlink()
    assert "safe_reply" not in visitor.say("hello")[0]["data"]


def test_a_new_conversation_opens_while_switched_off_by_the_setting(start_web: StartWeb, rasa: FakeRasa) -> None:
    visitor = start_web(off=True).visitor()
    assert "switched off" in visitor.first[0]["text"]
    assert not rasa.received


def test_what_is_said_while_switched_off_stays_in_the_transcript(start_web: StartWeb) -> None:
    web = start_web()
    visitor = web.visitor()
    web.places.off.touch()
    visitor.say("hello")
    assert [message["from"] for message in visitor.transcript()][-2:] == ["visitor", "assistant"]


def test_it_counts_as_ready_without_rasa_only_while_switched_off(start_web: StartWeb, rasa: FakeRasa) -> None:
    web = start_web()
    rasa.has_model = False
    assert web.http.get("/readyz").status_code == 503
    web.places.off.touch()
    assert web.http.get("/readyz").status_code == 200
