"""Lesson 02: tokens and embeddings."""

from collections import Counter
from itertools import combinations, pairwise, takewhile

import numpy as np

from course_lib.judge import USUAL, Exercise

SENTENCE = "a fluffy blue creature roamed the verdant forest".split()


def _text(draw, least):
    """A list of tokens: words, or now and then single letters."""
    tokens = draw.tokens(least, 24)
    return draw.choice(tokens, tokens, [token[0] for token in tokens])


def _fresh(tokens):
    """The same texts as new objects, so that `is` does not do what `==` should."""
    return ["".join([token[:1], token[1:]]) for token in tokens]


def _vocabulary(draw, words):
    """{token: id} with "<unk>" among these words: the ids in any order, and the dictionary in another."""
    words = ["<unk>", *dict.fromkeys(words)]
    ids = draw.rng.permutation(len(words))
    return {words[place]: int(ids[place]) for place in draw.rng.permutation(len(words))}


def build_vocabulary(tokens, slip):
    """{token: id}: "<unk>" is 0, the others follow in the order in which they first appear."""
    seen = list(dict.fromkeys(tokens))
    numbers = slip(
        lambda: _counted(seen),
        alphabetical=lambda: _counted(sorted(seen)),
        by_frequency=lambda: _counted(token for token, _ in Counter(tokens).most_common()),
        backwards=lambda: _counted(seen[::-1]),
        order_of_last=lambda: _counted(list(dict.fromkeys(tokens[::-1]))[::-1]),
        letters=lambda: _counted(dict.fromkeys("".join(tokens))),
        lower_case=lambda: _counted(dict.fromkeys(token.lower() for token in tokens)),
        stripped=lambda: _counted(dict.fromkeys(token.strip() for token in tokens)),
        letters_only=lambda: _counted(token for token in seen if token.isalpha()),
        misses_last=lambda: _counted(dict.fromkeys(tokens[:-1])),
        misses_first=lambda: _counted(dict.fromkeys(tokens[1:])),
        inside_another=lambda: _counted(t for i, t in enumerate(seen) if not any(t in u for u in seen[:i])),
        begins_another=lambda: _counted(t for i, t in enumerate(seen) if not any(u.startswith(t) for u in seen[:i])),
        stops_at_repeat=lambda: _counted(tokens[: next((i for i, t in enumerate(tokens) if t in tokens[:i]), None)]),
        place_in_text=lambda: {token: tokens.index(token) for token in seen},
        last_place=lambda: {token: place for place, token in enumerate(tokens)},
        renumbered=lambda: _renumbered(tokens),
        first_only=lambda: _counted(tokens[:1]),
        never_counts=lambda: dict.fromkeys(seen, 0),
    )
    vocabulary = slip(
        lambda: {"<unk>": 0, **{token: number + 1 for token, number in numbers.items()}},
        no_unk=lambda: numbers,
        no_unk_from_one=lambda: {token: number + 1 for token, number in numbers.items()},
        unk_last=lambda: {**numbers, "<unk>": max(numbers.values(), default=-1) + 1},
        unk_shares_zero=lambda: {"<unk>": 0, **numbers},
        gap=lambda: {"<unk>": 0, **{token: number + 2 for token, number in numbers.items()}},
        no_brackets=lambda: {"unk": 0, **{token: number + 1 for token, number in numbers.items()}},
        capital_unk=lambda: {"<UNK>": 0, **{token: number + 1 for token, number in numbers.items()}},
        square_unk=lambda: {"[UNK]": 0, **{token: number + 1 for token, number in numbers.items()}},
        unk_minus_one=lambda: {"<unk>": -1, **numbers},
    )
    return slip(
        lambda: vocabulary,
        counts=lambda: dict(Counter(tokens)),
        counts_and_unk=lambda: {"<unk>": 0, **Counter(tokens)},
        turned_round=lambda: {number: token for token, number in vocabulary.items()},
        a_list=lambda: list(vocabulary),
        pairs=lambda: [[token, number] for token, number in vocabulary.items()],
        only_unk=lambda: {"<unk>": 0},
        in_words=lambda: {token: str(number) for token, number in vocabulary.items()},
        token_for_every_number=lambda: dict(enumerate(["<unk>", *tokens])),
    )


def _counted(tokens):
    """{token: 0, 1, 2, …}."""
    return {token: number for number, token in enumerate(tokens)}


def _renumbered(tokens):
    """A loop that gives a token a new number although it has one."""
    numbers = {"<unk>": 0}
    for token in tokens:
        numbers[token] = len(numbers)
    return {token: number - 1 for token, number in numbers.items() if token != "<unk>"}


def _keeps_the_order(function):
    """False if the right tokens get the right set of ids, in another order: the signature of a set."""
    tokens = "the verdant forest and the blue creature in the forest with one more blue fluffy creature".split()
    vocabulary = function(list(tokens))
    wanted = {token: number for number, token in enumerate(["<unk>", *dict.fromkeys(tokens)])}
    return vocabulary == wanted or vocabulary.keys() != wanted.keys() or {*vocabulary.values()} != {*wanted.values()}


BUILD_VOCABULARY = Exercise(
    build_vocabulary,
    cases=[
        (["the", "blue", "creature", "and", "the", "forest"],),
        (SENTENCE,),
        (["forest"],),
        ("in the forest the creature saw the other creature in the blue forest on a blue day".split(),),
        (["b", "a", "c", "a", "b", "b", "d"],),
        (["The", "them", "the", "42", ",", "isn't", "mail", "THE", ",", "the", "e-mail", "4", "end.", "hem", "the\n"],),
    ],
    makes=lambda draw: (_text(draw, 1),),
    says=dict(
        no_unk='`"<unk>"` is missing, and a token has the 0 that belongs to it. ⇒ Put it in before all tokens: every other id then grows by one.',
        no_unk_from_one='The 0 is kept free, but nobody has it yet. ⇒ Put `"<unk>"` into the vocabulary first, with id 0.',
        unk_last='`"<unk>"` comes last in your vocabulary. ⇒ Put it in first: its id is 0.',
        unk_shares_zero='`"<unk>"` and a token share the id 0. ⇒ Begin to count the tokens at 1.',
        unk_minus_one='`"<unk>"` has the id −1. ⇒ Give it the 0, and begin to count the tokens at 1.',
        no_brackets='Your vocabulary has `"unk"` without brackets, which could be a word of the text. ⇒ Write `"<unk>"`.',
        capital_unk='Your vocabulary has `"<UNK>"` in capitals. ⇒ Write `"<unk>"`: a dictionary tells capitals from small letters.',
        square_unk='Your vocabulary has `"[UNK]"`. ⇒ Write `"<unk>"`: other functions look for just that.',
        gap="You skip the id 1. ⇒ Does your counter move on once too often before the first token?",
        alphabetical="Your ids follow the alphabet. ⇒ Give them in the order in which the tokens first appear: leave out `sorted`.",
        by_frequency="Your ids follow the frequency. ⇒ Give them in the order in which the tokens first appear.",
        backwards="Your ids run from the end of the text. ⇒ Begin with the first token.",
        order_of_last="A token that comes again is moved behind the others. ⇒ It keeps the id of its first appearance.",
        place_in_text="Repeated tokens leave gaps in your ids. ⇒ The next id is the number of entries so far: `len(vocabulary)`.",
        last_place="A token that comes again gets a new number, its last place. ⇒ Skip tokens that the vocabulary already holds.",
        renumbered="A token that comes again is numbered again, and two tokens end up with one id. ⇒ Skip it: `if token not in vocabulary`.",
        letters="You numbered the letters. ⇒ Each token (here a whole word) gets one id: do not join the tokens or go through their letters.",
        lower_case="You made all letters small, and `The` and `the` became one token. ⇒ Keep every token as it is.",
        stripped="You took blanks and line ends off the tokens. ⇒ Keep every token as it is: `the` before a line end is another token.",
        letters_only="You left out tokens that hold more than letters, such as `42` or a comma. ⇒ Every token gets an id.",
        inside_another="A token that is part of an earlier one is left out. ⇒ `in` with a text looks into it: ask a dictionary, which compares whole tokens.",
        begins_another="A token with which an earlier one begins is left out. ⇒ Compare whole tokens: `token in vocabulary`.",
        stops_at_repeat="Your ids end at the first token that comes again. ⇒ Skip it and go on: no `break` there.",
        misses_last="The last token of the text is left out. ⇒ Does your loop stop one step early?",
        misses_first="The first token of the text is left out. ⇒ Positions begin at 0.",
        counts="You counted how often each token occurs. ⇒ Give each token a number of its own instead.",
        counts_and_unk="You counted how often each token occurs. ⇒ Give each token a number of its own instead.",
        turned_round="Your dictionary goes from id to token. ⇒ Turn it round: `vocabulary[token]` is the id.",
        first_only="Only the first token got an id. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        never_counts="All tokens got the same id. ⇒ The next free id is `len(vocabulary)`; a counter of your own has to go up after each new token.",
        a_list="You returned the tokens as a list. ⇒ Return a dictionary {token: id}; `enumerate` gives the ids.",
        pairs="You returned pairs. ⇒ Put them into a dictionary: `dict(…)` does it.",
        only_unk='Nothing but `"<unk>"` is in your vocabulary. ⇒ Does your `if` ask for the tokens that are *not* yet in it?',
        in_words="Your ids are texts. ⇒ Keep them as numbers: leave out `str` and the quotation marks.",
        token_for_every_number="Your dictionary goes from number to token, and repeated tokens come again. ⇒ Turn it round: `vocabulary[token] = …`.",
    ),
    hints=(
        "When your loop meets `the` for the second time, what should happen? And how many entries are there when a new token comes?",
        'Start with `vocabulary = {"<unk>": 0}`. `token in vocabulary` asks whether it is there; `len(vocabulary)` is the next free id.',
        "`for token in tokens:` and in it `if token not in vocabulary:`.",
    ),
    probes=[
        (
            "order",
            "The ids are in an order that is not the text's. ⇒ Do they come out of a `set`? It has no order of its own, and may differ each time you start Python. Go through the list.",
            _keeps_the_order,
        )
    ],
)


