from base64 import b64encode

from msgspec.structs import replace

from octotui.runtime.jobs.service_message_parser import ServiceMessageParser
from octotui.runtime.jobs.service_message_types import Message


def said(name: str, /, **values: str) -> bytes:
    pairs = "".join(f" {key}='{b64encode(value.encode()).decode()}'" for key, value in values.items())
    return f"##octopus[{name}{pairs}]".encode()


def read(*chunks: bytes) -> tuple[bytes, list[Message]]:
    """The visible text and the messages, with places that count from the beginning."""
    reader = ServiceMessageParser()
    visible = b""
    messages: list[Message] = []
    for text, found in [*(reader.feed(chunk) for chunk in chunks), reader.end()]:
        messages += [replace(each, at=each.at + len(visible)) for each in found]
        visible += text
    return visible, messages
