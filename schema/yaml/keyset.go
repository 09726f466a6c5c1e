package yaml

import "slices"

// keySet are the entries of a map while they are collected. It finds duplicate keys: it compares the keys of a small map
// one by one, and hashes those of a large one.
//
// Keys are the same if they have the same text (to everyone who looks for it, 1 and "1" are the same name) or the same
// value (010 and 8).
type keySet struct {
	entries []Entry        // an entry that a later one replaces has no value
	byText  map[string]int // the index of an entry by the text and by the value of its key
	winners map[int]int    // of a key that occurs again: the index of its last entry by that of its first
}

const smallMap = 12

func newKeySet(size int) *keySet {
	k := &keySet{entries: make([]Entry, 0, size)}
	if size > smallMap {
		k.byText = make(map[string]int, size)
	}
	return k
}

// put adds an entry. If the same key is there already, put returns the first of these keys, and the new entry has no
// effect. With lastWins, it replaces the other one, at the end of the map, as in SnakeYAML.
func (k *keySet) put(e Entry, lastWins bool) *Value {
	first := k.find(e.Key)
	if first < 0 {
		k.add(e)
		return nil
	}
	if !lastWins {
		return k.entries[first].Key
	}
	last, again := k.winners[first]
	if !again {
		last = first
	}
	k.entries[last].Value = nil
	if k.winners == nil {
		k.winners = make(map[int]int)
	}
	k.winners[first] = len(k.entries)
	k.entries = append(k.entries, e)
	return k.entries[first].Key
}

// withoutReplaced returns the entries that have a value.
func (k *keySet) withoutReplaced(entries []Entry) []Entry {
	if k.winners == nil {
		return entries
	}
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.Value == nil })
}

// find returns the index of the first entry with the key, or -1.
func (k *keySet) find(key *Value) int {
	if k.byText == nil && len(k.entries) < smallMap {
		return search(k.entries, key)
	}
	if k.byText == nil {
		k.byText = make(map[string]int, 2*smallMap)
		for i := range k.entries {
			if search(k.entries[:i], k.entries[i].Key) < 0 {
				k.index(i)
			}
		}
	}
	if i, ok := k.byText[key.Text]; ok {
		if other := k.entries[i].Key; other.Text == key.Text || key.Kind != String && other.Kind != String {
			return i
		}
	}
	if key.Kind != String {
		if i, ok := k.byText[key.Canonical()]; ok && k.entries[i].Key.Kind != String {
			return i
		}
	}
	return -1
}

// search returns the index of the first entry with the key, or -1.
func search(entries []Entry, key *Value) int {
	for i := range entries {
		other := entries[i].Key
		if other.Text == key.Text || key.Kind != String && other.Kind != String && key.Canonical() == other.Canonical() {
			return i
		}
	}
	return -1
}

// add adds an entry with a new key.
func (k *keySet) add(e Entry) {
	k.entries = append(k.entries, e)
	if k.byText != nil {
		k.index(len(k.entries) - 1)
	}
}

func (k *keySet) index(i int) {
	key := k.entries[i].Key
	k.byText[key.Text] = i
	if key.Kind != String {
		c := key.Canonical()
		if _, ok := k.byText[c]; !ok {
			k.byText[c] = i
		}
	}
}
