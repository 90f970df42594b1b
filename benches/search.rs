//! Searching a catalogue of 50,000 entries: every kind of query, with all facets counted; and building and changing the index.

use divan::{Bencher, black_box};
use elicence::search::{Facet, Index, Question, Subject};
use std::sync::LazyLock;

const ENTRIES: usize = 50_000;

fn main() {
    let index = &*INDEX;
    println!("{} entries take about {} MB of memory", index.len(), index.size() >> 20);
    divan::main();
}

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(subjects()));

/// The catalogue that ships, again and again for other places: names of a realistic length that differ.
fn subjects() -> Vec<Subject> {
    let places = ["示例省", "东江市", "南山区", "西河县", "北岭镇", "中州市", "临海新区", "高原州", "平川盟", "长滩港"];
    let shipped: Vec<csv::StringRecord> =
        csv::Reader::from_reader(include_bytes!("../catalogue/entries.csv").as_slice()).records().map(|row| row.expect("a row")).collect();
    (0..ENTRIES)
        .map(|number| {
            let row = &shipped[number % shipped.len()];
            let round = number / shipped.len();
            let place = format!("{}{}", places[round % places.len()], if round < places.len() { String::new() } else { round.to_string() });
            Subject {
                code: format!("{}{number:06}", &row[0]),
                name: format!("{place}{}", &row[1]),
                words: vec![row[2].into(), row[3].into(), row[11].into(), row[12].into()],
                facets: vec![
                    (Facet::Root, row[10].into()),
                    (Facet::Theme, row[11].into()),
                    (Facet::Industry, row[12].into()),
                    (Facet::HolderCategory, row[6].into()),
                    (Facet::IssuingLevel, row[8].into()),
                    (Facet::Class, row[9].into()),
                    (Facet::State, "active".into()),
                ],
            }
        })
        .collect()
}

/// One page of 50 with all counts.
#[divan::bench(args = ["", "许可证", "食品经营许可证", "南山区 医疗", "食经证", "食品经菅许可", "shipinjingying", "spjyxkz", "shipinjignying", "z", "business", "11999999", "证", "不存在的词语"])]
fn find(bencher: Bencher<'_, '_>, text: &str) {
    let question = Question { text: text.into(), most: 50, ..Question::default() };
    bencher.bench(|| INDEX.find(black_box(&question), |_| true));
}

/// The page after 40,000 matches.
#[divan::bench]
fn find_at_the_end(bencher: Bencher<'_, '_>) {
    let first = INDEX.find(&Question { most: 40_000, ..Question::default() }, |_| true);
    let question = Question { most: 50, after: first.found.last().map(|found| found.position.clone()), ..Question::default() };
    bencher.bench(|| INDEX.find(black_box(&question), |_| true));
}

#[divan::bench]
fn narrowed(bencher: Bencher<'_, '_>) {
    let narrow = vec![(Facet::Theme, "职业资格".to_owned()), (Facet::IssuingLevel, "省部级".to_owned())];
    let question = Question { text: "证书".into(), narrow, most: 50, after: None };
    bencher.bench(|| INDEX.find(black_box(&question), |_| true));
}

#[divan::bench(sample_count = 5)]
fn build(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(subjects).bench_values(Index::new);
}

/// One entry changes.
#[divan::bench]
fn change_one(bencher: Bencher<'_, '_>) {
    let subject = subjects().swap_remove(ENTRIES / 2);
    bencher.bench(|| INDEX.changed([black_box(subject.clone())], []));
}
