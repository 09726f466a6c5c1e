"""A package that only the jar brings to the workers."""
import re


def words_of(sentence):
    return re.findall(r"(?:[^\W\d_]|')+", sentence.lower())
