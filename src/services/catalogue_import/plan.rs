//! Works out what a table of entries would change: a proposal for every good row, a report for every row.

use super::columns::{columns, entry_of};
use crate::{
    domain::{
        directory_entry::{DirectoryEntry, EntryProposal, EntryState},
        face::{FieldProblem, ProblemCode},
        row_report::{RowCounts, RowOutcome, RowReport},
    },
    services::catalogue_index::CatalogueIndex,
    table::{self, Format, Limits, TableError},
};
use std::collections::HashSet;

/// Most wrong rows that an answer lists; the report has all of them.
const MOST_SHOWN: usize = 100;

/// What a table would change.
pub(super) struct Plan {
    /// One JSON a line: a proposal for every row that adds or changes something.
    pub proposals: Vec<u8>,
    /// One JSON a line: what becomes of every row.
    pub report: Vec<u8>,
    /// Rows of each outcome.
    pub counts: RowCounts,
    /// The first wrong rows.
    pub wrong: Vec<RowReport>,
}

/// What the plan must know about the importer.
pub(super) struct Importer {
    /// Does it maintain every entry?
    pub everything: bool,
    /// Entries that it was authorised to maintain.
    pub maintains: HashSet<String>,
}

/// Reads a table against the catalogue as it is.
pub(super) fn plan(bytes: &[u8], format: Format, importer: &Importer, catalogue: &CatalogueIndex) -> Result<Plan, TableError> {
    let columns = columns();
    let mut plan = Plan { proposals: Vec::new(), report: Vec::new(), counts: RowCounts::default(), wrong: Vec::new() };
    let mut seen = HashSet::new();
    table::read(bytes, format, &columns, &Limits::default(), &mut |row| {
        let (number, entry) = match row {
            Ok(row) => (row.number, entry_of(&row, &columns)),
            Err(bad) => (bad.number, Err(bad.problems)),
        };
        let subject = entry.as_ref().ok().map(|entry| entry.type_code.clone());
        let decided = entry.and_then(|entry| decide(entry, &mut seen, importer, catalogue));
        plan.add(number, subject, decided);
    })?;
    Ok(plan)
}

/// What becomes of a good row.
fn decide(
    mut entry: DirectoryEntry,
    seen: &mut HashSet<String>,
    importer: &Importer,
    catalogue: &CatalogueIndex,
) -> Result<Option<EntryProposal>, Vec<FieldProblem>> {
    let refuse = |code, message: &str| Err(vec![FieldProblem { field: "type_code".into(), code, message: message.to_owned() }]);
    if !seen.insert(entry.type_code.clone()) {
        return refuse(ProblemCode::Repeated, "同一证照类型在本文件中出现两次。 This licence type stands twice in the file.");
    }
    let Some(known) = catalogue.entry(&entry.type_code) else {
        return Ok(Some(EntryProposal::Add { entry: Box::new(entry), definition: None }));
    };
    if known.origin.is_some() {
        return refuse(
            ProblemCode::NotAllowed,
            "该条目由上级或其他平台维护，请在该平台变更。 Another platform keeps this entry; change it there.",
        );
    }
    if !importer.everything && !importer.maintains.contains(&entry.type_code) {
        return refuse(
            ProblemCode::NotAllowed,
            "目录中已有该条目，且本部门未获维护授权。 The catalogue has this entry, and you may not maintain it.",
        );
    }
    // A table does not say these; they stay as they are.
    entry.definition_version = known.entry.definition_version;
    entry.template.clone_from(&known.entry.template);
    match known.state {
        EntryState::Cancelled => Ok(Some(EntryProposal::Add { entry: Box::new(entry), definition: None })),
        EntryState::Active if entry == known.entry => Ok(None),
        EntryState::Active => Ok(Some(EntryProposal::Change { base_version: known.version, entry: Box::new(entry), definition: None })),
    }
}

impl Plan {
    fn add(&mut self, row: u64, subject: Option<String>, decided: Result<Option<EntryProposal>, Vec<FieldProblem>>) {
        let (outcome, problems) = match &decided {
            Ok(None) => (RowOutcome::Unchanged, Vec::new()),
            Ok(Some(EntryProposal::Add { .. })) => (RowOutcome::Add, Vec::new()),
            Ok(Some(EntryProposal::Change { .. } | EntryProposal::Cancel { .. })) => (RowOutcome::Change, Vec::new()),
            Err(problems) => (RowOutcome::Refuse, problems.clone()),
        };
        if let Ok(Some(proposal)) = &decided {
            write_line(&mut self.proposals, proposal);
        }
        let report = RowReport { row, outcome, subject, problems };
        write_line(&mut self.report, &report);
        self.counts.count(outcome);
        if outcome == RowOutcome::Refuse && self.wrong.len() < MOST_SHOWN {
            self.wrong.push(report);
        }
    }
}

/// Our own types become JSON without failing, and memory takes every byte.
fn write_line<T: serde::Serialize>(out: &mut Vec<u8>, value: &T) {
    if serde_json::to_writer(&mut *out, value).is_ok() {
        out.push(b'\n');
    }
}
