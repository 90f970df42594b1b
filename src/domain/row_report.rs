//! What became of each row of a table that was brought in (批量导入): for the dry run, for the report that is kept, for whoever corrects it.

use crate::domain::face::FieldProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowReport {
    /// As somebody who looks at the file counts: the head is row 1; in JSON the first object is row 1.
    pub row: u64,
    /// What becomes of it.
    pub outcome: RowOutcome,
    /// What it is about, where that could be read, e.g. a type code; never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What is wrong with it; never a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
}

impl RowReport {
    /// Its mistakes, each with the row before the column: `row 17: name`.
    pub fn into_problems(self) -> impl Iterator<Item = FieldProblem> {
        let row = self.row;
        self.problems.into_iter().map(move |problem| FieldProblem { field: format!("row {row}: {}", problem.field), ..problem })
    }
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RowOutcome {
    /// Something new (新增).
    Add,
    /// Something that is there, with another content (变更).
    Change,
    /// The same as what is there (无变化).
    Unchanged,
    /// Wrong (错误).
    Refuse,
}

impl RowOutcome {
    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Unchanged => "unchanged",
            Self::Refuse => "refuse",
        }
    }
}

/// How many rows there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowCounts {
    /// All of them.
    pub rows: u64,
    /// New.
    pub add: u64,
    /// With another content.
    pub change: u64,
    /// The same.
    pub unchanged: u64,
    /// Wrong.
    pub refuse: u64,
}

impl RowCounts {
    /// Counts one more.
    pub fn count(&mut self, outcome: RowOutcome) {
        self.rows += 1;
        match outcome {
            RowOutcome::Add => self.add += 1,
            RowOutcome::Change => self.change += 1,
            RowOutcome::Unchanged => self.unchanged += 1,
            RowOutcome::Refuse => self.refuse += 1,
        }
    }
}
