//! Which entries a search or an export is about.

use crate::services::{CatalogueFacet, CatalogueQuery};
use clap::Args;

/// Words and facets; a facet may stand several times.
#[derive(Args)]
pub struct QueryArgs {
    /// Words: Chinese, pinyin, initials or a code; all of them must match. Without any: every entry.
    words: Vec<String>,
    /// Root (根目录): natural-person or legal-person.
    #[arg(long)]
    root: Vec<String>,
    /// Theme (主题).
    #[arg(long)]
    theme: Vec<String>,
    /// Industry (行业).
    #[arg(long)]
    industry: Vec<String>,
    /// Holder (持证主体类别): natural-person, legal-person, other-organisation, mixed or other.
    #[arg(long)]
    holder_category: Vec<String>,
    /// Level of the issuing authority (颁发机构级别): national, provincial, municipal, county, township or other.
    #[arg(long)]
    issuing_level: Vec<String>,
    /// Class (目录类别): licence, approval, proof, material or credential.
    #[arg(long)]
    class: Vec<String>,
    /// active or cancelled.
    #[arg(long)]
    state: Vec<String>,
}

impl QueryArgs {
    /// The query.
    pub fn query(self) -> CatalogueQuery {
        let facets = [
            (CatalogueFacet::Root, self.root),
            (CatalogueFacet::Theme, self.theme),
            (CatalogueFacet::Industry, self.industry),
            (CatalogueFacet::HolderCategory, self.holder_category),
            (CatalogueFacet::IssuingLevel, self.issuing_level),
            (CatalogueFacet::Class, self.class),
            (CatalogueFacet::State, self.state),
        ];
        let narrow = facets.into_iter().flat_map(|(facet, values)| values.into_iter().map(move |value| (facet, value)));
        CatalogueQuery { text: self.words.join(" "), narrow: narrow.collect() }
    }
}