def encode(tokens, vocabulary, slip):
    """The id of each token; an unknown token gets the id of "<unk>"."""
    tokens = slip(
        lambda: tokens,
        each_once=lambda: list(dict.fromkeys(tokens)),
        backwards=lambda: tokens[::-1],
        misses_last=lambda: tokens[:-1],
        misses_first=lambda: tokens[1:],
        letters=lambda: list("".join(tokens)),
        lower_case=lambda: [token.lower() for token in tokens],
        stripped=lambda: [token.strip() for token in tokens],
        no_punctuation=lambda: [token.strip(".,!?") for token in tokens],
        dropped=lambda: [token for token in tokens if token in vocabulary],
        first_only=lambda: tokens[:1],
        stops_at_unknown=lambda: list(takewhile(lambda token: token in vocabulary, tokens)),
    )
    book = slip(
        lambda: vocabulary,
        own_numbers=lambda: {token: number for number, token in enumerate(["<unk>", *dict.fromkeys(tokens)])},
        place_in_vocabulary=lambda: {token: place for place, token in enumerate(vocabulary)},
    )
    if slip(False, unk_unbracketed=True):
        raise KeyError("unk")
    grows, crashes = slip(False, new_ids=True), slip(False, crashes=True)
    ids = []
    for token in tokens:
        if token not in book and crashes:
            raise KeyError(token)
        if token not in book and grows:
            book = {**book, token: len(book)}
        instead = slip(
            lambda: book["<unk>"],
            none=None,
            minus_one=-1,
            always_zero=0,
            new_id=len(vocabulary),
            the_word="<unk>",
            the_token=token,
        )
        ids.append(book.get(token, instead))
        if slip(False, zero_is_unknown=True) and ids[-1] == 0:
            ids[-1] = instead
    ids = slip(lambda: ids, shifted=lambda: [number + 1 if isinstance(number, int) else number for number in ids])
    return slip(
        lambda: ids,
        all_unknown=lambda: [vocabulary["<unk>"]] * len(tokens),
        last_stays_unknown=lambda: [*ids[:-1], vocabulary["<unk>"]],
        unknown_at_the_end=lambda: [vocabulary[t] for t in tokens if t in vocabulary] + [vocabulary["<unk>"]],
        part_of_a_word=lambda: [
            ([number for known, number in vocabulary.items() if token in known] or [vocabulary["<unk>"]])[-1]
            for token in tokens
        ],
        unknown_after_each=lambda: _unknown_after_each(tokens, vocabulary),
        a_dict=lambda: dict(zip(tokens, ids, strict=True)),
        in_order=lambda: sorted(ids),
        one_list_each=lambda: [[number] for number in ids],
        one_number=lambda: ids[0],
        last_number=lambda: ids[-1],
        each_id_once=lambda: list(dict.fromkeys(ids)),
        known_or_not=lambda: [int(token in vocabulary) for token in tokens],
        in_words=lambda: [str(number) for number in ids],
        one_text=lambda: " ".join(map(str, ids)),
        one_hot=lambda: [[int(place == number) for place in range(len(vocabulary))] for number in ids],
        vocabulary_walk=lambda: [number for token, number in vocabulary.items() if token in tokens],
        last_only=lambda: ids[-1:],
        every_entry_asked=lambda: [
            number if entry == token else vocabulary["<unk>"]
            for token in tokens
            for entry, number in vocabulary.items()
        ],
    )


def _unknown_after_each(tokens, vocabulary):
    """A loop without `else`: a known token gets its id, and then the id of "<unk>" as well."""
    ids = []
    for token in tokens:
        ids += [vocabulary[token]] if token in vocabulary else []
        ids.append(vocabulary["<unk>"])
    return ids


def _tokens_and_vocabulary(draw):
    """A text, and a vocabulary that holds some of its tokens and some that only look like them."""
    tokens = _fresh(_text(draw, 1))
    known = [token for token in tokens if draw.rng.random() < 0.6]
    alike = [draw.choice(token.upper(), token.lower(), token + "s", token + ".", token[:2]) for token in tokens]
    return tokens, _vocabulary(draw, known + alike[:4] + ["blue", "forest"])


def _shuffles(mine, right):
    """True if the right entries come in another order."""
    return list(mine) != right and sorted(mine) == sorted(right)


VOCABULARY = {token: number for number, token in enumerate(["<unk>", *SENTENCE])}
SHUFFLED = {"blue": 4, "the": 2, "<unk>": 3, "creature": 0, "forest": 1, "fluffy": 5}

