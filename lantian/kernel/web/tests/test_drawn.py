"""Parts drawn once are drawn again for other values and in another language, and see nothing else of the page."""

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe
from django.utils.translation import override

from lantian.kernel.rules import Actor, ActorKind
from lantian.kernel.web import drawn as module
from lantian.kernel.web import navigation
from lantian.kernel.web.models import SavedView
from lantian.kernel.web.navigation import NavItem


def drawn(source: str) -> Template:
    return Template("{% load web %}" + source)


def test_the_same_values_are_drawn_once_and_others_anew():
    asked = []

    class Word:
        def __str__(self) -> str:
            asked.append(1)
            return "<b>"

    page, word = drawn("{% drawn word=word %}[{{ word }}]{% enddrawn %}"), Word()
    assert page.render(Context({"word": word})) == "[&lt;b&gt;]"
    assert page.render(Context({"word": word})) == "[&lt;b&gt;]"
    assert len(asked) == 1
    assert page.render(Context({"word": "other"})) == "[other]"
    assert page.render(Context({"word": ""})) == "[]"


def test_text_that_is_safe_is_not_taken_for_the_same_text_that_is_not():
    page = drawn("{% drawn word=word %}{{ word }}{% enddrawn %}")
    assert page.render(Context({"word": mark_safe("<b>")})) == "<b>"
    assert page.render(Context({"word": "<b>"})) == "&lt;b&gt;"
    assert page.render(Context({"word": "<b>"}, autoescape=False)) == "<b>"


def test_what_stands_in_a_tuple_is_told_by_its_kind_too():
    page = drawn("{% drawn words=words %}{% for word in words %}{{ word }}{% endfor %}{% enddrawn %}")
    assert page.render(Context({"words": (mark_safe("<b>"), (1,))})) == "<b>(1,)"
    assert page.render(Context({"words": ("<b>", (1,))})) == "&lt;b&gt;(1,)"
    assert page.render(Context({"words": ("<b>", (True,))})) == "&lt;b&gt;(True,)"


def test_a_record_which_may_change_and_stay_equal_is_refused():
    page = drawn("{% drawn entry=entry %}{% enddrawn %}")
    for entry in (SavedView(name="a"), (SavedView(name="a"),)):
        with pytest.raises(TypeError, match="not the record"):
            page.render(Context({"entry": entry}))


def test_each_language_has_its_own():
    page = drawn("{% drawn %}{% translate '搜索' %}{% enddrawn %}")
    assert page.render(Context()) == "搜索"
    with override("en"):
        assert page.render(Context()) == "Search"
    assert page.render(Context()) == "搜索"


def test_nothing_of_the_page_is_seen_but_the_values(rf):
    inside = "{{ a }}{{ b }}{{ request.path }}{{ shell.lang }}{{ actor.name }}{{ csrf_token }}{% csrf_token %}"
    page = drawn(f"{{% drawn a=a %}}{inside}{{% enddrawn %}}")
    context = RequestContext(rf.get("/secret/"), {"a": "A", "b": "B", "actor": Actor(kind=ActorKind.PERSON, name="N")})
    assert page.render(context) == "A"


def test_not_more_than_some_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    page = drawn("{% drawn n=n %}{{ n }}{% enddrawn %}")
    node = next(iter(page.nodelist.get_nodes_by_type(module.DrawnNode)))
    for n in range(10):
        assert page.render(Context({"n": n})) == str(n)
        assert len(node.kept) <= 3


def test_values_have_names():
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        drawn("{% drawn shell.items %}{% enddrawn %}")


def test_an_entry_that_takes_the_place_of_another_of_its_name_is_another():
    old, new = (NavItem("x", label, "home", "house", 1) for label in ("旧", "新"))
    page = drawn("{% drawn items=items %}{% for item in items %}{{ item.label }}{% endfor %}{% enddrawn %}")
    assert [page.render(Context({"items": (item,)})) for item in (old, new, old)] == ["旧", "新", "旧"]


def test_the_bar_takes_what_is_meant_for_it_and_the_menu_beside_it_the_rest():
    items = [
        NavItem(str(n), str(n), "home", "house", n, phone=n in (1, 4, 5), group="g" if n > 3 else "") for n in range(7)
    ]
    assert [item.key for item in navigation.in_bar(items)] == ["1", "4", "5"]
    assert [item.key for item in navigation.beside_bar(items)] == ["0", "2", "3", "6"]
    assert [(name, len(found)) for name, found in navigation.grouped(items)] == [("", 4), ("g", 3)]
    few = [NavItem(str(n), str(n), "home", "house", n) for n in range(5)]
    assert [item.key for item in navigation.in_bar(few)] == ["0", "1", "2"]
