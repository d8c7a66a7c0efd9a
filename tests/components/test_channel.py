from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage, register
from rasa.shared.core.events import BotUttered, Event, UserUttered
from sanic import Sanic

from components import turn
from components.canary import SENTENCE
from components.channel import (
    MAX_TEXT,
    OPENING,
    REQUEST_HEADER,
    SECRET_HEADER,
    SECRET_SETTING,
    Collector,
    UnclenchChannel,
    read_message,
    read_message_id,
    without_command,
)
from components.conversation_locks import ConversationLocks
from components.tracker_rows import StoreFault
from knowledge import logs

SECRET = "a-secret-of-the-tests"
CONVERSATION = "c" * 22
SPACES = [chr(each) for each in range(sys.maxunicode + 1) if chr(each).isspace()]


# A typed text is never a command


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("what is the psoas", "what is the psoas"),
        ('/ask{"topic": "psoas"}', 'ask{"topic": "psoas"}'),
        ("/restart", "restart"),
        ("//session_start", "session_start"),
        (" \t\n / / /stop", "stop"),
        ("\u00a0\u2003\u3000/stop", "stop"),
        ("\x1c\x1f\x85\u2028/stop", "stop"),
        ("fight and/or flight", "fight and/or flight"),
        ("/", "?"),
        (" / ", "?"),
        ("", "?"),
        ("   ", "?"),
    ],
)
def test_a_leading_slash_is_taken_away(text: str, read: str) -> None:
    assert without_command(text) == read


@pytest.mark.parametrize("space", SPACES, ids=[f"U+{ord(each):04X}" for each in SPACES])
def test_no_space_of_unicode_hides_a_slash(space: str) -> None:
    assert without_command(f"{space}/{space}/{space}stop") == "stop"


@given(st.text(max_size=60) | st.text("/ \t\n\u00a0\u2003ab", max_size=20))
def test_nothing_typed_is_read_as_a_command(text: str) -> None:
    read = without_command(text)
    assert read
    # Rasa strips what it reads and then looks at the first character.
    assert not read.strip().startswith("/")
    assert not UserMessage(read).text.startswith("/")


@given(st.text(max_size=60).filter(lambda text: text.strip() and not text.lstrip().startswith("/")))
def test_a_text_that_is_no_command_keeps_its_words(text: str) -> None:
    assert without_command(text) == text.lstrip()


# The body of a message


def test_a_text_is_read_with_its_conversation() -> None:
    assert read_message({"conversation": CONVERSATION, "text": "hello"}) == (CONVERSATION, "hello")


def test_a_payload_becomes_a_command_that_ends_a_row_of_misses() -> None:
    payload = {"intent": "ask", "entities": {"topic": "psoas"}}
    _, command = read_message({"conversation": CONVERSATION, "payload": payload})
    assert command.startswith("/ask{")
    assert json.loads(command.removeprefix("/ask")) == {"misses": 0, "topic": "psoas"}


def test_a_payload_wins_over_a_text() -> None:
    body = {"conversation": CONVERSATION, "text": "x", "payload": {"intent": "stop", "entities": {}}}
    assert read_message(body)[1].startswith("/stop{")


def test_an_opening_page_is_welcomed() -> None:
    body = {"conversation": CONVERSATION, "payload": {"intent": "open", "entities": {}}}
    assert json.loads(read_message(body)[1].removeprefix("/reply")) == {"misses": 0, **OPENING["entities"]}


def test_a_text_at_the_limit_is_read() -> None:
    assert len(read_message({"conversation": CONVERSATION, "text": "a" * MAX_TEXT})[1]) == MAX_TEXT