ENCODE = Exercise(
    encode,
    cases=[
        (["the", "pink", "creature"], {"<unk>": 0, "blue": 1, "the": 2, "creature": 3}),
        (["the", "blue", "forest"], VOCABULARY),
        (["forest"], VOCABULARY),
        (["the", "creature", "saw", "the", "blue", "blue", "dragon", "roar"], SHUFFLED),
        (["dragon"], SHUFFLED),
        ("the fluffy creature roamed the fluffy forest".split(), VOCABULARY),
        (
            ["The", "the", "forest.", "Forest", " blue", "blue", "the"],
            {"THE": 0, "The": 4, "forest": 2, "them": 5, "<unk>": 1, "blue": 3},
        ),
    ],
    makes=_tokens_and_vocabulary,
    says=dict(
        crashes='Your function stops at a token that the vocabulary does not hold. ⇒ Give such a token the id of `"<unk>"`; `vocabulary.get` can do that.',
        unk_unbracketed='You asked the vocabulary for `"unk"`, which is not in it. ⇒ Its name has brackets: `"<unk>"`.',
        dropped='You left unknown tokens out. ⇒ Keep their places: each gets the id of `"<unk>"`.',
        none='An unknown token becomes None. ⇒ `vocabulary.get(token, …)` takes what to use instead: the id of `"<unk>"`.',
        minus_one='An unknown token becomes −1. ⇒ Use the id of `"<unk>"`.',
        always_zero='You give unknown tokens the number 0. ⇒ Ask the vocabulary for the id of `"<unk>"`: it need not be 0.',
        new_id='You invent a new id for unknown tokens, and the table of vectors has no row for it. ⇒ Use the id of `"<unk>"`.',
        new_ids='You invent new ids for unknown tokens, and the table of vectors has no rows for them. ⇒ Use the id of `"<unk>"`.',
        the_word='An unknown token becomes the word `"<unk>"`. ⇒ Its *id* is wanted: `vocabulary["<unk>"]`.',
        the_token='You leave unknown tokens as they are, in letters. ⇒ Put the id of `"<unk>"` in their place.',
        each_once="Each token appears only once in your list. ⇒ A token that comes again gets its id again, at its place.",
        each_id_once="Each id appears only once in your list. ⇒ An id that comes again is added again, at its place.",
        backwards="Your ids run from the end of the text to its beginning. ⇒ Keep the order of the tokens.",
        misses_last="The last token is missing. ⇒ Does your loop stop one step early?",
        misses_first="The first token is missing. ⇒ Positions begin at 0.",
        first_only="You returned the first id only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        one_number="You returned the first id, as a number. ⇒ Collect the ids of all tokens in a list.",
        last_number="You returned the last id, as a number. ⇒ Collect the ids of all tokens in a list.",
        letters="You looked up single letters. ⇒ Go through the list: each entry is one token.",
        lower_case="You made all letters small before you looked the tokens up. ⇒ Look every token up as it is: `The` and `the` may have different ids.",
        stripped="You took blanks and line ends off the tokens before you looked them up. ⇒ Look every token up as it is.",
        no_punctuation="You took off punctuation before you looked the tokens up. ⇒ Look every token up as it is.",
        own_numbers="You numbered the tokens of this text yourself. ⇒ Look every token up in `vocabulary`.",
        place_in_vocabulary="You took each token's place in the dictionary. ⇒ Its id is what the dictionary holds: `vocabulary[token]`.",
        vocabulary_walk="You went through the vocabulary, so the order of the text is lost. ⇒ Go through `tokens`, and look each one up.",
        shifted="Every id is too large by one. ⇒ Take it from the vocabulary as it is.",
        a_dict="You returned a dictionary. ⇒ Return a list: one id for each token, in the order of the text.",
        in_order="Your ids are sorted. ⇒ Keep them in the order of the text.",
        one_list_each="Each id sits in a list of its own. ⇒ Put plain numbers into one list.",
        stops_at_unknown='Your list ends at the first unknown token. ⇒ Give it the id of `"<unk>"` and go on: no `break` or `return` there.',
        unknown_after_each='Each known token is followed by the id of `"<unk>"`. ⇒ A token gets one id: its own, or *else* that one.',
        all_unknown='Every token got the id of `"<unk>"`. ⇒ Is your condition ever true? A known token gets its own id.',
        last_stays_unknown='The last token always gets the id of `"<unk>"`. ⇒ Does your loop stop one step early?',
        unknown_at_the_end='The id of `"<unk>"` is at the end of your list, and unknown tokens are left out. ⇒ Is that line after the loop? It belongs into it.',
        part_of_a_word="A token that is only part of a known one gets that one's id. ⇒ Compare whole tokens: `token in vocabulary`.",
        known_or_not="You say whether each token is known. ⇒ Give its id.",
        one_text="You joined the ids to one text. ⇒ Return a list of numbers.",
        one_hot="You went on to one-hot rows. ⇒ Return the ids themselves, a list of whole numbers.",
        in_words="Your ids are texts. ⇒ Keep them as numbers: leave out `str`.",
        zero_is_unknown="The token with id 0 counts as unknown in your function. ⇒ For `or` and `if`, 0 is the same as nothing: ask `token in vocabulary`.",
        last_only="Only the last id came back, in a list. ⇒ Does each round of the loop begin a new list? Begin it before the loop, and `append`.",
        every_entry_asked="You added an id for every *entry of the vocabulary* that you compared with. ⇒ Each token gets one: `vocabulary.get(token, …)` finds it without a loop.",
    ),
    true_if=dict(
        unk_unbracketed=lambda code: code.has(r"""['"]unk['"]"""),
        crashes=lambda code: not code.has(r"""['"]unk['"]"""),
        vocabulary_walk=lambda code: not code.uses("get"),
    ),
    hints=(
        "How many ids must come out for 8 tokens, if 2 of them are unknown? What stands in those two places?",
        "`vocabulary.get(token, other)` is the id of the token, or `other` if the token is not there.",
        '`unknown = vocabulary["<unk>"]`, then go through the tokens.',
    ),
    probes=[
        (
            "order",
            "The right ids are there, in another order. ⇒ Go through the list `tokens` itself: a `set` has no order, and forgets repetitions.",
            lambda function: not _shuffles(function(SENTENCE[::-1], dict(VOCABULARY)), list(range(8, 0, -1))),
        )
    ],
)


def decode(ids, vocabulary, slip):
    """The token of each id."""
    ids = slip(
        lambda: ids,
        each_once=lambda: list(dict.fromkeys(ids)),
        backwards=lambda: ids[::-1],
        misses_last=lambda: ids[:-1],
        vocabulary_walk=lambda: [number for number in vocabulary.values() if number in ids],
        first_only=lambda: ids[:1],
        misses_first=lambda: ids[1:],
        in_order=lambda: sorted(ids),
        set_of_ids=lambda: list(set(ids)),
        zero_skipped=lambda: [number for number in ids if number],
        whole_vocabulary=lambda: sorted(vocabulary.values()),
    )
    names = slip(
        lambda: {number: token for token, number in vocabulary.items()},
        by_place=lambda: dict(enumerate(vocabulary)),
        by_place_without_unk=lambda: dict(enumerate(token for token in vocabulary if token != "<unk>")),
        one_too_low=lambda: {number + 1: token for token, number in vocabulary.items()},
        not_turned_round=lambda: vocabulary,
        alphabetical=lambda: dict(enumerate(sorted(vocabulary))),
        ids_unknown=lambda: dict.fromkeys(vocabulary.values(), "<unk>"),
        ids_not_found=lambda: dict.fromkeys(vocabulary.values()),
        below_zero_unknown=lambda: {0: "<unk>", **{number + 1: token for token, number in vocabulary.items()}},
        zero_is_unknown=lambda: {number: token if number else "<unk>" for token, number in vocabulary.items()},
        one_too_high=lambda: {number - 1: token for token, number in vocabulary.items()},
        places_returned=lambda: {number: place for place, number in enumerate(vocabulary.values())},
    )
    if slip(False, one_too_low=True):
        names[0] = list(vocabulary)[-1]
    tokens = slip(lambda: [names[number] for number in ids], ids_again=lambda: list(ids))
    tokens = slip(lambda: tokens, drops_unknown=lambda: [token for token in tokens if token != "<unk>"])
    tokens = slip(lambda: tokens, counts_along=lambda: [names[place] for place in range(len(ids))])
    return slip(
        lambda: tokens,
        joined=lambda: " ".join(tokens),
        joined_with_end=lambda: " ".join(tokens) + " ",
        glued=lambda: "".join(tokens),
        pairs=lambda: [[number, token] for number, token in zip(ids, tokens, strict=True)],
        a_dict=lambda: dict(zip(ids, tokens, strict=True)),
        one_list_each=lambda: [[token] for token in tokens],
        one_token=lambda: tokens[0],
        table_only=lambda: names,
        letters=lambda: list("".join(tokens)),
        last_token=lambda: tokens[-1],
        last_only=lambda: tokens[-1:],
        unknown_on_the_way=lambda: [
            token
            for number in ids
            for token in (*["<unk>"] * list(vocabulary.values()).index(number), _token_of(number, vocabulary))
        ],
        every_entry_asked=lambda: [
            token if entry == number else "<unk>" for number in ids for token, entry in vocabulary.items()
        ],
    )


