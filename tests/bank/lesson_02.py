import itertools
from collections import Counter, defaultdict

import numpy as np

from tests.bank import right, wrong

# ---- build_vocabulary ----------------------------------------------------------------------------------------------


@right
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if token not in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary


@right
def build_vocabulary(tokens):
    return {t: i for i, t in enumerate(dict.fromkeys(["<unk>"] + tokens))}


@right
def build_vocabulary(words):
    vocab = {"<unk>": 0}
    for w in words:
        vocab.setdefault(w, len(vocab))
    return vocab


@right
def build_vocabulary(tokens):
    unique = []
    for token in ["<unk>", *tokens]:
        if unique.count(token) == 0:
            unique.append(token)
    return dict(zip(unique, range(len(unique))))


@right
def build_vocabulary(tokens):
    ids = defaultdict(itertools.count().__next__)
    for token in ["<unk>"] + list(tokens):
        ids[token]
    return ids


@right
def build_vocabulary(tokens):
    names, first = np.unique(tokens, return_index=True)
    vocab = {"<unk>": np.int64(0)}
    for n, place in enumerate(np.sort(first)):
        vocab[tokens[place]] = np.int64(n + 1)
    return vocab


@right
def build_vocabulary(tokens):
    counter, vocab = 1, {}
    for t in tokens:
        if t in vocab.keys():
            continue
        vocab[t] = counter
        counter += 1
    vocab["<unk>"] = 0
    return vocab


@wrong("no_unk")
def build_vocabulary(tokens):
    vocab = {}
    for t in tokens:
        if t not in vocab:
            vocab[t] = len(vocab)
    return vocab


@wrong("no_unk_from_one")
def build_vocabulary(tokens):
    return {t: i for i, t in enumerate(dict.fromkeys(tokens), start=1)}


@wrong("unk_last")
def build_vocabulary(tokens):
    vocab = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    vocab["<unk>"] = len(vocab)
    return vocab


@wrong("unk_shares_zero")
def build_vocabulary(tokens):
    vocab = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    vocab["<unk>"] = 0
    return vocab


@wrong("alphabetical")
def build_vocabulary(tokens):
    return {t: i for i, t in enumerate(["<unk>"] + sorted(set(tokens)))}


@wrong("by_frequency")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for token, _ in Counter(tokens).most_common():
        vocab[token] = len(vocab)
    return vocab


@wrong("last_place")
def build_vocabulary(tokens):
    return {token: i for i, token in enumerate(["<unk>"] + tokens)}


@wrong("place_in_text")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for i, token in enumerate(tokens):
        if token not in vocab:
            vocab[token] = i + 1
    return vocab


@wrong("renumbered")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for token in tokens:
        vocab[token] = len(vocab)
    return vocab


@wrong("counts")
def build_vocabulary(tokens):
    return Counter(tokens)


@wrong("turned_round")
def build_vocabulary(tokens):
    return dict(enumerate(dict.fromkeys(["<unk>", *tokens])))


@wrong("a_list")
def build_vocabulary(tokens):
    vocab = ["<unk>"]
    for t in tokens:
        if t not in vocab:
            vocab.append(t)
    return vocab


@wrong("pairs")
def build_vocabulary(tokens):
    return [(t, i) for i, t in enumerate(dict.fromkeys(["<unk>", *tokens]))]


@wrong("letters")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for token in tokens:
        for letter in token:
            if letter not in vocab:
                vocab[letter] = len(vocab)
    return vocab


@wrong("no_unk", "alphabetical")
def build_vocabulary(tokens):
    return {t: i for i, t in enumerate(sorted(set(tokens)))}


@wrong("misses_last")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for i in range(len(tokens) - 1):
        if tokens[i] not in vocab:
            vocab[tokens[i]] = len(vocab)
    return vocab


@wrong()
def build_vocabulary(tokens):  # a set keeps no order; made the same for every start of Python
    shuffled = sorted(set(tokens), key=lambda t: (len(t), t[::-1]))
    return {t: i for i, t in enumerate(["<unk>", *shuffled])}


@wrong("form")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for t in tokens:
        vocab.setdefault(t, len(vocab))


@wrong("raised")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for t in tokens:
        if vocab[t] is None:
            vocab[t] = len(vocab)
    return vocab


@wrong("mutates_input")
def build_vocabulary(tokens):
    tokens.insert(0, "<unk>")
    return {t: i for i, t in enumerate(dict.fromkeys(tokens))}


@wrong("no_brackets")
def build_vocabulary(tokens):
    vocab = {"unk": 0}
    for t in tokens:
        vocab.setdefault(t, len(vocab))
    return vocab


@wrong("unk_shares_zero", "place_in_text")
def build_vocabulary(tokens):
    vocab, i = {"<unk>": 0}, 0
    for t in tokens:
        if t not in vocab:
            vocab[t] = i
        i += 1
    return vocab


# ---- encode --------------------------------------------------------------------------------------------------------


@right
def encode(tokens, vocabulary):
    return [vocabulary.get(t, vocabulary["<unk>"]) for t in tokens]


@right
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        if token in vocabulary:
            ids.append(vocabulary[token])
        else:
            ids.append(vocabulary["<unk>"])
    return ids


@right
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        try:
            ids += [vocabulary[token]]
        except KeyError:
            ids += [vocabulary["<unk>"]]
    return ids


