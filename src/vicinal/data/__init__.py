"""From raw data to numbers: corpora, tokenizers, vocabularies, tokens."""

from vicinal.data.corpus import Corpus, open_corpus
from vicinal.data.tokenize import by_regex, from_file, get_tokenizer, whitespace, words
from vicinal.data.tokens import Tokens, tokenize_corpus
from vicinal.data.vocabulary import Vocabulary

__all__ = [
    "Corpus",
    "Tokens",
    "Vocabulary",
    "by_regex",
    "from_file",
    "get_tokenizer",
    "open_corpus",
    "tokenize_corpus",
    "whitespace",
    "words",
]
