"""Letters as drafts of e-mails (.eml), which mail programs open for sending."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from pipeline.run.overview.reminders import Reminder

#: A header of every draft, by which an earlier one is recognised.
_OWN = "X-Mailer: visa-packet reminders"


def to_eml(reminder: Reminder) -> bytes:
    """Return the draft of an e-mail: without a sender and a day, which the mail program adds."""
    message = EmailMessage(policy=SMTP)
    name, _, value = _OWN.partition(": ")
    message[name] = value
    message["X-Unsent"] = "1"
    message["To"] = Address(addr_spec=reminder.to) if reminder.to else ""
    message["Subject"] = reminder.subject
    message.set_content(reminder.text, cte="base64")
    message["Content-Language"] = reminder.language
    return message.as_bytes()


def is_own_eml(content: bytes) -> bool:
    """Return True if a draft was written by this program and may be replaced."""
    return content.startswith(_OWN.encode())