@right
def encode(tokens, vocabulary):
    return list(map(lambda t: vocabulary[t if t in vocabulary else "<unk>"], tokens))


@right
def encode(tokens, vocabulary):
    ids = np.full(len(tokens), vocabulary["<unk>"])
    for i in range(len(tokens)):
        if tokens[i] in vocabulary.keys():
            ids[i] = vocabulary[tokens[i]]
    return ids


@right
def encode(tokens, vocabulary):
    import torch

    return torch.tensor([vocabulary.get(t, vocabulary["<unk>"]) for t in tokens])


@right
def encode(tokens, vocabulary):
    look_up = defaultdict(lambda: vocabulary["<unk>"], vocabulary)
    return tuple(look_up[token] for token in tokens)


@wrong("crashes")
def encode(tokens, vocabulary):
    return [vocabulary[t] for t in tokens]


@wrong("dropped")
def encode(tokens, vocabulary):
    return [vocabulary[t] for t in tokens if t in vocabulary]


@wrong("none")
def encode(tokens, vocabulary):
    return [vocabulary.get(t) for t in tokens]


@wrong("minus_one")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, -1) for t in tokens]


@wrong("always_zero")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, 0) for t in tokens]


@wrong("the_word")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, "<unk>") for t in tokens]


@wrong("the_token")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, t) for t in tokens]


@wrong("new_id")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, len(vocabulary)) for t in tokens]


@wrong("mutates_input", "always_zero")
def encode(tokens, vocabulary):
    return [vocabulary.setdefault(t, 0) for t in tokens]


@wrong("first_only")
def encode(tokens, vocabulary):
    ids = []
    for t in tokens:
        ids.append(vocabulary.get(t, vocabulary["<unk>"]))
        return ids


@wrong("one_number")
def encode(tokens, vocabulary):
    for t in tokens:
        return vocabulary.get(t, vocabulary["<unk>"])


@wrong("own_numbers")
def encode(tokens, vocabulary):
    own = {"<unk>": 0}
    for t in tokens:
        own.setdefault(t, len(own))
    return [own[t] for t in tokens]


@wrong("each_once")
def encode(tokens, vocabulary):
    ids = {}
    for t in tokens:
        ids[t] = vocabulary.get(t, vocabulary["<unk>"])
    return list(ids.values())


@wrong("vocabulary_walk")
def encode(tokens, vocabulary):
    return [i for t, i in vocabulary.items() if t in tokens]


@wrong("a_dict")
def encode(tokens, vocabulary):
    return {t: vocabulary.get(t, vocabulary["<unk>"]) for t in tokens}


@wrong("known_or_not")
def encode(tokens, vocabulary):
    return [t in vocabulary for t in tokens]


@wrong("in_words")
def encode(tokens, vocabulary):
    return [str(vocabulary.get(t, vocabulary["<unk>"])) for t in tokens]


@wrong("raised")
def encode(tokens, vocabulary):
    return [vocabulary[letter] for t in tokens for letter in t]


@wrong("place_in_vocabulary", "always_zero")
def encode(tokens, vocabulary):
    names = list(vocabulary)
    return [names.index(t) if t in names else 0 for t in tokens]


@wrong("place_in_vocabulary")
def encode(tokens, vocabulary):
    names = list(vocabulary)
    return [names.index(t) if t in names else names.index("<unk>") for t in tokens]


@wrong("misses_last")
def encode(tokens, vocabulary):
    return [vocabulary.get(tokens[i], vocabulary["<unk>"]) for i in range(len(tokens) - 1)]


@wrong("shifted")
def encode(tokens, vocabulary):
    return [1 + vocabulary.get(t, vocabulary["<unk>"]) for t in tokens]


@wrong("form")
def encode(tokens, vocabulary):
    return map(vocabulary.get, tokens)


@wrong("unk_unbracketed")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, vocabulary["unk"]) for t in tokens]


@wrong()
def encode(tokens, vocabulary):
    return [vocabulary.get(t, vocabulary["<unk>"]) for t in tokens + tokens]


@wrong("one_text")
def encode(tokens, vocabulary):
    return " ".join(str(vocabulary.get(t, vocabulary["<unk>"])) for t in tokens)


@wrong("one_hot")
def encode(tokens, vocabulary):
    return np.eye(len(vocabulary))[[vocabulary.get(t, vocabulary["<unk>"]) for t in tokens]]


@wrong("order")
def encode(tokens, vocabulary):
    return [vocabulary.get(t, vocabulary["<unk>"]) for t in sorted(set(tokens), key=lambda t: t[1:])]


# ---- decode --------------------------------------------------------------------------------------------------------


@right
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return [back[i] for i in ids]


@right
def decode(ids, vocabulary):
    back = dict(zip(vocabulary.values(), vocabulary.keys()))
    return list(map(back.get, ids))


@right
def decode(ids, vocabulary):
    tokens = []
    for i in ids:
        for token, number in vocabulary.items():
            if number == i:
                tokens.append(token)
    return tokens


@right
def decode(ids, vocabulary):
    by_id = sorted(vocabulary, key=vocabulary.get)
    return [by_id[i] for i in ids]


@right
def decode(ids, vocabulary):
    names, numbers = list(vocabulary.keys()), list(vocabulary.values())
    return np.array([names[numbers.index(i)] for i in ids])


