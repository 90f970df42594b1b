//! The index itself: analysed entries in the order of their codes. A changed catalogue makes a new one that shares what did not change.

use crate::search::{
    Facet, Subject,
    entry::{Entry, Mark},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Entries that can be searched. Immutable; readers hold it in an `Arc`.
#[derive(Clone, Debug)]
pub struct Index {
    /// In the order of their codes.
    entries: Vec<(Mark, Arc<Entry>)>,
    /// Facet values by number; number 0 stands for none.
    values: Vec<(Facet, String)>,
    numbers: HashMap<(Facet, String), u32>,
}

impl Default for Index {
    fn default() -> Self {
        Self { entries: Vec::new(), values: vec![(Facet::Root, String::new())], numbers: HashMap::new() }
    }
}

/// The facet values that a question narrows to.
pub(super) struct Wanted {
    numbers: Vec<(Facet, u32)>,
    facets: u8,
}

impl Index {
    /// An index of these entries.
    pub fn new(subjects: impl IntoIterator<Item = Subject>) -> Self {
        Self::default().changed(subjects, [])
    }

    /// The same with some entries added or replaced, and some gone.
    pub fn changed(&self, subjects: impl IntoIterator<Item = Subject>, gone: impl IntoIterator<Item = String>) -> Self {
        let mut next = self.clone();
        let mut gone: BTreeSet<String> = gone.into_iter().collect();
        // Of two with the same code the later one counts.
        let subjects: BTreeMap<String, Subject> = subjects.into_iter().map(|subject| (subject.code.clone(), subject)).collect();
        gone.extend(subjects.keys().cloned());
        if !gone.is_empty() {
            next.entries.retain(|(_, entry)| !gone.contains(&entry.code));
        }
        for subject in subjects.into_values() {
            let mut facets = [0; Facet::ALL.len()];
            for (facet, value) in &subject.facets {
                if let Some(place) = facets.get_mut(*facet as usize) {
                    *place = next.number(*facet, value);
                }
            }
            let (mark, entry) = Entry::new(subject, facets);
            next.entries.push((mark, Arc::new(entry)));
        }
        next.entries.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
        next
    }

    /// How many entries it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Does it hold none?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// About how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let entries: usize = self.entries.iter().map(|(_, entry)| entry.size()).sum();
        entries + self.values.iter().map(|(_, value)| 2 * (value.capacity() + 40)).sum::<usize>()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Mark, &Entry)> {
        self.entries.iter().map(|(mark, entry)| (mark, &**entry))
    }

    /// The code of the entry with that number.
    pub(super) fn code(&self, at: usize) -> Option<&str> {
        self.entries.get(at).map(|(_, entry)| entry.code.as_str())
    }

    /// The number of the first entry whose code is not smaller.
    pub(super) fn first_from(&self, code: &str) -> usize {
        self.entries.partition_point(|(_, entry)| entry.code.as_str() < code)
    }

    pub(super) fn values(&self) -> &[(Facet, String)] {
        &self.values
    }

    pub(super) fn wanted(&self, narrow: &[(Facet, String)]) -> Wanted {
        let facets = narrow.iter().fold(0, |bits, (facet, _)| bits | facet.bit());
        let number = |(facet, value): &(Facet, String)| Some((*facet, *self.numbers.get(&(*facet, value.clone()))?));
        // A value that no entry has stays out of the list, so that nothing fits its facet.
        Wanted { numbers: narrow.iter().filter_map(number).collect(), facets }
    }

    fn number(&mut self, facet: Facet, value: &str) -> u32 {
        let next = self.values.len() as u32;
        *self.numbers.entry((facet, value.to_owned())).or_insert_with(|| {
            self.values.push((facet, value.to_owned()));
            next
        })
    }
}

