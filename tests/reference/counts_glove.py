"""Slow, readable twins: co-occurrence counting in exact fractions, GloVe's steps in float64, one pair at a time."""

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np


def count(sentences, window, weighting):
    """Map (word, neighbour) to the exact sum of weights, both ways round."""
    sums = defaultdict(Fraction)
    for sentence in sentences:
        for at, word in enumerate(sentence):
            for distance in range(1, window + 1):
                weight = Fraction(1, distance) if weighting == "harmonic" else Fraction(1)
                if at + distance < len(sentence):
                    sums[word, sentence[at + distance]] += weight
                    sums[sentence[at + distance], word] += weight
    return dict(sums)


class Side:
    """Vectors, biases and sums of squared gradients of one side."""

    def __init__(self, vectors, biases, rate):
        self.vectors, self.biases = np.array(vectors, np.float64), np.array(biases, np.float64)
        self.vector_sums, self.bias_sums = np.ones_like(self.vectors), np.full(len(biases), float(rate) ** 2)


def weight(value, x_max, exponent):
    return 1.0 if value > x_max else (value / x_max) ** exponent


def error(inputs, outputs, row, col, value):
    product = float(inputs.vectors[row] @ outputs.vectors[col])
    return product + float(inputs.biases[row]) + float(outputs.biases[col]) - math.log(value)


def step(inputs, outputs, row, col, value, rate, x_max=100.0, exponent=0.75):
    """Move both sides by one pair; returns its loss before the step."""
    wrong = error(inputs, outputs, row, col, value)
    pull = weight(value, x_max, exponent) * wrong
    moves = (
        (inputs.vectors, inputs.vector_sums, row, rate * pull * outputs.vectors[col]),
        (outputs.vectors, outputs.vector_sums, col, rate * pull * inputs.vectors[row]),
        (inputs.biases, inputs.bias_sums, row, rate * pull),
        (outputs.biases, outputs.bias_sums, col, rate * pull),
    )
    for values, sums, at, move in moves:
        values[at] -= move / np.sqrt(sums[at])
        sums[at] += move**2
    return 0.5 * pull * wrong


def zipf_sentences(words, length, sentences, seed):
    """Sentences of word numbers, more or less as frequent as words are; each has a topic, an eighth of the words."""
    random = np.random.default_rng(seed)
    chances = 1.0 / np.arange(1, words + 1)
    drawn = []
    for _ in range(sentences):
        topic = np.where(np.arange(words) % 8 == random.integers(8), 4.0, 1.0)
        drawn.append(random.choice(words, length, p=chances * topic / (chances * topic).sum()).tolist())
    return drawn
