//! `elicence catalogue search`: searches the catalogue.

use super::query::QueryArgs;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::domain::page::PageRequest;
use crate::services::{CatalogueMatches, Refusal};
use clap::Args;

/// Most values of a facet that are printed.
const MOST_VALUES: usize = 8;

/// Search the catalogue by words, pinyin and codes. Exit code 1 when nothing was found.
#[derive(Args)]
pub struct SearchArgs {
    #[command(flatten)]
    query: QueryArgs,
    /// Most entries of a page, 1 to 200.
    #[arg(long)]
    limit: Option<u16>,
    /// Where the page begins: what the page before gave as the next.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

/// Searches and prints.
pub fn run(arguments: SearchArgs) -> Outcome {
    let after = arguments.after.as_deref().map(str::parse).transpose().map_err(Refusal::BadPage)?;
    let page = PageRequest::new(arguments.limit, after).map_err(Refusal::BadPage)?;
    let query = arguments.query.query();
    let matches = arguments.desk.work(async |services, actor| Ok(services.search_catalogue(&actor, query, &page).await?))?;
    arguments.desk.show(&matches, in_words)?;
    Ok(if matches.total > 0 { Exit::Ok } else { Exit::No })
}

fn in_words(matches: &CatalogueMatches) -> String {
    let mut lines = Vec::new();
    for found in &matches.page.items {
        let (entry, mark) = (&found.entry.entry, if found.similar { "≈" } else { " " });
        lines.push(format!("{mark} {}  {}  {}  {}", entry.type_code, entry.name, entry.defining_authority, entry.theme));
    }
    lines.push(format!("共 {} 项 in all", matches.total));
    for (facet, values) in &matches.facets {
        let values: Vec<_> = values.iter().take(MOST_VALUES).map(|value| format!("{} {}", value.value, value.count)).collect();
        lines.push(format!("  {facet}: {}", values.join("、")));
    }
    if let Some(next) = &matches.page.next {
        lines.push(format!("下一页 next page: --after {next}"));
    }
    lines.join("\n")
}
