"""What is made of a stored lesson once it is over: a look through it, and a file to keep. See docs/engines/recordings.md."""

from lantian.content.media.services.making.film import FilmFacts, make_film
from lantian.content.media.services.making.look import Look, Stills, look_through
from lantian.content.media.services.making.stored import StoredLesson

__all__ = ["FilmFacts", "Look", "Stills", "StoredLesson", "look_through", "make_film"]
