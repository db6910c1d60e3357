"""Trains the tests' SentencePiece model and writes what the reference implementation makes of some texts.

Needs the Python package sentencepiece (in Debian: python3-sentencepiece). Writes tokenizer.model and tokenizer_expected.json beside this file.
The special ids are T5's: padding 0, end of sentence 1, unknown 2, no beginning of sentence; the normalization is T5's, nmt_nfkc.
"""
import io
import itertools
import json
import pathlib

import sentencepiece

FOLDER = pathlib.Path(__file__).parent
SIZES = ["small", "large", "tiny", "huge"]
COLORS = ["red", "blue", "green", "yellow", "purple", "orange"]
SHAPES = ["circle", "square", "triangle", "star", "ring", "cross"]
RELATIONS = ["above", "below", "left of", "right of", "inside", "behind"]
PROSE = [
    "The quick brown fox jumps over the lazy dog.",
    "A photo of a lighthouse at night, with 2 boats and 13 gulls!",
    "Is this a drawing? No: it's an oil painting (from 1987).",
    "Every picture shows one thing in front of another thing.",
]

# None of the Greek, Hebrew and Arabic letters and none of the emoji is in the vocabulary.
TEXTS = [
    "a small red circle above a blue square",
    "The  quick\tbrown\nfox ",
    "ＦＵＬＬ width ½ ﬁre",
    "unseen: ΩΨ",
    "ΩΨ then known ΩΨ",
    "שלום עולם",
    "مرحبا red star",
    "red 😀😀 star 👩‍👩‍👧",
    "x",
    "</s> <pad> <unk>",
    "e\u0301cole",
    "\u200bzero\u200bwidth\u00ad\ufeff",
    "control\u0001\u0007\u000b\u007f\u008f\u009fcharacters",
    "zero\u0000character",
    "other\u0080 \u0085 \u0088 controls",
    "bad \ufffd character",
]


def captions():
    for size, color, shape, relation in itertools.product(SIZES, COLORS, SHAPES, RELATIONS):
        other = COLORS[(COLORS.index(color) + len(shape)) % len(COLORS)]
        yield f"a {size} {color} {shape} {relation} a {other} {SHAPES[(SHAPES.index(shape) + 1) % len(SHAPES)]}"
    yield from PROSE * 20


def main():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=captions(), model_writer=model, model_type="unigram", vocab_size=200, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nmt_nfkc", character_coverage=1.0, num_threads=1,
        minloglevel=1)
    (FOLDER / "tokenizer.model").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    expected = {
        "source": f"sentencepiece {sentencepiece.__version__}, SentencePieceProcessor.encode, without the end of sentence",
        "size": processor.get_piece_size(),
        "cases": [{"text": text, "ids": processor.encode(text)} for text in TEXTS],
    }
    (FOLDER / "tokenizer_expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
