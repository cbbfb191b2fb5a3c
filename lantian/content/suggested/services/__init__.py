"""The verbs of suggestions: noting what is used, choosing, and making the model."""

from lantian.content.suggested.services.building import rebuild
from lantian.content.suggested.services.choosing import be_personal, be_plain, hide, show_again
from lantian.content.suggested.services.keeping import forget_hidden, forget_plain, forget_uses, let_go_of_uses
from lantian.content.suggested.services.noting import note_pack, note_rating, note_uses

__all__ = [
    "be_personal",
    "be_plain",
    "forget_hidden",
    "forget_plain",
    "forget_uses",
    "hide",
    "let_go_of_uses",
    "note_pack",
    "note_rating",
    "note_uses",
    "rebuild",
    "show_again",
]
