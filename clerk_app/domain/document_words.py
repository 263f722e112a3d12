"""What an identity document says, as a form shows it."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.identity import LONG_TERM, DocumentKind, IdentityDocument, Sex

LONG_TERM_LABEL = "长期"

_SEX_LABELS: Mapping[Sex, str] = {"male": "男", "female": "女", "unknown": "未知", "not_stated": "未说明"}
_DOCUMENT_LABELS: Mapping[DocumentKind, str] = {
    "resident_id": "居民身份证",
    "hmt_permit": "港澳台居民居住证",
    "foreign_permanent_2017": "外国人永久居留身份证",
    "foreign_permanent_2023": "外国人永久居留身份证",
}


def document_label(document: IdentityDocument) -> str:
    """The Chinese name of the kind of document; empty for an unknown kind."""
    return _DOCUMENT_LABELS.get(document.document, "")


def card_value(document: IdentityDocument, key: str) -> str:
    """What a document says under `key`, as the form shows it; empty if it says nothing.

    The newest address of a card stands over the printed one.
    """
    if key == "document":
        return document_label(document)
    if key == "sex":
        return _SEX_LABELS[document.sex] if document.sex else ""
    if key == "valid_until":
        return shown_end(document.valid_until or "")
    if key == "address":
        return document.newest_address or document.address or ""
    return str(getattr(document, key) or "")


def shown_end(text: str) -> str:
    """An end of validity as the form shows it; any other text as it is."""
    return LONG_TERM_LABEL if text == LONG_TERM else text
