"""Keeps a caption to the place: what mentions somebody would be painted into the hole that the figure left."""

from __future__ import annotations

import re

_SOMEBODY = """
    person | people | persona | human | man | men | woman | women | boy | girl | child | children | kid | baby |
    babies | toddler | infant | lady | ladies | gentleman | gentlemen | guy | dude | female | male | adult | teenager
    | teen | youth | someone | somebody | anyone | anybody | nobody | everyone | figure | silhouette | character |
    protagonist | hero | heroes | heroine | villain | crowd | pedestrian | passerby | passersby | bystander | onlooker
    | couple | family | families | friend | individual | subject | portrait | selfie | cosplayer | mannequin | doll |
    puppet | statue | creature | mascot | waifu | chibi | catgirl | foxgirl | schoolgirl | schoolboy | dancer | singer
    | musician | performer | actor | actress | player | athlete | warrior | soldier | knight | samurai | ninja |
    swordsman | swordswoman | archer | mage | wizard | witch | witches | sorcerer | sorceress | elf | elves | fairy |
    fairies | mermaid | angel | demon | vampire | robot | prince | princess | princesses | king | queen | maid |
    student | teacher | worker | farmer | fisherman | fishermen | traveler | traveller | tourist | hiker | rider |
    cyclist | driver | swimmer | runner | guard | pirate | nurse | doctor | chef | mother | father | mom | dad |
    sister | brother | daughter | son | wife | husband | girlfriend | boyfriend | he | she | him | his | her | hers |
    himself | herself | they | them | their | themselves | who | whose | whom
"""
# What only somebody has or does: "her" may be missing from "long pink hair".
_TRAITS = """
    hair | haired | hairstyle | ponytail | pigtail | bangs | eyed | smile | smiling | dress | dresses | dressed |
    wearing | wears | outfit | costume | kimono | skirt | uniform | pose | posing | gazing | dancing | kneeling
"""
# "man-made" and "king-size" speak of things; "blue-eyed" and "fox-girl" do not.
_MENTION = re.compile(rf"(?<!\w)(?:{_SOMEBODY}|{_TRAITS})s?(?![\w-])", re.IGNORECASE | re.VERBOSE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def whole_sentences(text: str) -> str:
    """The text on one line, without a last sentence that was cut off; a text that has no whole one ends in a stop."""
    text = " ".join(text.split())
    end = max(text.rfind(mark) for mark in ".!?") + 1
    return text[:end] if end or not text else f"{text}."


def scene_only(text: str) -> str:
    """The sentences of an English text that mention nobody, in their order; "" when none is left.

    "There are no people" goes too: an image model reads the noun and not the denial.
    """
    sentences = (sentence.strip() for sentence in _SENTENCE.split(text))
    return " ".join(sentence for sentence in sentences if sentence and not _MENTION.search(sentence))


def joined(*parts: str) -> str:
    """One prompt of the parts that are not empty."""
    return " ".join(part.strip() for part in parts if part.strip())