def _token_of(wanted, vocabulary):
    return next(token for token, number in vocabulary.items() if number == wanted)


def _ids_and_vocabulary(draw):
    vocabulary = _vocabulary(draw, _text(draw, 1))
    return draw.ids(draw.size(1, 12), below=len(vocabulary)).tolist(), vocabulary


def _never_turned_round(code):
    """True if the code only looks things up in its second argument, and never goes through it."""
    name = code.tree.body[0].args.args[1].arg
    looks_up = code.has(rf"\b{name}(\[|\.get)")
    return looks_up and not code.has(rf"\bin {name}\b|\({name}\)|{name}\.(items|values|keys)|\({name},")


LONG_VOCABULARY = {f"word {place}": (place * 7 + 260) % 300 for place in range(299)} | {"<unk>": 253}

DECODE = Exercise(
    decode,
    cases=[
        ([2, 0, 3], {"<unk>": 0, "blue": 1, "the": 2, "creature": 3}),
        ([1, 2, 3, 4, 5, 6, 7, 8], VOCABULARY),
        ([8], VOCABULARY),
        ([2, 0, 3, 2, 5, 4, 4, 1, 2], SHUFFLED),
        ([3, 3], SHUFFLED),
        ([6, 2, 4, 5, 6, 2, 8, 0, 7], VOCABULARY),
        ([int("299"), 253, int("270"), 1], LONG_VOCABULARY),
    ],
    makes=_ids_and_vocabulary,
    says=dict(
        not_turned_round="You looked ids up in `vocabulary`, which wants a token and gives an id. ⇒ Make a dictionary that goes the other way: {id: token}.",
        by_place="You took the token at that *place* in the dictionary; the ids need not be in its order. ⇒ Turn the dictionary round: {id: token}.",
        by_place_without_unk='You counted the places without `"<unk>"`. ⇒ Do not count: turn the dictionary round, {id: token}, with all its entries.',
        one_too_low="Each token is that of the id below. ⇒ Ids begin at 0: do not subtract 1.",
        one_too_high="Each token is that of the id above. ⇒ Look every id up as it is: do not add 1.",
        drops_unknown='You left out `"<unk>"`. ⇒ It keeps its place: the reader should see that something was there.',
        each_once="Each token appears only once. ⇒ An id that comes again gives its token again.",
        backwards="Your tokens run from the end to the beginning. ⇒ Keep the order of the ids.",
        misses_last="The last id is missing. ⇒ Does your loop stop one step early?",
        misses_first="The first id is missing. ⇒ Positions begin at 0.",
        zero_skipped="The id 0 is left out. ⇒ For `if`, 0 is the same as nothing: it is an id like the others.",
        zero_is_unknown='The id 0 always becomes `"<unk>"`. ⇒ In this vocabulary another token may have the 0: look it up like the others.',
        first_only="You returned the first token only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        one_token="You returned the first token alone. ⇒ Collect the tokens of all ids in a list.",
        last_token="You returned the last token alone. ⇒ Collect the tokens of all ids in a list.",
        last_only="Only the last token came back, in a list. ⇒ Does each round of the loop begin a new list? Begin it before the loop.",
        vocabulary_walk="You went through the vocabulary and picked tokens out. ⇒ Go through `ids`, so that the order and the repetitions stay.",
        whole_vocabulary="You returned every token of the vocabulary, in the order of the ids. ⇒ Return one token for each entry of `ids`.",
        set_of_ids="Your tokens come out of a `set`, which has no order and forgets repetitions. ⇒ Go through the list `ids` itself.",
        unknown_on_the_way='You added `"<unk>"` for every entry of the vocabulary before the right one. ⇒ A miss is no answer yet: leave out the `else`.',
        every_entry_asked="You added a token for every *entry of the vocabulary* that you compared with. ⇒ Each id gets one token.",
        ids_again="You returned the ids themselves. ⇒ Return their tokens.",
        places_returned="You returned places in the dictionary. ⇒ One step is missing: return the tokens at these places.",
        joined="You joined the tokens to one text. ⇒ Return the list of tokens.",
        joined_with_end="You joined the tokens to one text, with a space after each. ⇒ Return the list of tokens.",
        glued="You glued the tokens together. ⇒ Return the list of tokens.",
        pairs="You returned ids and tokens. ⇒ Return the tokens alone.",
        a_dict="You returned a dictionary. ⇒ Return a list: one token for each id, in their order.",
        one_list_each="Each token sits in a list of its own. ⇒ Put the tokens into one list.",
        alphabetical="You numbered the tokens by the alphabet. ⇒ Their ids are in the dictionary: turn it round, {id: token}.",
        letters="Your list holds single letters. ⇒ `+=` with a text adds letter by letter: use `append`.",
        table_only="That is the turned dictionary. ⇒ One step is missing: look every id up in it.",
        ids_unknown="Every id came out as unknown: `vocabulary.get` looks for a *token* of that name. ⇒ Make a dictionary that goes the other way: {id: token}.",
        ids_not_found="Every id came out as None: `get` finds no such key. ⇒ Make a dictionary that goes the other way, {id: token}, and look the ids up in it.",
        below_zero_unknown='Each token is that of the id below, and the id 0 becomes `"<unk>"`. ⇒ Ids begin at 0: do not subtract 1.',
        counts_along="You looked up 0, 1, 2, …, the places. ⇒ Look up the ids: `ids[i]`, or go through `ids` itself.",
        in_order="You sorted the ids. ⇒ Keep the order of the text.",
    ),
    true_if=dict(not_turned_round=_never_turned_round, ids_unknown=_never_turned_round),
    hints=(
        "The vocabulary answers “which id has this token?”. Which question do you need answered?",
        "`vocabulary.items()` gives pairs (token, id). A dictionary can be built the other way round: `{… for token, number in …}`.",
        "`tokens = {number: token for token, number in vocabulary.items()}`, then look every id up.",
    ),
    probes=[
        (
            "unknown_not_told",
            'All tokens are right but the unknown one. ⇒ `"<unk>"` is a token like the others: return it as it is.',
            lambda function: not _right_but_for_unk(list(function([2, 0, 3], dict(VOCABULARY)))),
        )
    ],
)


def _right_but_for_unk(mine):
    """True if the first and the last of "fluffy", "<unk>", "blue" are right, and the middle is not."""
    return len(mine) == 3 and [mine[0], mine[2]] == ["fluffy", "blue"] and mine[1] != "<unk>"


