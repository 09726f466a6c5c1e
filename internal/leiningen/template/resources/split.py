"""Split emits the words of a sentence, in lower case and without punctuation, like wordcount/cmd/split in Go."""

import multilang


def words(sentence):
    spaced = "".join(c if c.isalpha() or c == "'" else " " for c in sentence.lower())
    return spaced.split()


def split(tup):
    for word in words(tup.values[0]):
        multilang.emit([word])


if __name__ == "__main__":
    multilang.run_bolt(split)
