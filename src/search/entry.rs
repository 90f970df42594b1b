//! One entry as the index holds it: normalised texts, and, beside them, what a scan looks at first.

use crate::search::{Facet, Subject, normalise::normalise, pinyin, signature::Signature};

/// The texts of an analysed [`Subject`].
#[derive(Debug)]
pub(super) struct Entry {
    /// The key as given.
    pub(super) code: String,
    /// Normalised code.
    pub(super) code_text: String,
    /// Normalised name.
    pub(super) name: String,
    /// Usual pinyin of the name in one word.
    pub(super) spoken: String,
    /// The other texts with Chinese characters, normalised, a line each.
    pub(super) words: String,
    /// The other texts in letters and digits, normalised, a line each.
    pub(super) latin: String,
}

/// What a scan looks at without reading the texts; 96 bytes that stand side by side with the next ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) signature: Signature,
    /// The number of its value in each facet; 0: none.
    pub(super) facets: [u32; Facet::ALL.len()],
    /// Characters of the name.
    pub(super) length: u32,
}

impl Entry {
    /// Analyses a subject; `facets` are the numbers of its facet values.
    pub(super) fn new(subject: Subject, facets: [u32; Facet::ALL.len()]) -> (Mark, Self) {
        let name = normalise(&subject.name);
        let (mut words, mut latin) = (String::new(), String::new());
        for word in subject.words.iter().map(|word| normalise(word)) {
            let lines = if word.is_ascii() { &mut latin } else { &mut words };
            lines.push_str(&word);
            lines.push('\n');
        }
        let entry = Self { code_text: normalise(&subject.code), code: subject.code, spoken: pinyin::usual(&name), words, latin, name };
        let length = entry.name.chars().count() as u32;
        (Mark { signature: entry.signature(), facets, length }, entry)
    }

    fn signature(&self) -> Signature {
        let mut signature = Signature::of(&self.name);
        [&self.code_text, &self.words, &self.latin].into_iter().for_each(|text| signature.add(text));
        pinyin::add_pairs(&self.name, &mut signature);
        signature
    }

    /// About how many bytes it takes in memory.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.code, &self.code_text, &self.name, &self.spoken, &self.words, &self.latin];
        size_of::<Self>() + size_of::<Mark>() + size_of::<usize>() * 3 + texts.map(String::capacity).iter().sum::<usize>()
    }
}
