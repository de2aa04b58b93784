import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.errors import StudioError
from musicflamingo_app.services.labels import MAX_LABEL, Labels, checked, cleaned, title_for


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (None, None), ("", None), (" \t\n", None), ("Song", "Song"), (" a  b\r\nc ", "a b c"), ("x\0y", "x y"),
        ("evil\u202egnp.mp3", "evil gnp.mp3"), ("caf\udce9", "caf\ufffd"), ("🎵 夜", "🎵 夜"),
        ("y" * 900, "y" * MAX_LABEL),
        ("=HYPERLINK()", "=HYPERLINK()"), ("<b>", "<b>"),
    ],
)  # fmt: skip
def test_names_from_files_are_cleaned(found, kept):
    assert cleaned(found) == kept


@pytest.mark.parametrize(
    ("tag", "name", "title"),
    [
        ("Tag", "file.mp3", "Tag"), (None, "01 Song.mp3", "01 Song"), ("  ", "a.b.flac", "a.b"),
        (None, "noending", "noending"),
        (None, ".mp3", ".mp3"), (None, "", "Untitled"), ("\0", "\n.mp3", "Untitled"),
    ],
)  # fmt: skip
def test_a_track_always_has_a_title(tag, name, title):
    assert title_for(tag, name) == title


@settings(deadline=None)
@given(st.text(), st.text())
def test_what_was_cleaned_passes_the_check(tag, name):
    title = title_for(tag, name)
    assert checked(Labels(title)).title == title


def test_names_are_trimmed_and_empty_ones_forgotten():
    given_labels = Labels("  Title ", " Artist", "", 1969, " ")
    assert checked(given_labels) == Labels("Title", "Artist", None, 1969, None)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (Labels(""), "The title is empty."),
        (Labels("  "), "The title is empty."),
        (Labels("x" * 301), "The title has 301 characters."),
        (Labels("x", artist="a\nb"), "The artist has a control character in it."),
        (Labels("x\u202ey"), "The title has a control character in it."),
        (Labels("x\ud800"), "The title has a control character in it."),
        (Labels("x", album="y" * 999), "The album has 999 characters."),
        (Labels("x", year=0), "0 is not a year."),
        (Labels("x", year=99_999), "99999 is not a year."),
    ],
)
def test_what_a_person_may_not_write(labels, sentence):
    with pytest.raises(StudioError) as caught:
        checked(labels)
    assert caught.value.what == sentence and caught.value.advice
