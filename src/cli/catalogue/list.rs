//! `elicence catalogue list`: entries by their codes, or the classes with their counts.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::print;
use crate::cli::words::{parse_word, print_page, word};
use crate::domain::directory_entry::CatalogueRoot;
use crate::services::EntryFilter;
use clap::Args;

/// List entries, or with --classes the tree of classes (分类).
#[derive(Args)]
pub struct ListArgs {
    /// natural-person (自然人) or legal-person (法人).
    #[arg(long, value_parser = parse_word::<CatalogueRoot>)]
    root: Option<CatalogueRoot>,
    /// 主题.
    #[arg(long, requires = "root", conflicts_with = "industry")]
    theme: Option<String>,
    /// 行业.
    #[arg(long, requires = "root")]
    industry: Option<String>,
    /// Show the classes with their counts.
    #[arg(long, conflicts_with_all = ["root", "limit", "after"])]
    classes: bool,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

/// Lists.
pub fn run(arguments: ListArgs) -> Outcome {
    let ListArgs { root, theme, industry, classes, page, desk } = arguments;
    let page = page.request()?;
    desk.work(async |services, actor| {
        if classes {
            let counted = services.browse_catalogue(&actor).await?;
            if desk.wants_json() {
                print::json(&counted)?;
            } else {
                counted.iter().try_for_each(|class| {
                    print::line(&format!("{:>6}  {}  {}  {}", class.entries, word(&class.root), class.theme, class.industry))
                })?;
            }
            return Ok(Exit::Ok);
        }
        let found = services.list_entries(&actor, &EntryFilter { root, theme, industry }, &page).await?;
        print_page(&desk, &found, |view| {
            let entry = &view.entry;
            format!("{}  v{}  {}  {}  {}/{}", entry.type_code, view.version, word(&view.state), entry.name, entry.theme, entry.industry)
        })?;
        Ok(Exit::Ok)
    })
}
