"""Asking for the lines of scans."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.attachments import scan_client
from pipeline.attachments.messages import ReadLine, ScanAnswer, ScanRequest
from pipeline.attachments.scan_client import read_lines
from pipeline.system.limited_client import CallFailedError, LimitedClient
from pipeline.system.limited_process import BrokenMessageError, ProcessLimits

REQUESTS = msgspec.msgpack.Decoder(ScanRequest)


class RecordingClient(LimitedClient):
    """Answers with what it was asked about, in place of a process that needs seconds. It fails once, if told to."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[bytes] = []
        self.fails = False

    def call(self, function: str, argument: bytes, limits: ProcessLimits) -> bytes:
        """The content of the paper as its one line."""
        pdf = REQUESTS.decode(argument).pdf
        self.read.append(pdf)
        if self.fails:
            self.fails = False
            raise CallFailedError(limits.wall_seconds)
        assert function
        return msgspec.msgpack.encode(ScanAnswer(lines=(ReadLine(pdf.decode(), 1, (0, 0, 1, 1)),) if pdf else ()))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> RecordingClient:
    """The client in place of that of the program, which has read nothing yet."""
    recording = RecordingClient()
    monkeypatch.setattr(scan_client, "_SCANS", recording)
    monkeypatch.setattr(scan_client, "_READ", {})
    return recording


def test_a_scan_is_read_once_for_its_content(client: RecordingClient) -> None:
    first, second = (read_lines(b"one") for _ in range(2))
    assert first == second
    assert [line.text for line in read_lines(b"two")] == ["two"]
    assert [read_lines(b""), read_lines(b"")] == [(), ()]
    assert client.read == [b"one", b"two", b""]


def test_a_scan_that_could_not_be_read_is_read_again(client: RecordingClient) -> None:
    client.fails = True
    with pytest.raises(CallFailedError):
        read_lines(b"one")
    assert [line.text for line in read_lines(b"one")] == ["one"]


def test_the_oldest_scans_are_forgotten(client: RecordingClient) -> None:
    for number in range(40):
        read_lines(str(number).encode())
    assert len(scan_client._READ) < 40
    read_lines(b"39")
    assert len(client.read) == 40
    read_lines(b"0")
    assert len(client.read) == 41


def test_a_closed_client_starts_no_further_process() -> None:
    client = LimitedClient()
    client.close()
    with pytest.raises(BrokenMessageError):
        client.start()
    with pytest.raises(CallFailedError):
        client.call("pipeline.attachments.scan_tasks:answer_scan", b"", ProcessLimits())
