//! Exports what a search of the catalogue finds (目录导出), as CSV or JSON that an import reads again, in pieces.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        directory_entry::DirectoryEntry,
    },
    search::Question,
    services::{
        CatalogueQuery, Refusal, Services,
        catalogue_import::{HEADS, cells_of},
        search_catalogue::question,
    },
    table::{CsvWriter, JsonWriter},
};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Entries of one piece.
const ROWS: usize = 500;
/// Pieces that wait for a slow reader.
const PIECES: usize = 4;

/// What an export is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// CSV with Chinese heads, for spreadsheets.
    Csv,
    /// An array of flat objects.
    Json,
}

impl ExportFormat {
    /// Reads `csv` or `json`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl Services {
    /// The entries that the actor may read and the query finds, as they were at one moment. Whoever stops reading stops the export.
    pub async fn export_catalogue(
        &self,
        actor: &Actor,
        query: CatalogueQuery,
        format: ExportFormat,
    ) -> Result<mpsc::Receiver<Vec<u8>>, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        let question = Question { most: usize::MAX, ..question(query)? };
        let (index, sight) = (self.catalogue_index().await?, self.sight(actor).await?);
        let searched = index.clone();
        let answer = self.on_worker(move || searched.index.find(&question, |code| sight.sees(&searched, code))).await?;
        let event = AuditEvent::new(AuditAction::ExportCatalogue, actor, AuditOutcome::Done).with("entries", answer.total);
        self.audit_alone(&event).await?;
        let (sender, receiver) = mpsc::channel(PIECES);
        tokio::task::spawn_blocking(move || {
            let mut writer = Writer::new(format);
            for codes in answer.found.chunks(ROWS) {
                let entries = codes.iter().filter_map(|found| index.entry(&found.code));
                entries.for_each(|listed| writer.add(&listed.entry));
                if sender.blocking_send(writer.take()).is_err() {
                    return;
                }
            }
            // A reader that has left needs no end.
            let _ = sender.blocking_send(writer.finish());
        });
        Ok(receiver)
    }
}

enum Writer {
    Csv(Box<CsvWriter>),
    Json(JsonWriter),
}

impl Writer {
    fn new(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv(Box::new(CsvWriter::new(&HEADS.map(|(_, title)| title)))),
            ExportFormat::Json => Self::Json(JsonWriter::default()),
        }
    }

    fn add(&mut self, entry: &DirectoryEntry) {
        let cells = cells_of(entry);
        match self {
            Self::Csv(csv) => csv.row(&cells),
            Self::Json(json) => {
                let object: BTreeMap<_, _> = HEADS.iter().map(|(key, _)| *key).zip(cells).filter(|(_, cell)| !cell.is_empty()).collect();
                // Texts become JSON without failing.
                let _ = json.value(&object);
            }
        }
    }

    fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Csv(csv) => csv.take(),
            Self::Json(json) => json.take(),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Csv(mut csv) => csv.take(),
            Self::Json(json) => json.finish(),
        }
    }
}