@right
def decode(ids, vocabulary):
    names = [None] * len(vocabulary)
    for token in vocabulary:
        names[vocabulary[token]] = token
    return tuple(names[i] for i in ids)


@wrong("not_turned_round")
def decode(ids, vocabulary):
    return [vocabulary[i] for i in ids]


@wrong("by_place")
def decode(ids, vocabulary):
    return [list(vocabulary)[i] for i in ids]


@wrong("one_too_low")
def decode(ids, vocabulary):
    names = sorted(vocabulary, key=vocabulary.get)
    return [names[i - 1] for i in ids]


@wrong("drops_unknown")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return [back[i] for i in ids if back[i] != "<unk>"]


@wrong("each_once")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    tokens = []
    for i in ids:
        if back[i] not in tokens:
            tokens.append(back[i])
    return tokens


@wrong("vocabulary_walk")
def decode(ids, vocabulary):
    return [t for t, i in vocabulary.items() if i in ids]


@wrong("joined")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return " ".join(back[i] for i in ids)


@wrong("glued")
def decode(ids, vocabulary):
    back, text = {i: t for t, i in vocabulary.items()}, ""
    for i in ids:
        text += back[i]
    return text


@wrong("table_only")
def decode(ids, vocabulary):
    return {i: t for t, i in vocabulary.items()}


@wrong("a_dict")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return {i: back[i] for i in ids}


@wrong("one_token")
def decode(ids, vocabulary):
    for i in ids:
        for t in vocabulary:
            if vocabulary[t] == i:
                return t


@wrong("first_only")
def decode(ids, vocabulary):
    back, tokens = {i: t for t, i in vocabulary.items()}, []
    for i in ids:
        tokens.append(back[i])
        return tokens


@wrong("one_list_each")
def decode(ids, vocabulary):
    return [[t for t, n in vocabulary.items() if n == i] for i in ids]


@wrong("misses_last")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return [back[ids[k]] for k in range(len(ids) - 1)]


@wrong("ids_again")
def decode(ids, vocabulary):
    return [vocabulary.get(i, i) for i in ids]


@wrong("ids_not_found")
def decode(ids, vocabulary):
    return [vocabulary.get(i) for i in ids]


@wrong("by_place", "joined")
def decode(ids, vocabulary):
    names = list(vocabulary)
    return " ".join([names[i] for i in ids])


@wrong("form")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    return (back[i] for i in ids)


@wrong("mutates_input")
def decode(ids, vocabulary):
    back = {i: t for t, i in vocabulary.items()}
    for k in range(len(ids)):
        ids[k] = back[ids[k]]
    return ids


# ---- most_frequent_pair --------------------------------------------------------------------------------------------


@right
def most_frequent_pair(tokens):
    return Counter(zip(tokens, tokens[1:])).most_common(1)[0][0]


@right
def most_frequent_pair(tokens):
    counts = {}
    for i in range(len(tokens) - 1):
        pair = (tokens[i], tokens[i + 1])
        if pair in counts:
            counts[pair] += 1
        else:
            counts[pair] = 1
    return max(counts, key=counts.get)


@right
def most_frequent_pair(tokens):
    best, most = None, 0
    pairs = [(a, b) for a, b in itertools.pairwise(tokens)]
    for pair in pairs:
        if pairs.count(pair) > most:
            best, most = pair, pairs.count(pair)
    return best


@right
def most_frequent_pair(tokens):
    pairs = [[tokens[i - 1], tokens[i]] for i in range(1, len(tokens))]
    return max(pairs, key=pairs.count)


@right
def most_frequent_pair(tokens):
    counts = defaultdict(int)
    for a, b in zip(tokens[:-1], tokens[1:]):
        counts[a, b] += 1
    return sorted(counts.items(), key=lambda entry: -entry[1])[0][0]


@right
def most_frequent_pair(tokens):
    pairs = np.array([tokens[:-1], tokens[1:]]).T
    counts = [(pairs == pair).all(axis=1).sum() for pair in pairs]
    return pairs[np.argmax(counts)]


@wrong("last_of_ties")
def most_frequent_pair(tokens):
    counts = Counter(zip(tokens, tokens[1:]))
    best = None
    for pair in counts:
        if best is None or counts[pair] >= counts[best]:
            best = pair
    return best


@wrong("end_of_alphabet")
def most_frequent_pair(tokens):
    counts = Counter(zip(tokens, tokens[1:]))
    return max((n, pair) for pair, n in counts.items())[1]


@wrong("alphabet_of_ties")
def most_frequent_pair(tokens):
    counts = Counter(zip(tokens, tokens[1:]))
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[0]


@wrong("first_in_alphabet")
def most_frequent_pair(tokens):
    return max(Counter(zip(tokens, tokens[1:])))


@wrong("the_count")
def most_frequent_pair(tokens):
    return max(Counter(zip(tokens, tokens[1:])).values())


@wrong("with_count")
def most_frequent_pair(tokens):
    return Counter(zip(tokens, tokens[1:])).most_common(1)[0]


@wrong("in_a_list")
def most_frequent_pair(tokens):
    return [pair for pair, _ in Counter(zip(tokens, tokens[1:])).most_common(1)]


@wrong("glued", "counted_glued")
def most_frequent_pair(tokens):
    return Counter(a + b for a, b in zip(tokens, tokens[1:])).most_common(1)[0][0]