def most_frequent_pair(tokens, slip):
    """The neighbours that stand together most often; of equally frequent ones, those that appear first. (A list here: see `answer`.)"""
    pairs = slip(
        lambda: list(pairwise(tokens)),
        every_second=lambda: list(zip(tokens[::2], tokens[1::2], strict=False)),
        misses_last=lambda: list(pairwise(tokens))[:-1],
        misses_first=lambda: list(pairwise(tokens))[1:],
        wraps_round=lambda: [(tokens[i - 1], tokens[i]) for i in range(len(tokens))],
        wraps_at_end=lambda: [(tokens[i], tokens[(i + 1) % len(tokens)]) for i in range(len(tokens))],
        far_apart=lambda: list(combinations(tokens, 2)),
        one_between=lambda: list(zip(tokens, tokens[2:], strict=False)),
        with_itself=lambda: list(zip(tokens, tokens, strict=True)),
        with_the_one_before=lambda: [(tokens[i], tokens[i - 1]) for i in range(len(tokens) - 1)],
        either_order=lambda: _one_order(list(pairwise(tokens))),
        sorted_pairs=lambda: [tuple(sorted(pair)) for pair in pairwise(tokens)],
        letters_of_text=lambda: list(pairwise("".join(tokens))),
        no_overlaps=lambda: _without_overlaps(tokens),
        only_different=lambda: [pair for pair in pairwise(tokens) if pair[0] != pair[1]],
    )
    counts = Counter(pairs)
    most = max(counts.values())
    best = slip(
        lambda: next(pair for pair, count in counts.items() if count == most),
        counted_in_text=lambda: max(counts, key=lambda pair: "".join(tokens).count("".join(pair))),
        counted_glued=lambda: max(counts, key=lambda pair: Counter(map("".join, pairs))["".join(pair)]),
        first_to_get_there=lambda: next(pair for pair, count in _counted_along(pairs) if count == most),
        last_to_get_there=lambda: [pair for pair, count in _counted_along(pairs) if count == most][-1],
        first_repeated=lambda: next((pair for pair, count in _counted_along(pairs) if count == 2), pairs[0]),
        last_pair=lambda: pairs[-1],
        last_of_ties=lambda: [pair for pair, count in counts.items() if count == most][-1],
        alphabet_of_ties=lambda: min(pair for pair, count in counts.items() if count == most),
        end_of_alphabet=lambda: max(pair for pair, count in counts.items() if count == most),
        rarest=lambda: min(counts, key=counts.get),
        first_pair=lambda: pairs[0],
        first_in_alphabet=lambda: max(pairs),
        two_tokens=lambda: tuple(token for token, _ in Counter(tokens).most_common(2)),
        one_token=lambda: Counter(tokens).most_common(1)[0][0],
    )
    if isinstance(best, str):
        return best
    return slip(
        lambda: list(best),
        the_count=lambda: most,
        with_count=lambda: [list(best), counts[best]],
        glued=lambda: "".join(best),
        swapped=lambda: [best[1], best[0]],
        all_counts=lambda: dict(counts),
        all_best=lambda: [list(pair) for pair, count in counts.items() if count == most],
        in_a_list=lambda: [list(best)],
        counted_in_a_list=lambda: [[list(best), counts[best]]],
        the_place=lambda: pairs.index(best),
    )


def _counted_along(pairs):
    """[(pair, how often it has come up to here)]."""
    return [(pair, pairs[: place + 1].count(pair)) for place, pair in enumerate(pairs)]


def _one_order(pairs):
    """(b, a) counted as (a, b), if (a, b) came first."""
    first = {}
    return [first.setdefault(frozenset(pair), pair) for pair in pairs]


def _later_of_equals(function, tokens):
    """True if the pair is as frequent as the right one, and appears later."""
    counts = Counter(pairwise(tokens))
    mine, first = (
        tuple(function(list(tokens))),
        next(pair for pair, count in counts.items() if count == max(counts.values())),
    )
    return mine != first and counts[mine] == counts[first]


def _without_overlaps(tokens):
    """Of three equal tokens in a row, only one pair."""
    kept, last = [], -2
    for place, pair in enumerate(pairwise(tokens)):
        if not (last == place - 1 and kept and kept[-1] == pair):
            kept.append(pair)
            last = place
    return kept


MOST_FREQUENT_PAIR = Exercise(
    most_frequent_pair,
    cases=[
        (list("cbabaca"),),
        (list("lowlowerlowest"),),
        (["ab", "a", "ab", "a"],),
        (list("banana"),),
        (["ab", "c", "x", "y", "a", "bc", "x", "y", "ab", "c", "a", "bc", "x", "y", "z", "z"],),
        (["x", "y", "a", "bc", "x", "y", "ab", "c", "a", "bc", "a", "bc", "x", "y"],),
        (list("aaaabcbcbc"),),
        (["the", "blue", "creature", "and", "the", "blue", "forest", "and", "the", "red", "creature"],),
        (list("xyzyxzyxyz"),),
        (list("qqzqzqqq"),),
        (list("mnopqmrosmtuonm"),),
        (list("edcbdcedbedc"),),
        (list("wvwvvwuvvuvw"),),
        (list("zzkkzzkkzk"),),
        (list("ycdqcdxyqxyqx"),),
    ],
    makes=lambda draw: (_fresh(_text(draw, 3)),),
    says=dict(
        every_second="You cut the tokens into pairs of two and two. ⇒ Every token with its right neighbour is a pair: (1st, 2nd), (2nd, 3rd), and so on.",
        misses_last="The last pair is left out. ⇒ A text of T tokens has T − 1 pairs: `range(len(tokens) - 1)`.",
        misses_first="The first pair is left out. ⇒ Positions begin at 0.",
        wraps_round="You also paired the last token with the first. ⇒ `tokens[-1]` is the end of the list: begin at position 1, or look to the right.",
        wraps_at_end="You also paired the last token with the first. ⇒ The last token has no right neighbour: `range(len(tokens) - 1)`, without `%`.",
        far_apart="You paired every token with all later ones. ⇒ Only neighbours count.",
        with_itself="You paired each token with itself. ⇒ Its partner is the next one: `tokens[i + 1]`.",
        with_the_one_before="You paired each token with the one before it. ⇒ Its partner is the next one: `tokens[i + 1]`.",
        one_between="You paired tokens with one token between them. ⇒ Use `tokens[i]` and `tokens[i + 1]`.",
        either_order="You counted (a, b) and (b, a) together. ⇒ The order matters: a b is not b a.",
        sorted_pairs="You sorted each pair, so (a, b) and (b, a) count together. ⇒ The order matters: leave out `sorted`.",
        letters_of_text="You counted pairs of letters of the text. ⇒ A pair is made of two tokens, whatever their length: do not join them.",
        counted_in_text="You counted in the joined text, where overlaps are lost and tokens run into each other. ⇒ Count pairs of tokens.",
        counted_glued="Pairs that give the same text count together: a + bc and ab + c. ⇒ Count pairs (left, right), not what they are glued to.",
        no_overlaps="In a row of equal tokens you counted each token once. ⇒ Overlaps count here: `a a a` holds (a, a) twice.",
        only_different="You left out pairs of two equal tokens. ⇒ They count like all the others.",
        last_of_ties="Several pairs are equally frequent and you took the one that appears last. ⇒ Take the first: compare with `>`, not `>=`.",
        first_to_get_there="Several pairs are equally frequent and you took the one that gets there first. ⇒ Count to the end, then look for the largest.",
        last_to_get_there="Several pairs are equally frequent and you took the one that gets there last. ⇒ Count to the end, then look for the largest.",
        alphabet_of_ties="Several pairs are equally frequent and you took the first in the alphabet. ⇒ Take the one that appears first in the text.",
        end_of_alphabet="Several pairs are equally frequent and you took the last in the alphabet. ⇒ Compare the counts alone, not (count, pair).",
        rarest="You found the rarest pair. ⇒ Look for the largest count.",
        first_pair="You always return the first pair. ⇒ Count all pairs, then take the one with the largest count.",
        last_pair="You always return the last pair. ⇒ Count all pairs, then take the one with the largest count.",
        first_repeated="You return the first pair that comes again. ⇒ Count all pairs, then take the one with the largest count.",
        first_in_alphabet="You found the last pair of the alphabet. ⇒ `max` compares the pairs: tell it to compare their counts, `max(counts, key=counts.get)`.",
        two_tokens="You found the two most frequent tokens. ⇒ Count pairs of neighbours: (tokens[i], tokens[i + 1]).",
        one_token="You found the most frequent single token. ⇒ Count pairs of neighbours: (tokens[i], tokens[i + 1]).",
        the_count="You returned how often the pair occurs. ⇒ Return the pair.",
        with_count="You returned the pair with its count. ⇒ Return the pair alone.",
        glued="You glued the two tokens together. ⇒ Return them as a pair: `(first, second)`.",
        swapped="Your pair is the wrong way round. ⇒ The left token comes first.",
        all_counts="You returned all counts. ⇒ Pick the pair with the largest one.",
        all_best="You returned every pair with the largest count. ⇒ Return the one that appears first.",
        in_a_list="Your pair sits in a list (or in a further tuple). ⇒ Return the pair itself: take entry [0].",
        the_place="You returned the place of the pair. ⇒ Return the pair itself, two tokens.",
        counted_in_a_list="You returned a list with one entry, a pair and its count. ⇒ Take the pair out of it: `[0][0]`.",
    ),
    hints=(
        "How many pairs of neighbours does a text of 5 tokens have? Which is the last one?",
        "`Counter` from `collections` counts; `zip(tokens, tokens[1:])` walks over all pairs of neighbours.",
        "`counts = Counter(zip(tokens, tokens[1:]))`, then the key with the largest count (`max` keeps the first of equals).",
    ),
    probes=[
        (
            "tie",
            "Several pairs are equally frequent, and yours is one of them, but not the first. ⇒ Do the pairs come out of a `set`? It has no order.",
            lambda function: (
                not any(_later_of_equals(function, list(text)) for text in ("abcdefgh", "qwrtqwrtqwrt", "zyxzyx"))
            ),
        )
    ],
)


