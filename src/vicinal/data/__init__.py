"""From raw data to numbers: corpora, tokenizers, vocabularies, tokens; graphs and walks over them."""

from vicinal.data.corpus import Corpus, open_corpus
from vicinal.data.graph import Graph
from vicinal.data.graph_opening import open_graph
from vicinal.data.named_texts import NamedTexts
from vicinal.data.phrases import ENGLISH_CONNECTORS, Phrases
from vicinal.data.tokenize import by_regex, from_file, get_tokenizer, whitespace, words
from vicinal.data.tokens import Tokens, tokenize_corpus
from vicinal.data.vocabulary import Vocabulary
from vicinal.data.walks import Walks, walk_graph

__all__ = [
    "ENGLISH_CONNECTORS",
    "Corpus",
    "Graph",
    "NamedTexts",
    "Phrases",
    "Tokens",
    "Vocabulary",
    "Walks",
    "by_regex",
    "from_file",
    "get_tokenizer",
    "open_corpus",
    "open_graph",
    "tokenize_corpus",
    "walk_graph",
    "whitespace",
    "words",
]
