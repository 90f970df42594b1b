//! One entry as the index holds it: normalised texts, readings of its name, its signature and its facet values.

use crate::search::{
    Subject,
    normalise::normalise,
    pinyin::{self, Reading},
    signature::Signature,
};

/// An analysed [`Subject`].
#[derive(Debug)]
pub(super) struct Entry {
    /// The key as given.
    pub(super) code: String,
    /// Normalised code.
    pub(super) code_text: String,
    /// Normalised name.
    pub(super) name: String,
    /// Characters of the normalised name.
    pub(super) name_chars: Vec<char>,
    /// Readings of the name.
    pub(super) readings: Vec<Reading>,
    /// Usual pinyin of the name in one word.
    pub(super) spoken: String,
    /// Every other text, normalised.
    pub(super) words: Vec<String>,
    /// Numbers of its facet values in the index.
    pub(super) facets: Vec<u32>,
}

impl Entry {
    /// Analyses a subject; `facets` are the numbers of its facet values.
    pub(super) fn new(subject: Subject, facets: Vec<u32>) -> (Signature, Self) {
        let name = normalise(&subject.name);
        let readings = pinyin::readings(&name);
        let entry = Self {
            code_text: normalise(&subject.code),
            code: subject.code,
            name_chars: name.chars().collect(),
            spoken: pinyin::usual(&readings),
            words: subject.words.iter().map(|word| normalise(word)).filter(|word| !word.is_empty()).collect(),
            readings,
            name,
            facets,
        };
        (entry.signature(), entry)
    }

    fn signature(&self) -> Signature {
        let mut signature = Signature::of(&self.name);
        signature.add(&self.code_text);
        self.words.iter().for_each(|word| signature.add(word));
        pinyin::add_pairs(&self.readings, &mut signature);
        signature
    }

    /// About how many bytes it takes in memory.
    pub(super) fn size(&self) -> usize {
        let texts = self.code.capacity() + self.code_text.capacity() + self.name.capacity() + self.spoken.capacity();
        let words: usize = self.words.iter().map(|word| word.capacity() + size_of::<String>()).sum();
        let syllables = |reading: &Reading| match reading {
            Reading::Plain(_) => 0,
            Reading::Syllables(syllables) => syllables.capacity() * size_of::<&str>(),
        };
        let readings: usize = self.readings.iter().map(|reading| size_of::<Reading>() + syllables(reading)).sum();
        size_of::<Self>() + texts + words + readings + self.name_chars.capacity() * 4 + self.facets.capacity() * 4
    }
}