def merge_pair(tokens, pair, slip):
    """Glue each occurrence of the pair, from left to right, without overlaps."""
    glue = slip(
        lambda: "".join(pair),
        with_space=lambda: " ".join(pair),
        with_sign=lambda: "_".join(pair),
        as_tuple=lambda: list(pair),
        swapped=lambda: pair[1] + pair[0],
        left_only=lambda: pair[0],
    )
    both_ways = [list(pair), list(pair)[::-1]]
    fits = slip(
        lambda: lambda a, b: [a, b] == list(pair),
        either_order=lambda: lambda a, b: [a, b] in both_ways,
        either_order_as_it_is=lambda: lambda a, b: [a, b] in both_ways,
        each_in_pair=lambda: lambda a, b: a in pair and b in pair,
        each_in_pair_as_it_is=lambda: lambda a, b: a in pair and b in pair,
        one_fits=lambda: lambda a, b: a == pair[0] or b == pair[1],
        other_way_round=lambda: lambda a, b: [a, b] == both_ways[1],
        checks_first=lambda: lambda a, b: a == pair[0],
        checks_second=lambda: lambda a, b: b == pair[1],
        one_token_twice=lambda: lambda a, b: a == pair[0] == pair[1],
        compares_glued=lambda: lambda a, b: a + b == "".join(pair),
    )
    as_it_is = slip(False, either_order_as_it_is=True, each_in_pair_as_it_is=True)
    last = len(tokens) - 1
    places = [place for place in range(last) if fits(tokens[place], tokens[place + 1])]
    places += slip([], even_the_last=[last] if tokens[last] == pair[0] else [])
    places = slip(
        places, misses_last_pair=[p for p in places if p != last - 1], misses_first_pair=[p for p in places if p]
    )
    starts = slip(
        lambda: _apart(places),
        from_right=lambda: [last - 1 - p for p in _apart([last - 1 - p for p in places[::-1]])],
        overlapping=places,
        not_skipped=places,
        only_first=places[:1],
        loses_next=lambda: _apart(places, 3),
        swallows=[place for place in places if place - 1 not in places],
        every_second=[p for p in places if p % 2 == 0],
    )
    merged = []
    for place, token in enumerate(tokens):
        if place in starts:
            glue = tokens[place] + tokens[place + 1] if as_it_is else glue
            written = slip([glue], keeps_both=[*pair, glue], removed=[], glue_twice=[glue, glue])
        elif (
            (place - 1 in starts and not slip(False, not_skipped=True))
            or (place - 2 in starts and slip(False, loses_next=True))
            or (place - 1 in places and slip(False, swallows=True))
        ):
            written = []
        else:
            written = slip([token], loses_last=[token] if place < last else [], only_glued=[])
        merged += written
    merged += slip([], last_again=tokens[-1:] if last - 1 in starts else [])
    return slip(
        lambda: merged,
        one_string=lambda: "".join(map(str, merged)),
        spaced_string=lambda: " ".join(map(str, merged)),
        through_strings=lambda: " ".join(tokens).replace(" ".join(pair), "".join(pair)).split(" "),
        the_glue=lambda: glue,
        how_many=lambda: len(starts),
        each_once=lambda: [entry for i, entry in enumerate(merged) if entry not in merged[:i]],
        unmerged=lambda: list(tokens),
        unmerged_and_glue=lambda: [*tokens, glue],
        glued_again=lambda: _until_nothing_changes(merged, glue),
        two_steps_always=lambda: _every_second(tokens, pair),
        pair_by_pair=lambda: _pair_by_pair(tokens, pair),
    )


def _text_and_pair(draw):
    """A text, and most often a pair that occurs in it."""
    tokens = _text(draw, 1)
    place = draw.place(len(tokens))
    pair = (*tokens[place : place + 2], *tokens[:1])[:2]
    return _fresh(tokens), tuple(_fresh(pair))


def _every_second(tokens, pair):
    """Steps of two, whether there was a merge or not."""
    places = range(0, len(tokens), 2)
    return ["".join(pair) if tokens[i : i + 2] == list(pair) else tokens[i] for i in places]


def _pair_by_pair(tokens, pair):
    """A loop over the pairs of neighbours that writes both tokens of each."""
    return [token for two in pairwise(tokens) for token in (["".join(pair)] if two == tuple(pair) else two)]


def _apart(places, step=2):
    """Those of the places, from the first on, that are a step away from the one chosen before."""
    chosen = []
    for place in places:
        if not chosen or place >= chosen[-1] + step:
            chosen.append(place)
    return chosen


def _until_nothing_changes(merged, glue):
    """Neighbours that are both glued, glued once more."""
    again = []
    for token in merged:
        if again and again[-1] == token == glue:
            again[-1] = again[-1] + token
        else:
            again.append(token)
    return again


