"""Slow, readable twins of the token kernels: plain Python over plain lists."""

from __future__ import annotations

from collections import Counter


def split_block(block, classes, folding, kinds):
    """Sentences of a block as lists of words (bytes), by the rules of the scanning kernel.

    ``kinds`` names the classes: a mapping with "letter", "digit", "apostrophe", "newline".
    """
    sentences, word = [[]], []

    def end_word():
        if word:
            sentences[-1].append(bytes(word))
            word.clear()

    for place, byte in enumerate(block):
        kind = classes[byte]
        following = classes[block[place + 1]] if place + 1 < len(block) else None
        inside = (
            kind == kinds["apostrophe"]
            and bool(word)
            and classes[block[place - 1]] == kinds["letter"]
            and following == kinds["letter"]
        )
        if kind in (kinds["letter"], kinds["digit"]) or inside:
            word.append(int(folding[byte]))
            continue
        end_word()
        if kind == kinds["newline"]:
            sentences.append([])
    end_word()
    return [sentence for sentence in sentences if sentence]


def simplify(line, tokenize):
    """One line, its words parted by single spaces, as the Python tokenizer finds them."""
    return " ".join(tokenize(line)).encode()


def renumber(ids, mapping, sentences, begin):
    """Ids left, places where the sentences left begin, and whether the next word begins a sentence."""
    kept, begun = [], []
    starts = set(sentences)
    for place, number in enumerate(ids):
        begin = begin or place in starts
        if mapping[number] >= 0:
            if begin:
                begun.append(len(kept))
                begin = False
            kept.append(mapping[number])
    return kept, begun, begin


def number_corpus(sentences, min_count, max_vocabulary=None):
    """Vocabulary, ids and offsets of tokenised sentences, by the definition."""
    counts = Counter(word for sentence in sentences for word in sentence)
    ranked = sorted((word for word in counts if counts[word] >= min_count), key=lambda word: (-counts[word], word))
    numbers = {word: number for number, word in enumerate(ranked[:max_vocabulary])}
    ids, offsets = [], [0]
    for sentence in sentences:
        known = [numbers[word] for word in sentence if word in numbers]
        if known:
            ids += known
            offsets.append(len(ids))
    return list(numbers), [counts[word] for word in numbers], ids, offsets
