"""Trap 71: a caption that still names the character has it painted again."""

import pytest

from dreamdance_core.caption.words import joined, scene_only, whole_sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "A girl stands on a bridge.",
        "The image features an anime character in a forest.",
        "Two men's bicycles lean on a wall.",
        "Long pink hair blows in the wind.",
        "A blue-eyed elf rests by the river.",
        "A fox-girl waits in front of a shop!",
        "There are no people in the street.",
        "Children are playing near the fountain.",
        "She is looking at the sea.",
        "A silhouette is seen against the sunset.",
        "Dressed in red, a dancer poses.",
        "PERSON, street, night.",
    ],
)
def test_sentences_about_somebody_go(sentence):
    assert scene_only(sentence) == ""
    assert (
        scene_only(f"A quiet street at dusk. {sentence} Warm lamps line it.")
        == "A quiet street at dusk. Warm lamps line it."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "A man-made lake lies between mountains.",
        "Humid woodland with mushrooms and theatre masks.",
        "A kitchen with a kingfisher painting, a chandelier and a womanly curve of the staircase.",
        "A river running through a valley under standing stones.",
        "Heavy rain over a harbour, anime style",
        "A library with tall shelves, soft light from the window.",
    ],
)
def test_sentences_about_the_place_stay(sentence):
    assert scene_only(sentence) == sentence


def test_whole_sentences_and_joining():
    assert whole_sentences(" A lake.\nBlue sky! A cut off ending of") == "A lake. Blue sky!"
    assert whole_sentences("a lake in winter") == "a lake in winter." and whole_sentences("  ") == ""
    assert joined("  my words", "", "A lake. ") == "my words A lake." and joined("", " ") == ""