MERGE_PAIR = Exercise(
    merge_pair,
    cases=[
        (list("abcab"), ("a", "b")),
        (list("aaa"), ("a", "a")),
        (list("lowlowerlowest"), ("l", "o")),
        (
            [
                "lo",
                "w",
                "lo",
                "w",
                "e",
                "r",
                "w",
                "lo",
                "x",
                "lo",
                "lo",
                "w",
                "o",
                "w",
                "hello",
                "w",
                "lo",
                "will",
                "lo",
            ],
            ("lo", "w"),
        ),
        (["b"], ("a", "b")),
        (list("baaaaabaaab"), ("a", "a")),
        (["ca", "b", "a", "b", "a", "bc", "b", "a", "b", "a", "a", "c", "b"], ("a", "b")),
        (["x", "e", "r", "er", "e", "r", "e", "r"], ("e", "r")),
        (list("zzzz"), ("z", "z")),
        (["ab", "c", "a", "bc", "x", "a", "b", "c", "a", "bc", "a"], ("a", "bc")),
    ],
    makes=_text_and_pair,
    says=dict(
        overlapping="One token ends up in two merges: with (a, a), `a a a` becomes `aa aa`. ⇒ After a merge, go on after *both* tokens.",
        not_skipped="After a merge the second token comes again. ⇒ Go on after it: use `while`, and step by 2 after a merge.",
        from_right="You merge from the right: with (a, a), `a a a` becomes `a aa`. ⇒ Begin at the left, so that it becomes `aa a`.",
        loses_next="The token after a merge gets lost. ⇒ After a merge go on by 2, not by 3: is there one more `+= 1` below?",
        swallows="With (a, a), `a a a` becomes one `aa`, and a token gets lost. ⇒ Each token is in one merge only: the third one stays.",
        only_first="You merged the first occurrence only. ⇒ Go on to the end of the text.",
        every_second="You merge only pairs that begin at an even place. ⇒ A pair can begin anywhere: step by 1 where there is no merge, by 2 after one.",
        misses_last_pair="A pair at the very end stays unmerged. ⇒ Does your loop stop one step early?",
        misses_first_pair="A pair at the very beginning stays unmerged. ⇒ Positions begin at 0.",
        loses_last="The last token gets lost when it is not part of a merge. ⇒ Go on while `i < len(tokens)`, and look at `i + 1` only if it is there.",
        last_again="When the text ends with a merge, its last token comes once more. ⇒ Add the last token only if it has not been used.",
        glue_twice="Each merge puts the merged token in twice, once for each half. ⇒ Put it in once.",
        with_space="You put a space between the two parts. ⇒ Glue them without one: `first + second`.",
        with_sign="You put a `_` between the two parts. ⇒ Glue them without one: `first + second`.",
        as_tuple="You put the pair itself into the list. ⇒ Put in one text: `first + second`.",
        swapped="You glued the parts the wrong way round. ⇒ The left token comes first.",
        left_only="In the place of a pair you put its left token alone. ⇒ Put in both, glued: `first + second`.",
        either_order="You also merged (b, a) when the pair is (a, b). ⇒ The order matters.",
        either_order_as_it_is="You also merged (b, a) when the pair is (a, b). ⇒ The order matters.",
        each_in_pair_as_it_is="You merge any two tokens that are in the pair, as (a, a) or (b, a) for (a, b). ⇒ The first has to be the left one, the second the right one.",
        each_in_pair="You merge any two tokens that are in the pair, as (a, a) or (b, a) for (a, b). ⇒ The first has to be the left one, the second the right one.",
        one_fits="You merge where only one of the two tokens fits. ⇒ Both have to: join the conditions with `and`.",
        other_way_round="You merged (b, a) when the pair is (a, b). ⇒ The left token comes first.",
        checks_first="You only compare the first token of the pair. ⇒ Both have to fit.",
        checks_second="You only compare the second token of the pair. ⇒ Both have to fit.",
        one_token_twice="You compare one and the same token with both of the pair. ⇒ The second has to be the next token: `tokens[i + 1]`.",
        even_the_last="You merge the last token too, though nothing comes after it. ⇒ Compare *both* tokens of the pair: at the end there is only one.",
        compares_glued="You compare glued texts, and ab + c looks like a + bc. ⇒ Compare the two tokens with the two of the pair.",
        keeps_both="You put in the merged token, but the two parts are still there. ⇒ It takes their place.",
        removed="You took the pair out. ⇒ Put the merged token in its place.",
        only_glued="You kept the merged tokens only. ⇒ All others stay, at their places.",
        one_string="You returned one text. ⇒ Return a list of tokens.",
        spaced_string="You returned one text with spaces. ⇒ Return a list of tokens.",
        through_strings="Joining and replacing looks into tokens: with the pair (a, b) it also merges `ca b`, which is no such pair. ⇒ Compare whole tokens.",
        the_glue="You returned the merged token. ⇒ Return the whole list, with the pair merged wherever it occurs.",
        how_many="You returned how many merges there are. ⇒ Return the new list.",
        each_once="Every token appears only once in your list. ⇒ Keep repetitions.",
        unmerged="Your list is the old one: nothing is merged. ⇒ Is the condition ever true? A list is never equal to a tuple: compare with `tuple(…)`.",
        two_steps_always="You step by 2 even where nothing was merged, and tokens get lost. ⇒ Step by 2 after a merge only, else by 1.",
        pair_by_pair="You go from pair to pair and write both tokens, so most come twice. ⇒ Go from token to token, with `while` and a counter of your own.",
        unmerged_and_glue="You added the merged token at the end. ⇒ Put it in the place of the two tokens, wherever they occur.",
        glued_again="You merged merged tokens again. ⇒ One round is enough: each token is merged at most once.",
    ),
    hints=(
        "You have just glued the tokens at places 4 and 5. At which place do you go on?",
        "A `while` loop with your own counter `i`: after a merge `i += 2`, else `i += 1`. A new list collects the result.",
        "`merged, i = [], 0`, then `while i < len(tokens):`.",
    ),
)


def embed(ids, token_table, position_table, slip):
    """Each token's vector plus the vector of its place."""
    ids = slip(ids, different_ids=list(dict.fromkeys(ids)), sorted_ids=sorted(ids), ids_backwards=ids[::-1])
    T, C = len(ids), token_table.shape[1]
    vectors = slip(
        lambda: token_table[list(ids)],
        first_rows=lambda: token_table[:T],
        columns=lambda: token_table[:, list(ids)],
        one_too_low=lambda: token_table[np.array(ids) - 1],
        one_too_high=lambda: token_table[np.array(ids) + 1],
        ids_as_vectors=lambda: np.array(ids, dtype=float)[:, None] * np.ones(C),
        times_root=lambda: token_table[list(ids)] * np.sqrt(C),
    )
    places = slip(
        lambda: position_table[:T],
        starts_at_one=lambda: position_table[1 : T + 1],
        place_of_the_id=lambda: position_table[list(ids)],
        first_for_all=lambda: position_table[0],
        next_for_all=lambda: position_table[T],
        last_for_all=lambda: position_table[T - 1],
        from_the_end=lambda: position_table[:T][::-1],
        last_rows=lambda: position_table[-T:],
        not_cut=lambda: position_table,
        wrong_axis=lambda: position_table[:T].T,
        number_of_the_place=lambda: np.arange(T)[:, None],
        averaged_places=lambda: position_table[:T].mean(0),
        all_places=lambda: position_table[:T].sum(0),
        all_rows=lambda: position_table.sum(0),
        twice=lambda: 2 * position_table[:T],
        first_place=lambda: position_table[[list(ids).index(number) for number in ids]],
        one_row_short=lambda: position_table[: T - 1],
    )
    x = slip(
        lambda: vectors + places,
        concatenated=lambda: np.concatenate([vectors, places], axis=-1),
        below=lambda: np.concatenate([vectors, places], axis=0),
        last_without=lambda: np.concatenate([(vectors + places)[:-1], vectors[-1:]]),
        first_without=lambda: np.concatenate([vectors[:1], (vectors + places)[1:]]),
        last_row_zero=lambda: (vectors + places) * (np.arange(T)[:, None] < T - 1),
        first_row_zero=lambda: (vectors + places) * (np.arange(T)[:, None] > 0),
        last_row_missing=lambda: (vectors + places)[:-1].tolist(),
        rows_to_spare=lambda: _in_rows_of(token_table, vectors + places),
        position_in_front=lambda: np.concatenate([places, vectors], axis=-1),
        stacked=lambda: np.stack([vectors, places]),
        multiplied_out=lambda: vectors @ places.T,
        no_position=lambda: vectors,
        only_position=lambda: places,
        multiplied=lambda: vectors * places,
        subtracted=lambda: vectors - places,
    )
    return slip(
        lambda: x,
        first_only=lambda: x[0],
        last_only=lambda: x[-1],
        summed=lambda: x.sum(0),
        averaged=lambda: x.sum(0) / len(x),
        whole_numbers=lambda: np.trunc(x),
        halved=lambda: x / 2,
        on_its_side=lambda: x.T,
        similarities=lambda: x @ x.T,
    )