@wrong("every_second")
def most_frequent_pair(tokens):
    pairs = [(tokens[i], tokens[i + 1]) for i in range(0, len(tokens) - 1, 2)]
    return max(pairs, key=pairs.count)


@wrong("misses_last")
def most_frequent_pair(tokens):
    counts = {}
    for i in range(len(tokens) - 2):
        counts[tokens[i], tokens[i + 1]] = counts.get((tokens[i], tokens[i + 1]), 0) + 1
    return max(counts, key=counts.get)


@wrong("misses_first")
def most_frequent_pair(tokens):
    pairs = [(tokens[i], tokens[i + 1]) for i in range(1, len(tokens) - 1)]
    return max(pairs, key=pairs.count)


@wrong("wraps_round")
def most_frequent_pair(tokens):
    pairs = [(tokens[i - 1], tokens[i]) for i in range(len(tokens))]
    return max(pairs, key=pairs.count)


@wrong("two_tokens")
def most_frequent_pair(tokens):
    (a, _), (b, _) = Counter(tokens).most_common(2)
    return a, b


@wrong("far_apart")
def most_frequent_pair(tokens):
    return Counter(itertools.combinations(tokens, 2)).most_common(1)[0][0]


@wrong("rarest")
def most_frequent_pair(tokens):
    counts = Counter(zip(tokens, tokens[1:]))
    return min(counts, key=counts.get)


@wrong("all_counts")
def most_frequent_pair(tokens):
    return Counter(zip(tokens, tokens[1:]))


@wrong("all_best")
def most_frequent_pair(tokens):
    counts = Counter(zip(tokens, tokens[1:]))
    return [pair for pair in counts if counts[pair] == max(counts.values())]


@wrong("one_between")
def most_frequent_pair(tokens):
    return Counter(zip(tokens, tokens[2:])).most_common(1)[0][0]


@wrong("no_overlaps")
def most_frequent_pair(tokens):
    counts, i, previous = {}, 0, None
    while i < len(tokens) - 1:
        pair = (tokens[i], tokens[i + 1])
        if pair != previous:
            counts[pair] = counts.get(pair, 0) + 1
            previous = pair
        else:
            previous = None
        i += 1
    return max(counts, key=counts.get)


@wrong("misses_last", "last_of_ties")
def most_frequent_pair(tokens):
    counts = Counter((tokens[i], tokens[i + 1]) for i in range(len(tokens) - 2))
    return [pair for pair, n in counts.items() if n == max(counts.values())][-1]


@wrong("raised")
def most_frequent_pair(tokens):
    counts = Counter((tokens[i], tokens[i + 1]) for i in range(len(tokens)))
    return counts.most_common(1)[0][0]


@wrong("form")
def most_frequent_pair(tokens):
    return iter(Counter(zip(tokens, tokens[1:])))


@wrong("one_token")
def most_frequent_pair(tokens):
    return Counter(tokens).most_common(1)[0][0]


@wrong("name")
def most_frequent_pair(tokens):
    pairs = list(zip(tokens, tokens[1:]))
    in_any_order = sorted(set(pairs), key=lambda pair: (pair[1] * 3, pair))  # as a set might give them
    return max(in_any_order, key=pairs.count)


@wrong("counted_in_a_list")
def most_frequent_pair(tokens):
    from collections import Counter

    return Counter(zip(tokens, tokens[1:])).most_common(1)


@wrong()
def most_frequent_pair(tokens):
    best, most = None, 0
    pairs = list(zip(tokens, tokens[1:]))
    for pair in set(pairs):
        if pairs.count(pair) > most:
            best, most = pair, pairs.count(pair)
    return best


# ---- merge_pair ----------------------------------------------------------------------------------------------------


@right
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and tokens[i] == pair[0] and tokens[i + 1] == pair[1]:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@right
def merge_pair(tokens, pair):
    merged, skip = [], False
    for i, token in enumerate(tokens):
        if skip:
            skip = False
        elif (token, *tokens[i + 1 : i + 2]) == pair:
            merged.append("".join(pair))
            skip = True
        else:
            merged.append(token)
    return merged


@right
def merge_pair(tokens, pair):
    tokens = list(tokens)
    i = 0
    while i < len(tokens) - 1:
        if tuple(tokens[i : i + 2]) == pair:
            tokens[i : i + 2] = ["".join(pair)]
        i += 1
    return tokens


@right
def merge_pair(tokens, pair):
    merged = []
    for token in tokens:
        if merged and merged[-1] == pair[0] and token == pair[1]:
            merged[-1] = merged[-1] + token
        else:
            merged.append(token)
    return merged


@right
def merge_pair(tokens, pair):
    rest, merged = tokens[:], []
    while rest:
        token = rest.pop(0)
        if rest and token == pair[0] and rest[0] == pair[1]:
            token += rest.pop(0)
        merged.append(token)
    return merged


@right
def merge_pair(tokens, pair):
    mark = "\0"
    text = mark + (mark + mark).join(tokens) + mark
    a, b = pair
    text = text.replace(f"{mark}{a}{mark}{mark}{b}{mark}", f"{mark}{a}{b}{mark}")
    return text[1:-1].split(mark + mark)