BAD_BODIES: list[Any] = [
    None,
    5,
    "text",
    [],
    {},
    {"text": "hello"},
    {"conversation": CONVERSATION},
    {"conversation": CONVERSATION, "text": None},
    {"conversation": CONVERSATION, "text": 5},
    {"conversation": CONVERSATION, "text": ["a"]},
    {"conversation": CONVERSATION, "text": "a" * (MAX_TEXT + 1)},
    {"conversation": "short", "text": "a"},
    {"conversation": "c" * 65, "text": "a"},
    {"conversation": "c" * 20 + "/../x", "text": "a"},
    {"conversation": "c" * 20 + "\n", "text": "a"},
    {"conversation": 5, "text": "a"},
    {"conversation": None, "text": "a"},
    {"conversation": CONVERSATION, "payload": "/ask"},
    {"conversation": CONVERSATION, "payload": []},
    {"conversation": CONVERSATION, "payload": {}},
    {"conversation": CONVERSATION, "payload": {"intent": "ask"}},
    {"conversation": CONVERSATION, "payload": {"intent": "ask", "entities": []}},
    {"conversation": CONVERSATION, "payload": {"intent": "ask", "entities": None}},
    {"conversation": CONVERSATION, "payload": {"intent": "Ask", "entities": {}}},
    {"conversation": CONVERSATION, "payload": {"intent": "ask{", "entities": {}}},
    {"conversation": CONVERSATION, "payload": {"intent": "ask\n", "entities": {}}},
    {"conversation": CONVERSATION, "payload": {"intent": "", "entities": {}}},
    {"conversation": CONVERSATION, "payload": {"intent": 5, "entities": {}}},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_is_no_message_is_refused(body: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_message(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)


@given(
    json_values
    | st.fixed_dictionaries(
        {"conversation": st.just(CONVERSATION)}, optional={"text": json_values, "payload": json_values}
    )
)
def test_any_json_is_read_or_refused(body: Any) -> None:
    try:
        conversation, text = read_message(body)
    except (ValueError, KeyError, TypeError):
        return
    assert conversation == CONVERSATION
    assert text


# The secret


def test_without_a_secret_there_is_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    for secret in (None, "", "too-short"):
        if secret is None:
            monkeypatch.delenv(SECRET_SETTING, raising=False)
        else:
            monkeypatch.setenv(SECRET_SETTING, secret)
        with pytest.raises(RuntimeError, match=SECRET_SETTING):
            UnclenchChannel.from_credentials(None)


def test_the_secret_comes_from_the_environment_and_logs_hold_no_text_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(logs, "take_over", taken.append)
    monkeypatch.setenv(SECRET_SETTING, SECRET)
    assert UnclenchChannel.from_credentials({}).name() == "unclench"
    assert taken == ["rasa"]


# What is collected


def test_messages_of_cards_are_collected_as_they_are() -> None:
    collector = Collector()
    asyncio.run(collector.send_response("c", {"text": "a b", "messages": [{"text": "a"}, {"text": "b"}]}))
    assert collector.messages == [{"text": "a"}, {"text": "b"}]


def test_a_plain_text_of_rasa_becomes_one_message() -> None:
    collector = Collector()
    asyncio.run(collector.send_response("c", {"text": "plain"}))
    asyncio.run(collector.send_response("c", {}))
    assert collector.messages == [{"kind": "text", "text": "plain", "topic": None, "choices": []}]


# The routes, over HTTP


class Store:
    """Stands in for the tracker store; what was deleted is kept in a list."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.events: list[Event] = []
        self.is_down = False

    async def look(self, conversation: str) -> list[Event]:
        if self.is_down:
            raise StoreFault("OperationalError")
        return self.events

    async def delete(self, conversation: str) -> None:
        if self.is_down:
            raise StoreFault("OperationalError")
        self.deleted.append(conversation)


class Wrapped:
    """Stands in for Rasa's wrapper, which knows nothing of deletion."""

    def __init__(self, store: Store) -> None:
        self._tracker_store = store


class Agent:
    """Stands in for Rasa: repeats what it hears."""

    def __init__(self) -> None:
        self.ready = True
        self.heard: list[UserMessage] = []
        self.parsed: list[str] = []
        self.requests: list[str | None] = []
        self.store = Store()
        self.tracker_store = Wrapped(self.store)
        self.lock_store = ConversationLocks()
        self.processor = self
        self.seconds = 0.0

    def is_ready(self) -> bool:
        return self.ready

    async def parse_message(self, text: str) -> dict[str, Any]:
        self.parsed.append(text)
        tier = "T2" if text == SENTENCE else text.partition(" ")[0] if text[:1] in "TM" else "T0"
        return {"text": text, "safety": {"tier": tier, "kind": "self", "lang": "en"}}

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        self.requests.append(logs.request_id.get())
        await asyncio.sleep(self.seconds)
        await message.output_channel.send_response(message.sender_id, {"text": f"heard {message.text}"})


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Sanic, str]]:
    """Serve the channel, mounted as Rasa does it, on a free port."""
    app = Sanic("channel_tests")
    register([UnclenchChannel(SECRET)], app, route="/webhooks/")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    loop = asyncio.new_event_loop()

    async def start() -> None:
        running = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await running.startup()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/unclench"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=5)