impl Wanted {
    /// The facets that the entry does not fit, as bits.
    pub(super) fn missed(&self, mark: &Mark) -> u8 {
        let fits = self.numbers.iter().filter(|(facet, number)| mark.facets.get(*facet as usize) == Some(number));
        self.facets & !fits.fold(0, |bits, (facet, _)| bits | facet.bit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Place, Question};

    fn subject(number: u32, name: &str, theme: &str) -> Subject {
        let facets = vec![(Facet::Theme, theme.to_owned()), (Facet::State, "active".into())];
        Subject {
            code: format!("11999999000000019M{number:03}"), name: name.into(), words: vec!["示例省市场监督管理局".into()], facets
        }
    }

    fn index() -> Index {
        Index::new([
            subject(1, "营业执照", "经营许可"),
            subject(2, "食品经营许可证", "经营许可"),
            subject(3, "食品生产许可证", "生产许可"),
            subject(4, "特种设备使用登记证", "行业许可"),
        ])
    }

    fn names(index: &Index, question: &Question) -> Vec<String> {
        index.find(question, |_| true).found.into_iter().map(|found| found.code[18..].to_owned()).collect()
    }

    fn ask(text: &str) -> Question {
        Question { text: text.into(), most: 10, ..Question::default() }
    }

    #[test]
    fn better_matches_come_first_and_all_words_must_match() {
        let index = index();
        assert_eq!(names(&index, &ask("许可证")), ["002", "003"]);
        assert_eq!(names(&index, &ask("食品 xuke 生产")), ["003"]);
        assert_eq!(names(&index, &ask("yyzz")), ["001"]);
        assert_eq!(names(&index, &ask("营业热照")), ["001"]);
        assert_eq!(names(&index, &ask("营业执照 不存在")), [""; 0]);
        assert_eq!(names(&index, &ask("")), ["001", "002", "003", "004"]);
        assert_eq!(names(&index, &ask("。。")), [""; 0]);
        assert_eq!(index.find(&ask("shipinjignying"), |_| true).found[0].place, Some(Place::Similar));
    }

    #[test]
    fn facets_count_what_choosing_them_would_give() {
        let question = Question { narrow: vec![(Facet::Theme, "经营许可".into())], ..ask("许可证") };
        let answer = index().find(&question, |_| true);
        assert_eq!(answer.total, 1);
        let themes: Vec<_> = answer.facets[&Facet::Theme].iter().map(|c| (c.value.as_str(), c.count)).collect();
        assert_eq!(themes, [("生产许可", 1), ("经营许可", 1)]);
        assert_eq!(answer.facets[&Facet::State][0].count, 1, "counted among what is narrowed by the other facet");
        let nothing = Question { narrow: vec![(Facet::Theme, "没有".into())], ..ask("") };
        assert_eq!(index().find(&nothing, |_| true).total, 0);
    }

    #[test]
    fn what_may_not_be_seen_is_neither_listed_nor_counted() {
        let answer = index().find(&ask("许可证"), |code| !code.ends_with("002"));
        assert_eq!((answer.total, answer.facets[&Facet::State][0].count), (1, 1));
    }

    #[test]
    fn pages_go_on_where_they_ended_even_when_the_catalogue_changed() {
        let index = index();
        let first = index.find(&Question { most: 1, ..ask("许可证") }, |_| true);
        assert!(first.more);
        let after = first.found.last().map(|found| found.position.clone());
        let index = index.changed([subject(5, "许可证", "x")], ["11999999000000019M002".into()]);
        let second = Question { after, ..ask("许可证") };
        assert_eq!(names(&index, &second), ["003"]);
    }

    #[test]
    fn a_change_replaces_one_entry_and_shares_the_others() {
        let before = index();
        let after = before.changed([subject(1, "营业执照（新版）", "经营许可")], []);
        assert_eq!((before.len(), after.len()), (4, 4));
        assert!(Arc::ptr_eq(&before.entries[1].1, &after.entries[1].1));
        assert_eq!(names(&after, &ask("新版")), ["001"]);
        assert_eq!(names(&before, &ask("新版")), [""; 0]);
    }
}