@right
def merge_pair(tokens, pair):
    stream, merged = iter([*tokens, None]), []
    token = next(stream)
    while token is not None:
        following = next(stream)
        if (token, following) == pair:
            token, following = token + following, next(stream)
        merged.append(token)
        token = following
    return np.array(merged, dtype=object)


@wrong("not_skipped")
def merge_pair(tokens, pair):
    merged = []
    for i in range(len(tokens)):
        if i < len(tokens) - 1 and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
        else:
            merged.append(tokens[i])
    return merged


@wrong("overlapping")
def merge_pair(tokens, pair):
    starts = [i for i in range(len(tokens) - 1) if (tokens[i], tokens[i + 1]) == pair]
    merged = []
    for i, token in enumerate(tokens):
        if i in starts:
            merged.append("".join(pair))
        elif i - 1 not in starts:
            merged.append(token)
    return merged


@wrong("from_right")
def merge_pair(tokens, pair):
    merged, i = [], len(tokens) - 1
    while i >= 0:
        if i > 0 and (tokens[i - 1], tokens[i]) == pair:
            merged.insert(0, "".join(pair))
            i -= 2
        else:
            merged.insert(0, tokens[i])
            i -= 1
    return merged


@wrong("only_first")
def merge_pair(tokens, pair):
    for i in range(len(tokens) - 1):
        if (tokens[i], tokens[i + 1]) == pair:
            return tokens[:i] + [tokens[i] + tokens[i + 1]] + tokens[i + 2 :]
    return tokens


@wrong("loses_last")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("not_skipped", "loses_last")
def merge_pair(tokens, pair):
    merged = []
    for a, b in zip(tokens, tokens[1:]):
        merged.append(a + b if (a, b) == pair else a)
    return merged