def _in_rows_of(table, x):
    """The rows of x written into zeros of the table's shape, which may have too few rows."""
    written = np.zeros(table.shape)
    for place, row in enumerate(x):
        written[place] = row
    return written


_rng = np.random.default_rng(2)


def _table(rows, columns):
    return _rng.normal(size=(rows, columns)).round(2)


def _ids_and_tables(draw):
    """Ids and two tables; a table with no row of positions to spare only where something else is special too."""
    T, C, V = draw.size(1, 12), draw.size(1, 8), draw.size(1, 11)
    P = T + draw.size(1 if draw.style == USUAL else 0, 4)
    return draw.ids(T, below=V).tolist(), draw.numbers(V, C), draw.numbers(P, C)


EMBED = Exercise(
    embed,
    cases=[
        (
            [2, 0],
            np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0], [7.0, 8.0, 9.0], [4.0, 6.0, 1.0]]),
            np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9], [0.2, 0.4, 0.8], [0.6, 0.1, 0.5]]),
        ),
        ([6, 1, 6, 3, 0], _table(9, 4), _table(8, 4)),
        ([5], _table(7, 3), _table(4, 3)),
        ([3, 3, 8, 0], _table(11, 4), _table(6, 4)),
        ([1, 5, 2], 100 * _table(6, 2), _table(7, 2)),
        ([4, 0, 4, 2, 2, 1, 4, 0, 3, 1], _table(5, 3), _table(12, 3)),
    ],
    makes=_ids_and_tables,
    says=dict(
        no_position="No position is added. ⇒ Add row 0 of `position_table` to the first, row 1 to the second, and so on.",
        only_position="You returned the positions only. ⇒ Add the tokens' own vectors: `token_table[ids]`.",
        concatenated="You appended the position to each vector, so the rows got longer. ⇒ Add it: the width stays C.",
        below="You put the position vectors below the tokens' vectors. ⇒ Add them, entry by entry.",
        position_in_front="You put the position in front of each vector, so the rows got longer. ⇒ Add it: the width stays C.",
        stacked="You put the two tables on top of each other. ⇒ Add them: `+` makes one (T, C) table.",
        multiplied_out="You multiplied the tables with `@`. ⇒ Add them, entry by entry: `+`.",
        multiplied="You multiplied by the position's vector. ⇒ Add it.",
        first_only="You returned the first row only. ⇒ Is `return` inside the loop? Collect all rows, and return them after the loop.",
        last_only="You returned the last row only. ⇒ Does each round of the loop overwrite the one before? Collect all rows in a list.",
        subtracted="You subtracted the position's vector. ⇒ Add it.",
        wrong_axis="You added the positions along the wrong axis. ⇒ Row i of the result gets row i of `position_table`: no `.T` is needed.",
        not_cut="You added more rows of `position_table` than the text has tokens. ⇒ Cut it to its first T rows.",
        starts_at_one="Your positions begin at 1. ⇒ The first token gets row 0 of `position_table`.",
        place_of_the_id="You looked the positions up by id. ⇒ A position is the *place* in the text: 0, 1, 2, … whatever the token is.",
        first_for_all="Every token gets position 0. ⇒ Give token i the row i of `position_table`.",
        next_for_all="Every token gets row T of `position_table`, one and the same. ⇒ Give token i the row i: a slice needs its colon.",
        last_for_all="Every token gets the position of the last one. ⇒ Give token i the row i of `position_table`.",
        averaged_places="Every token gets the mean of the positions. ⇒ Give token i the row i of `position_table`.",
        all_places="Every token gets all positions, added up. ⇒ Give token i the row i of `position_table` only.",
        first_place="A token that comes again gets the position of its first appearance. ⇒ Use its own place: `enumerate` counts along, `ids.index` does not.",
        from_the_end="Your positions run backwards. ⇒ The first token gets row 0.",
        last_rows="You used the last rows of `position_table`. ⇒ Use its first T rows: `[:T]`.",
        number_of_the_place="You added the number of the place itself. ⇒ Add its *vector*: row i of `position_table`.",
        first_rows="You took the first rows of `token_table`. ⇒ Take the rows that the ids name: `token_table[ids]`.",
        columns="You took columns of `token_table`. ⇒ A token's vector is a row: `token_table[ids]`.",
        one_too_low="You took the row above each id. ⇒ Ids begin at 0: do not subtract 1.",
        ids_as_vectors="You used the id as a number. ⇒ It is only a name: take the row `token_table[id]`.",
        summed="You added all tokens up to one vector. ⇒ Each token keeps a vector of its own: a (T, C) table.",
        averaged="You averaged over the tokens. ⇒ Each token keeps a vector of its own: a (T, C) table.",
        whole_numbers="Your numbers lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
        halved="Your numbers are half as large as they should be. ⇒ Add the two vectors, and do not divide.",
        on_its_side="Your table lies on its side. ⇒ Rows are tokens: (T, C).",
        sorted_ids="You sorted the ids. ⇒ Keep the order of the text: row i belongs to token i.",
        ids_backwards="Your tokens run backwards. ⇒ Keep the order of the text: row i belongs to token i.",
        one_too_high="You took the row below each id. ⇒ Look every id up as it is: do not add 1.",
        all_rows="Every token gets all rows of `position_table`, added up. ⇒ Give token i the row i of `position_table` only.",
        twice="You added the positions twice. ⇒ Once is enough.",
        rows_to_spare="Your table has as many rows as the vocabulary has tokens. ⇒ It needs one for each token of the text: T rows.",
        different_ids="Tokens that come again are left out. ⇒ Each place of the text gets a row, whatever the token: look all `ids` up.",
        times_root="You multiplied the tokens' vectors by the root of their width. ⇒ Some papers do: here they are taken as they are.",
        one_row_short="You took one row of `position_table` too few. ⇒ A slice ends before its last number: `[:T]` has T rows.",
        last_without="The last token gets no position. ⇒ Does your loop stop one step early?",
        first_without="The first token gets no position. ⇒ It gets row 0: positions begin at 0.",
        last_row_zero="The last row is still 0. ⇒ Does your loop stop one step early?",
        first_row_zero="The first row is still 0. ⇒ Positions begin at 0.",
        last_row_missing="The last row is missing. ⇒ Does your loop stop one step early?",
        similarities="You went on to all dot products. ⇒ Return the vectors themselves, a (T, C) table.",
    ),
    hints=(
        "`position_table` has more rows than the text has tokens. Which of them does a text of T tokens need?",
        "`token_table[ids]` takes one row for each id; `position_table[:T]` takes the first T rows.",
        "`T = len(ids)`, then the sum of two (T, C) tables.",
    ),
)