@pytest.fixture
def agent(server: tuple[Sanic, str]) -> Agent:
    server[0].ctx.agent = Agent()
    return server[0].ctx.agent


@pytest.fixture
def http(server: tuple[Sanic, str], agent: Agent) -> Iterator[httpx.Client]:
    transport = httpx.HTTPTransport(retries=3)
    with httpx.Client(base_url=server[1], headers={SECRET_HEADER: SECRET}, transport=transport, timeout=10) as client:
        yield client


def test_a_message_is_heard_and_answered(http: httpx.Client, agent: Agent) -> None:
    answer = http.post("/messages", json={"conversation": CONVERSATION, "text": "hello"})
    assert answer.status_code == 200
    assert [message["text"] for message in answer.json()["messages"]] == ["heard hello"]
    (heard,) = agent.heard
    assert (heard.sender_id, heard.input_channel) == (CONVERSATION, "unclench")


def test_a_typed_command_is_heard_as_words(http: httpx.Client, agent: Agent) -> None:
    http.post("/messages", json={"conversation": CONVERSATION, "text": ' \u2003//restart{"a": 1}'})
    assert agent.heard[0].text == 'restart{"a": 1}'


def test_a_choice_is_heard_as_a_command(http: httpx.Client, agent: Agent) -> None:
    payload = {"intent": "ask", "entities": {"topic": "psoas"}}
    http.post("/messages", json={"conversation": CONVERSATION, "payload": payload})
    assert agent.heard[0].text == '/ask{"misses": 0, "topic": "psoas"}'


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_bad_body_is_answered_with_422(http: httpx.Client, agent: Agent, body: Any) -> None:
    assert http.post("/messages", json=body).status_code == 422
    assert agent.heard == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 40_000, b'{"a": 1', b"\x00"])
def test_a_body_that_is_not_json_is_answered_with_422(http: httpx.Client, agent: Agent, content: bytes) -> None:
    assert http.post("/messages", content=content).status_code == 422
    assert agent.heard == []


@pytest.mark.parametrize("given_secret", [b"", b"wrong", SECRET.upper().encode(), SECRET.encode() + b"x", b"\xff\xfe"])
def test_without_the_secret_nothing_is_heard_or_deleted(
    server: tuple[Sanic, str], agent: Agent, given_secret: bytes
) -> None:
    headers = [(SECRET_HEADER.encode(), given_secret)] if given_secret else []
    with httpx.Client(base_url=server[1], headers=headers) as stranger:
        body = {"conversation": CONVERSATION, "text": "hello"}
        assert stranger.post("/messages", json=body).status_code == 401
        assert stranger.post("/assess", json={"texts": ["hello"]}).status_code == 401
        assert stranger.delete(f"/conversations/{CONVERSATION}").status_code == 401
    assert agent.heard == []
    assert agent.store.deleted == []


# Following a message, and counting


@pytest.mark.parametrize(
    ("given", "noted"), [("0123456789abcdef", "0123456789abcdef"), ("planted words", None), ("", None)]
)
def test_a_message_is_followed_by_the_id_that_web_gave_it_and_by_nothing_else(
    http: httpx.Client, agent: Agent, given: str, noted: str | None
) -> None:
    http.post("/messages", json={"conversation": CONVERSATION, "text": "hello"}, headers={REQUEST_HEADER: given})
    assert agent.requests == [noted]


def test_messages_are_counted_for_whoever_has_the_secret_as_prometheus_gives_it(
    server: tuple[Sanic, str], http: httpx.Client
) -> None:
    def answered() -> float:
        with httpx.Client(base_url=server[1], headers={"Authorization": f"Bearer {SECRET}"}) as prometheus:
            counts = prometheus.get("/metrics")
        assert counts.status_code == 200 and CONVERSATION not in counts.text
        [line] = [line for line in counts.text.splitlines() if 'messages_total{outcome="answered"}' in line]
        return float(line.split()[-1])

    http.post("/messages", json={"conversation": CONVERSATION, "text": "hello"})
    before = answered()
    http.post("/messages", json={"conversation": CONVERSATION, "text": "hello"})
    assert answered() == before + 1
    with httpx.Client(base_url=server[1]) as stranger:
        assert stranger.get("/metrics").status_code == 401


# Once, in time, or not at all


