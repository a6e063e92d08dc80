"""What the open documents are called: in the title of the window and on their tabs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from agenteditor.core.document import Document
from agenteditor.ui.qtext import menu_text, plain, title_text


def _tr(text: str) -> str:
    return QCoreApplication.translate("titles", text)


def title(document: Document) -> str:
    """The name of a document for people: its file name, or what it is."""
    return plain(document.path.name) if document.path is not None else "untitled.md"


def window_title(
    document: Document | None, folder: Path | None, *, saving: bool = False, viewed: Path | None = None
) -> str:
    """``name.md[*] — folder — Agent Editor``; [*] becomes a mark while there are unsaved changes.

    A file that is only ``viewed`` has no mark.
    """
    # Qt takes "[*]" for the place of the mark, and two of them for the letters.
    parts = [f"{title_text(title(document) + _state(document))}[*]"] if document else []
    if saving:
        parts.append(_tr("Saving…"))
    if viewed is not None:
        parts.append(title_text(viewed.name))
    path = viewed or (document.path if document else None)
    where = path.parent if path else folder
    if where is not None:
        parts.append(title_text(where.name or str(where)))
    return " — ".join([*parts, "Agent Editor"])


def tab_titles(documents: Sequence[Document], saving: Sequence[Document] = ()) -> list[str]:
    """The text of each tab: the name, with the folder where several have it, and ● while not saved.

    Those that are ``saving`` say that instead.

    Folders are told apart by their own name, else by as many of those above as it takes.
    """
    names = [title(document) for document in documents]
    several = {name for name, count in Counter(names).items() if count > 1}
    texts: list[str] = []
    for document, name in zip(documents, names, strict=True):
        text = name + _state(document)
        if name in several and document.path is not None:
            others = [
                other.path.absolute().parent
                for other, same in zip(documents, names, strict=True)
                if same == name and other.path is not None and other is not document
            ]
            text += f" — {plain(_tail(document.path.absolute().parent, others))}"
        state = f" — {_tr('Saving…')}" if document in saving else " ●" if document.modified else ""
        texts.append(menu_text(text) + state)
    return texts


def _state(document: Document) -> str:
    """What became of the file, if it is not there to be read any more."""
    words = {
        "": "",
        "gone": _tr(" (gone)"),
        "unreadable": _tr(" (unreadable)"),
    }
    return words[document.orphaned]


def _tail(folder: Path, others: Sequence[Path]) -> str:
    """The last names of a folder's path, as few as tell it from ``others``."""
    for count in range(1, len(folder.parts)):
        tail = folder.parts[-count:]
        if all(other.parts[-count:] != tail for other in others):
            return "/".join(tail)
    return str(folder)