@wrong("misses_last_pair")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i < len(tokens) - 2 and (tokens[i], tokens[i + 1]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("with_space")
def merge_pair(tokens, pair):
    merged = []
    for t in tokens:
        if merged and (merged[-1], t) == pair:
            merged[-1] = " ".join(pair)
        else:
            merged.append(t)
    return merged


@wrong("as_tuple")
def merge_pair(tokens, pair):
    merged = []
    for t in tokens:
        if merged and (merged[-1], t) == pair:
            merged[-1] = pair
        else:
            merged.append(t)
    return merged


@wrong("through_strings")
def merge_pair(tokens, pair):
    return " ".join(tokens).replace(" ".join(pair), "".join(pair)).split()


@wrong("one_string")
def merge_pair(tokens, pair):
    return "".join(tokens)


@wrong("unmerged")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tokens[i : i + 2] == pair:  # a list is never equal to a tuple
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("keeps_both")
def merge_pair(tokens, pair):
    merged = []
    for t in tokens:
        merged.append(t)
        if tuple(merged[-2:]) == pair:
            merged.append("".join(pair))
    return merged


@wrong("either_order")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and sorted(tokens[i : i + 2]) == sorted(pair):
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("every_second")
def merge_pair(tokens, pair):
    merged = []
    for i in range(0, len(tokens), 2):
        two = tokens[i : i + 2]
        merged += ["".join(pair)] if tuple(two) == pair else two
    return merged


@wrong("checks_first")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tokens[i] == pair[0] and i < len(tokens) - 1:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("removed")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("only_glued")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 1
        i += 1
    return merged


@wrong("the_glue")
def merge_pair(tokens, pair):
    return "".join(pair)


@wrong("how_many")
def merge_pair(tokens, pair):
    n, i = 0, 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            n, i = n + 1, i + 1
        i += 1
    return n


@wrong("mutates_input")
def merge_pair(tokens, pair):
    i = 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            tokens[i] += tokens.pop(i + 1)
        i += 1
    return tokens


@wrong("raised")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("stopped")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
    return merged


@wrong("last_again")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    merged.append(tokens[-1])
    return merged


@wrong("glue_twice")
def merge_pair(tokens, pair):
    merged, i = list(tokens), 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == pair:
            merged[i] = merged[i + 1] = "".join(pair)
            i += 1
        i += 1
    return merged


# ---- embed ---------------------------------------------------------------------------------------------------------


@right
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[: len(ids)]


@right
def embed(ids, token_table, position_table):
    rows = []
    for place, number in enumerate(ids):
        rows.append(token_table[number] + position_table[place])
    return rows


@right
def embed(ids, token_table, position_table):
    one_hot = np.eye(len(token_table))[ids]
    places = np.eye(len(position_table))[np.arange(len(ids))]
    return one_hot @ token_table + places @ position_table


@right
def embed(ids, token_table, position_table):
    x = np.take(token_table, ids, axis=0).copy()
    x += position_table[np.arange(len(ids))]
    return x


@right
def embed(ids, token_table, position_table):
    import torch

    ids = torch.tensor(ids)
    tokens = torch.nn.functional.embedding(ids, torch.tensor(token_table))
    return tokens + torch.tensor(position_table)[torch.arange(ids.shape[0])]


@right
def embed(ids, token_table, position_table):
    x = np.zeros((len(ids), token_table.shape[1]), np.float32)
    for t in range(len(ids)):
        for c in range(token_table.shape[1]):
            x[t, c] = token_table[ids[t], c] + position_table[t, c]
    return x


@right
def embed(ids, token_table, position_table):
    return [[a + b for a, b in zip(token_table[i], p)] for i, p in zip(ids, position_table)]


@wrong("no_position")
def embed(ids, token_table, position_table):
    return token_table[ids]


@wrong("only_position")
def embed(ids, token_table, position_table):
    return position_table[: len(ids)]


@wrong("concatenated")
def embed(ids, token_table, position_table):
    return np.concatenate([token_table[ids], position_table[: len(ids)]], axis=1)


@wrong("concatenated")
def embed(ids, token_table, position_table):
    return [list(token_table[i]) + list(position_table[t]) for t, i in enumerate(ids)]


@wrong("below")
def embed(ids, token_table, position_table):
    return np.vstack([token_table[ids], position_table[: len(ids)]])


@wrong("wrong_axis")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[: len(ids)].T


@wrong("not_cut")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table


@wrong("starts_at_one")
def embed(ids, token_table, position_table):
    return np.array([token_table[i] + position_table[t] for t, i in enumerate(ids, start=1)])


@wrong("place_of_the_id")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[ids]


@wrong("next_for_all")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[len(ids)]


@wrong("first_for_all")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[0]


@wrong("last_rows")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[-len(ids) :]


@wrong("number_of_the_place")
def embed(ids, token_table, position_table):
    return np.array([token_table[i] + t for t, i in enumerate(ids)])


@wrong("multiplied")
def embed(ids, token_table, position_table):
    return token_table[ids] * position_table[: len(ids)]


@wrong("summed")
def embed(ids, token_table, position_table):
    total = 0
    for t, i in enumerate(ids):
        total = total + token_table[i] + position_table[t]
    return total


@wrong("first_rows")
def embed(ids, token_table, position_table):
    T = len(ids)
    return token_table[:T] + position_table[:T]


@wrong("one_too_low")
def embed(ids, token_table, position_table):
    return np.array([token_table[i - 1] + position_table[t] for t, i in enumerate(ids)])


@wrong("halved")
def embed(ids, token_table, position_table):
    return np.mean([token_table[ids], position_table[: len(ids)]], axis=0)


@wrong("concatenated", "starts_at_one")
def embed(ids, token_table, position_table):
    return np.hstack([token_table[ids], position_table[1 : len(ids) + 1]])


@wrong("mutates_input")
def embed(ids, token_table, position_table):
    for t, i in enumerate(ids):
        token_table[i] += position_table[t]
    return token_table[ids]


@wrong("shape")
def embed(ids, token_table, position_table):
    return (token_table[ids] + position_table[: len(ids)])[None]


@wrong("raised")
def embed(ids, token_table, position_table):
    return token_table(ids) + position_table[: len(ids)]


@wrong("values")
def embed(ids, token_table, position_table):
    x = token_table[ids] + position_table[: len(ids)]
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


@wrong("all_places")
def embed(ids, token_table, position_table):
    x = token_table[ids]
    for i in range(len(ids)):
        x += position_table[i]
    return x


@wrong("first_place")
def embed(ids, token_table, position_table):
    return [token_table[i] + position_table[ids.index(i)] for i in ids]


# ---- more answers of every kind ------------------------------------------------------------------------------------


@wrong("first_only")
def build_vocabulary(tokens):
    vocab = {"<unk>": 0}
    for t in tokens:
        if t not in vocab:
            vocab[t] = len(vocab)
        return vocab


@wrong("never_counts")
def build_vocabulary(tokens):
    vocab, next_id = {"<unk>": 0}, 1
    for t in tokens:
        if t not in vocab:
            vocab[t] = next_id
    return vocab


@wrong()
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in set(tokens):
        vocabulary[token] = len(vocabulary)
    return vocabulary


@wrong("in_words")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": "0"}
    for token in tokens:
        if token not in vocabulary:
            vocabulary[token] = str(len(vocabulary))
    return vocabulary


@wrong("token_for_every_number")
def build_vocabulary(tokens):
    vocabulary = {0: "<unk>"}
    for token in tokens:
        if token not in vocabulary:
            vocabulary[len(vocabulary)] = token
    return vocabulary


@wrong("only_unk")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if token in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary


@wrong("stops_at_unknown")
def encode(tokens, vocabulary):
    ids = []
    for t in tokens:
        if t not in vocabulary:
            break
        ids.append(vocabulary[t])
    return ids


@wrong("unknown_after_each")
def encode(tokens, vocabulary):
    ids = []
    for t in tokens:
        if t in vocabulary:
            ids.append(vocabulary[t])
        ids.append(vocabulary["<unk>"])
    return ids


@wrong("zero_is_unknown")
def encode(tokens, vocabulary):
    return [vocabulary.get(t) or vocabulary["<unk>"] for t in tokens]


@wrong("last_only")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        ids = [vocabulary.get(token, vocabulary["<unk>"])]
    return ids


@wrong("every_entry_asked")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        for word, number in vocabulary.items():
            if token == word:
                ids.append(number)
            else:
                ids.append(vocabulary["<unk>"])
    return ids


@wrong()
def encode(tokens, vocabulary):
    return {vocabulary.get(t, vocabulary["<unk>"]) for t in tokens}


@wrong("alphabetical")
def decode(ids, vocabulary):
    names = sorted(vocabulary)
    return [names[i] for i in ids]


@wrong("letters")
def decode(ids, vocabulary):
    back, tokens = {i: t for t, i in vocabulary.items()}, []
    for i in ids:
        tokens += back[i]
    return tokens


@wrong("ids_unknown")
def decode(ids, vocabulary):
    return [vocabulary.get(i, "<unk>") for i in ids]


@wrong("joined_with_end")
def decode(ids, vocabulary):
    out = ""
    for i in ids:
        for t, n in vocabulary.items():
            if n == i:
                out += t + " "
    return out


@wrong("in_order")
def decode(ids, vocabulary):
    inverse = {v: k for k, v in vocabulary.items()}
    return [inverse[i] for i in sorted(ids)]


@wrong("below_zero_unknown")
def decode(ids, vocabulary):
    inverse = {v: k for k, v in vocabulary.items()}
    return [inverse.get(i - 1, "<unk>") for i in ids]


@wrong()
def decode(ids, vocabulary):
    inverse = {v: k for k, v in vocabulary.items()}
    return [inverse[i] if inverse[i] != "<unk>" else "" for i in ids]


@wrong()
def decode(ids, vocabulary):
    inverse = {v: k for k, v in vocabulary.items()}
    return [inverse[i] if inverse[i] != "<unk>" else "?" for i in ids]


@wrong("ids_not_found")
def decode(ids, vocabulary):
    return list(map(vocabulary.get, ids))


@wrong("counts_along")
def decode(ids, vocabulary):
    inverse = {v: k for k, v in vocabulary.items()}
    out = []
    for i in range(len(ids)):
        out.append(inverse[i])
    return out


@wrong("two_steps_always")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            merged.append(tokens[i] + tokens[i + 1])
        else:
            merged.append(tokens[i])
        i += 2
    return merged


@wrong("pair_by_pair")
def merge_pair(tokens, pair):
    merged = []
    for a, b in zip(tokens, tokens[1:]):
        if (a, b) == tuple(pair):
            merged.append(a + b)
        else:
            merged.append(a)
            merged.append(b)
    return merged


@wrong("with_sign")
def merge_pair(tokens, pair):
    out, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            out.append(pair[0] + "_" + pair[1])
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


@wrong("position_in_front")
def embed(ids, token_table, position_table):
    return np.hstack([position_table[: len(ids)], token_table[ids]])


@wrong("stacked")
def embed(ids, token_table, position_table):
    return np.array([token_table[ids], position_table[: len(ids)]])


@wrong("multiplied_out")
def embed(ids, token_table, position_table):
    return token_table[ids] @ position_table[: len(ids)].T


@wrong("first_only")
def embed(ids, token_table, position_table):
    for place, i in enumerate(ids):
        return token_table[i] + position_table[place]


@wrong("last_only")
def embed(ids, token_table, position_table):
    for place, i in enumerate(ids):
        row = token_table[i] + position_table[place]
    return row


@wrong("whole_numbers")
def embed(ids, token_table, position_table):
    out = np.zeros((len(ids), token_table.shape[1]), dtype=int)
    for i, n in enumerate(ids):
        out[i] = token_table[n] + position_table[i]
    return out


# ---- answers that looked right: to a first text, to words without capitals, to ids that begin with "<unk>" -----------


@wrong("lower_case")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if token.lower() not in vocabulary:
            vocabulary[token.lower()] = len(vocabulary)
    return vocabulary


@wrong("stripped")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        vocabulary.setdefault(token.strip(), len(vocabulary))
    return vocabulary


@wrong("letters_only")
def build_vocabulary(tokens):
    words = [token for token in tokens if token.isalpha()]
    return {token: number for number, token in enumerate(dict.fromkeys(["<unk>", *words]))}


@wrong("inside_another")
def build_vocabulary(tokens):
    vocabulary, seen = {"<unk>": 0}, ""
    for token in tokens:
        if token not in seen:  # a text, not a list
            vocabulary[token] = len(vocabulary)
            seen += token + " "
    return vocabulary


@wrong("begins_another")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if not any(known.startswith(token) for known in vocabulary):
            vocabulary[token] = len(vocabulary)
    return vocabulary


@wrong("stops_at_repeat")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if token in vocabulary:
            break
        vocabulary[token] = len(vocabulary)
    return vocabulary


@wrong("counts_and_unk")
def build_vocabulary(tokens):
    vocabulary = {"<unk>": 0}
    vocabulary.update(Counter(tokens))
    return vocabulary


@wrong("no_unk", "last_place")
def build_vocabulary(tokens):
    return {token: number for number, token in enumerate(tokens)}


@wrong("capital_unk")
def build_vocabulary(tokens):
    vocabulary = {"<UNK>": 0}
    for token in tokens:
        vocabulary.setdefault(token, len(vocabulary))
    return vocabulary


@wrong("lower_case")
def encode(tokens, vocabulary):
    return [vocabulary.get(token.lower(), vocabulary["<unk>"]) for token in tokens]


@wrong("mutates_input", "new_ids")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        if token not in vocabulary:
            vocabulary[token] = len(vocabulary)
        ids.append(vocabulary[token])
    return ids


@wrong("each_id_once")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        number = vocabulary.get(token, vocabulary["<unk>"])
        if number not in ids:
            ids.append(number)
    return ids


@wrong("unknown_at_the_end")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        if token in vocabulary:
            ids.append(vocabulary[token])
    ids.append(vocabulary["<unk>"])
    return ids


@wrong("part_of_a_word")
def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        number = vocabulary["<unk>"]
        for known in vocabulary:
            if token in known:
                number = vocabulary[known]
        ids.append(number)
    return ids


@wrong("values")
def encode(tokens, vocabulary):
    ids = [vocabulary["<unk>"]] * len(tokens)
    for place, token in enumerate(tokens):
        for known in vocabulary:
            if token is known:
                ids[place] = vocabulary[known]
    return ids


@wrong("zero_skipped")
def decode(ids, vocabulary):
    back = {number: token for token, number in vocabulary.items()}
    return [back[number] for number in ids if number]


@wrong("zero_is_unknown")
def decode(ids, vocabulary):
    back = {number: token for token, number in vocabulary.items()}
    return [back[number] if number else "<unk>" for number in ids]


@wrong("every_entry_asked")
def decode(ids, vocabulary):
    tokens = []
    for wanted in ids:
        for token, number in vocabulary.items():
            if number == wanted:
                tokens.append(token)
            else:
                tokens.append("<unk>")
    return tokens


@wrong("unknown_on_the_way")
def decode(ids, vocabulary):
    tokens = []
    for wanted in ids:
        for token, number in vocabulary.items():
            if number == wanted:
                tokens.append(token)
                break
            else:
                tokens.append("<unk>")
    return tokens


@wrong("places_returned")
def decode(ids, vocabulary):
    numbers = list(vocabulary.values())
    return [numbers.index(number) for number in ids]


@wrong("by_place", "drops_unknown")
def decode(ids, vocabulary):
    words = list(vocabulary)
    return [words[number] for number in ids if words[number] != "<unk>"]


@wrong("raised")
def decode(ids, vocabulary):
    back = {number: token for token, number in vocabulary.items()}
    return [back[str(number)] for number in ids]


@wrong("values")
def decode(ids, vocabulary):
    return [token for wanted in ids for token, number in vocabulary.items() if number is wanted]


@wrong("first_to_get_there")
def most_frequent_pair(tokens):
    counts, best, most = Counter(), None, 0
    for pair in zip(tokens, tokens[1:]):
        counts[pair] += 1
        if counts[pair] > most:
            best, most = pair, counts[pair]
    return best


@wrong("last_to_get_there")
def most_frequent_pair(tokens):
    counts, best, most = Counter(), None, 0
    for pair in zip(tokens, tokens[1:]):
        counts[pair] += 1
        if counts[pair] >= most:
            best, most = pair, counts[pair]
    return best


@wrong("sorted_pairs")
def most_frequent_pair(tokens):
    return Counter(tuple(sorted(pair)) for pair in zip(tokens, tokens[1:])).most_common(1)[0][0]


@wrong("counted_in_text")
def most_frequent_pair(tokens):
    text, best, most = "".join(tokens), None, 0
    for a, b in zip(tokens, tokens[1:]):
        if text.count(a + b) > most:
            best, most = (a, b), text.count(a + b)
    return best


@wrong("counted_glued")
def most_frequent_pair(tokens):
    counts = Counter(a + b for a, b in zip(tokens, tokens[1:]))
    return max(zip(tokens, tokens[1:]), key=lambda pair: counts["".join(pair)])


@wrong("letters_of_text")
def most_frequent_pair(tokens):
    text = "".join(tokens)
    return Counter(zip(text, text[1:])).most_common(1)[0][0]


@wrong("wraps_at_end")
def most_frequent_pair(tokens):
    counts = Counter((tokens[i], tokens[(i + 1) % len(tokens)]) for i in range(len(tokens)))
    return counts.most_common(1)[0][0]


@wrong("compares_glued")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if "".join(tokens[i : i + 2]) == "".join(pair) and i + 1 < len(tokens):
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("even_the_last", "checks_first")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tokens[i] == pair[0]:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("either_order_as_it_is")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and sorted(tokens[i : i + 2]) == sorted(pair):
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("one_fits")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i] == pair[0] or tokens[i + 1] == pair[1]):
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@wrong("loses_next")
def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(tokens[i])
        i += 1
    return merged


@wrong("swallows")
def merge_pair(tokens, pair):
    merged = []
    for i, token in enumerate(tokens):
        if i > 0 and (tokens[i - 1], token) == pair:
            merged[-1] = "".join(pair)
        else:
            merged.append(token)
    return merged


@wrong("different_ids")
def embed(ids, token_table, position_table):
    different = list(dict.fromkeys(ids))
    return token_table[different] + position_table[: len(different)]


@wrong("not_cut")
def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[:8]


@wrong("times_root")
def embed(ids, token_table, position_table):
    return token_table[ids] * token_table.shape[1] ** 0.5 + position_table[: len(ids)]


@wrong("last_without")
def embed(ids, token_table, position_table):
    x = token_table[ids]
    for place in range(len(ids) - 1):
        x[place] += position_table[place]
    return x


@wrong("last_row_zero")
def embed(ids, token_table, position_table):
    x = np.zeros((len(ids), token_table.shape[1]))
    for place in range(len(ids) - 1):
        x[place] = token_table[ids[place]] + position_table[place]
    return x


@wrong("rows_to_spare")
def embed(ids, token_table, position_table):
    x = np.zeros(token_table.shape)
    for place, number in enumerate(ids):
        x[place] = token_table[number] + position_table[place]
    return x