def hello(http: httpx.Client, **more: Any) -> httpx.Response:
    return http.post("/messages", json={"conversation": CONVERSATION, "text": "hello", **more})


def test_a_message_that_comes_again_gets_the_answer_that_it_got_and_is_not_heard_again(
    http: httpx.Client, agent: Agent
) -> None:
    said = [{"kind": "text", "text": "what was said"}]
    again = "m" * 20
    agent.store.events = [UserUttered("hello", message_id=again), BotUttered("a", metadata={"messages": said})]
    assert hello(http, message_id=again).json() == {"messages": said}
    assert agent.heard == []
    assert hello(http, message_id="n" * 20).json()["messages"][0]["text"] == "heard hello"
    assert [heard.message_id for heard in agent.heard] == ["n" * 20]


@pytest.mark.parametrize("given", [5, "", "short", "m" * 65, "m" * 20 + "\n", ["m" * 20], {}])
def test_what_is_no_id_of_a_message_is_refused(http: httpx.Client, agent: Agent, given: Any) -> None:
    with pytest.raises(ValueError, match="message_id"):
        read_message_id({"message_id": given})
    assert hello(http, message_id=given).status_code == 422
    assert agent.heard == []


def test_two_messages_of_a_conversation_are_answered_one_after_the_other(http: httpx.Client, agent: Agent) -> None:
    agent.seconds = 0.2
    order: list[str] = []

    async def handle(message: UserMessage) -> None:
        order.append("begins")
        await asyncio.sleep(0.1)
        order.append("ends")

    agent.handle_message = handle  # type: ignore[method-assign]
    threads = [threading.Thread(target=hello, args=(http,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["begins", "ends"] * 3


def test_a_message_that_takes_too_long_is_ended_and_the_next_one_is_answered(
    http: httpx.Client, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SECONDS", 0.2)
    agent.seconds = 60
    answer = hello(http)
    assert (answer.status_code, answer.json()) == (503, {"problem": "too slow"})
    agent.seconds = 0
    assert hello(http).status_code == 200


def test_while_the_store_does_not_answer_no_message_is_heard(http: httpx.Client, agent: Agent) -> None:
    agent.store.is_down = True
    assert hello(http).status_code == 503
    assert agent.heard == []
    assert http.delete(f"/conversations/{CONVERSATION}").status_code == 503
    agent.store.is_down = False
    assert hello(http).status_code == 200


def test_without_a_model_no_message_is_answered(http: httpx.Client, agent: Agent) -> None:
    agent.ready = False
    assert hello(http).status_code == 503


# Words that are no message


def test_words_of_a_form_are_assessed_and_are_no_message(http: httpx.Client, agent: Agent) -> None:
    answer = http.post("/assess", json={"texts": ["Ann", "/T2 planted", "T1 planted"]})
    message = answer.json()["message"]
    assert (message["kind"], message["data"]["tier"], message["choices"]) == ("crisis", "T1", [])
    assert agent.parsed == ["Ann", "T2 planted", "T1 planted"], "no command"
    assert agent.heard == []


@pytest.mark.parametrize("texts", [["Ann"], ["T3 unclear"], ["M2 today"]])
def test_what_is_not_urgent_shows_nothing(http: httpx.Client, texts: list[str]) -> None:
    assert http.post("/assess", json={"texts": texts}).json() == {"message": None}


@pytest.mark.parametrize("texts", [None, [], "text", [5], ["a" * (MAX_TEXT + 1)], ["a"] * 9])
def test_what_is_no_list_of_texts_is_refused(http: httpx.Client, agent: Agent, texts: Any) -> None:
    assert http.post("/assess", json={"texts": texts}).status_code == 422
    assert agent.parsed == []


def test_a_conversation_is_deleted_through_rasas_wrapper(http: httpx.Client, agent: Agent) -> None:
    assert http.delete(f"/conversations/{CONVERSATION}").status_code == 204
    assert agent.store.deleted == [CONVERSATION]


def test_a_conversation_is_deleted_without_the_wrapper_too(http: httpx.Client, agent: Agent) -> None:
    agent.tracker_store = agent.store  # type: ignore[assignment]
    assert http.delete(f"/conversations/{CONVERSATION}").status_code == 204
    assert agent.store.deleted == [CONVERSATION]


def test_ready_tells_whether_a_model_is_loaded(http: httpx.Client, agent: Agent) -> None:
    assert http.get("/ready").status_code == 200
    agent.ready = False
    assert http.get("/ready").status_code == 503
