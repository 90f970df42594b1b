//! Nothing personal stands in the clear: not in a file of the store, not in a column of either database.

mod common;

use common::{
    Place,
    authority::{self, actor, face, services},
};
use elicence::{domain::payload::FieldValue, services::MintRequest, storage::database::Value};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

/// Words that would give somebody away: every value of two Chinese or six other characters and more.
fn telling(words: &mut BTreeSet<String>, text: &str) {
    if text.len() >= 6 && !text.chars().all(|c| c.is_ascii_digit() && text.len() < 8) {
        words.insert(text.to_owned());
    }
}

fn files(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// Every row of every table as text; PostgreSQL writes bytes as hex, which is searched for as well.
async fn rows(place: &Place) -> Vec<(String, Vec<u8>)> {
    let store = place.open().await;
    let mut all = Vec::new();
    let tables = "select table_name::text as name from information_schema.tables where table_schema = 'public'";
    for table in store.database.read(tables, Vec::<Value>::new()).await.unwrap() {
        let name = table.text("name").unwrap();
        let sql: &'static str = Box::leak(format!("select t::text as line from {name} t").into_boxed_str());
        for row in store.database.read(sql, Vec::<Value>::new()).await.unwrap() {
            all.push((name.clone(), row.text("line").unwrap().into_bytes()));
        }
    }
    all
}

/// Looks for many words in one pass: each by its first six bytes.
struct Search(HashMap<[u8; 6], Vec<Vec<u8>>>);

impl Search {
    fn new(words: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for word in words {
            index.entry(word[..6].try_into().unwrap()).or_default().push(word);
        }
        Self(index)
    }

    fn find(&self, bytes: &[u8]) -> Option<&[u8]> {
        bytes.windows(6).enumerate().find_map(|(at, start)| {
            let start: &[u8; 6] = start.try_into().unwrap();
            self.0.get(start)?.iter().find(|word| bytes[at..].starts_with(word)).map(Vec::as_slice)
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_stored_in_the_clear() {
    for place in common::places().await {
        let services = services(&place).await;
        let mut words = BTreeSet::new();
        telling(&mut words, "提供虚假材料的王某某");
        for code in authority::type_codes() {
            let input = face(&code, 0);
            for holder in &input.holders {
                telling(&mut words, &holder.name);
                telling(&mut words, &holder.code);
            }
            for (field, value) in &input.fields {
                match value {
                    FieldValue::Text(text) if !field.contains("DMLX") && !field.ends_with("RQ") => telling(&mut words, text),
                    FieldValue::Text(_) => {}
                    FieldValue::Rows(rows) => rows.iter().flat_map(|row| row.values()).for_each(|text| telling(&mut words, text)),
                }
            }
            let request = MintRequest { type_code: code, face: input, idempotency_key: Some("a-key-of-a-caller".into()) };
            // The same key for every type: all but the first are refused, and refusals are stored, too.
            let _ = services.mint_licence(&actor("a"), request.clone()).await;
            let request = MintRequest { idempotency_key: None, ..request };
            let minted = services.mint_licence(&actor("a"), request).await.unwrap();
            services.revoke_licence(&actor("a"), &minted.identifier, "提供虚假材料的王某某").await.unwrap();
            telling(&mut words, &minted.identifier);
            telling(&mut words, &minted.number);
            telling(&mut words, &minted.qr_text);
        }
        telling(&mut words, "a-key-of-a-caller");
        services.chain_audit().await.unwrap();
        assert!(words.len() > 40, "{}", words.len());

        let mut all = Vec::new();
        files(place.path(), &mut all);
        if place.is_postgres() {
            all.extend(rows(&place).await);
        } else {
            assert!(all.iter().any(|(name, _)| name.ends_with(".db")) && all.iter().any(|(name, _)| name.ends_with("-wal")));
        }
        assert!(all.iter().filter(|(name, _)| name.contains("documents")).count() >= 6);
        let hex = words.iter().map(|word| hex::encode(word).into_bytes());
        let plain = words.iter().map(|word| word.as_bytes().to_vec());
        let search = Search::new(plain.chain(hex).chain([b"%PDF-1.".to_vec()]));
        assert!(search.find("……王某某，提供虚假材料的王某某".as_bytes()).is_some(), "the search finds");
        for (name, bytes) in &all {
            let found = search.find(bytes);
            assert!(found.is_none(), "{name} holds {}", String::from_utf8_lossy(found.unwrap_or_default()));
        }
    }
}
