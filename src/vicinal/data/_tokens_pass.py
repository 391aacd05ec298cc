"""The one pass over a corpus that numbers its words, and the renumbering after it. Imports the compiled kernels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from vicinal.data._sources import BLOCK, SENTENCE_END, TOKEN_END, encode_tokens, gathered
from vicinal.data._tokens_files import TokenFiles
from vicinal.data._tokens_kernels import BEGIN, Alphabet
from vicinal.data._tokens_table import WordTable, alphabet
from vicinal.data._tokens_unicode import simplified
from vicinal.data.corpus import Corpus
from vicinal.data.tokenize import Tokenizer, get_tokenizer, whitespace, words
from vicinal.data.vocabulary import Vocabulary
from vicinal.progress import Callback, Meter

LONGEST_SENTENCE = 1 << 22  # bytes handed at a time to a tokenizer that is not compiled


def feed(corpus: Corpus, tokenizer: Any, lower: bool) -> tuple[Alphabet, Iterator[bytes]]:
    """Choose how the kernel parts words, and make the blocks it reads."""
    if corpus.tokenized:
        return alphabet("separated", False), corpus.blocks(BLOCK)
    for name, known in (("words", words), ("whitespace", whitespace)):
        if tokenizer == name or tokenizer is known:
            tokenize = partial(known, lower=lower)
            return alphabet(name, lower), (simplified(block, name, lower, tokenize) for block in corpus.blocks(BLOCK))
    function = get_tokenizer(tokenizer, lower=lower)
    return alphabet("separated", False), gathered(_separated(corpus, function), BLOCK)


def _separated(corpus: Corpus, tokenize: Tokenizer) -> Iterator[bytes]:
    for index, (text, ended) in enumerate(corpus.pieces(LONGEST_SENTENCE)):
        end = SENTENCE_END if ended else TOKEN_END
        yield encode_tokens(tokenize(text) if text else [], f"what the tokenizer made of sentence {index}", end)


def make_table(vocabulary: Vocabulary | None, max_types: int, documents: bool) -> WordTable:
    """A table that grows, or one that knows the words of a vocabulary and takes no others."""
    if vocabulary is None:
        return WordTable(max_types, documents=documents)
    table = WordTable(len(vocabulary), documents=documents)
    table.preload(vocabulary.tokens)
    return table


def number_words(blocks: Iterator[bytes], letters: Alphabet, table: WordTable, output: TokenFiles) -> Iterator[None]:
    """Number all words provisionally, in order of appearance, and write them; yields after each block."""
    for block in blocks:
        position = 0
        while (position := table.scan(block, position, letters)) < len(block):
            if table.full:
                output.append(*table.take())
                emptied = output.renumber(table.forget_rare())
                table.state[BEGIN] |= emptied
            else:
                table.grow()
        output.append(*table.take())
        yield


def run_reporting(steps: Iterator[None], corpus: Corpus, table: WordTable, callback: Callback | None) -> None:
    """Run the steps, reporting after each."""
    meter = Meter(callback, "reading")
    for _ in steps:
        share = corpus.share_read
        meter.total = round(table.words / share) if share > 0 else 0
        meter.report(table.words)
    meter.total = table.words
    meter.report(table.words)


def settle_vocabulary(table: WordTable, output: TokenFiles, min_count: int, max_vocabulary: int | None) -> Vocabulary:
    """Cut and sort the words seen, and renumber the files accordingly."""
    counts = table.counts
    frequent = np.flatnonzero(counts >= min(min_count, counts.max(initial=0)))
    if max_vocabulary is not None and len(frequent) > max_vocabulary:
        least = np.partition(counts[frequent], -max_vocabulary)[-max_vocabulary]
        frequent = frequent[counts[frequent] >= least]  # with ties, which the spelling decides
    spellings = table.words_at(frequent)
    pairs = zip(spellings, counts[frequent].tolist(), strict=True)
    vocabulary = Vocabulary.build(pairs, min_count=min_count, max_vocabulary=max_vocabulary, total=table.words)
    mapping = np.full(table.types, -1, np.int32)
    mapping[frequent] = [vocabulary.get(word) for word in spellings]
    output.renumber(mapping)
    return vocabulary
