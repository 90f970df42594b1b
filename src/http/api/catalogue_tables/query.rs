//! What a search or an export asks for: `?q=` and a parameter for each facet.

use crate::http::problem::Problem;
use crate::http::route::Parameter;
use crate::services::{CatalogueFacet, CatalogueQuery};

/// The parameters of a query; those of paging and formats may stand beside them.
pub const PARAMETERS: [Parameter; 8] = [
    Parameter {
        place: "query",
        name: "q",
        description: "Words: Chinese, pinyin, initials or a code; all of them must match. At most 200 characters.",
    },
    Parameter {
        place: "query",
        name: "root",
        description: "`natural-person` or `legal-person`; like every facet it may stand several times.",
    },
    Parameter { place: "query", name: "theme", description: "主题." },
    Parameter { place: "query", name: "industry", description: "行业." },
    Parameter {
        place: "query",
        name: "holder-category",
        description: "`natural-person`, `legal-person`, `other-organisation`, `mixed`, `other`.",
    },
    Parameter {
        place: "query",
        name: "issuing-level",
        description: "`national`, `provincial`, `municipal`, `county`, `township`, `other`.",
    },
    Parameter { place: "query", name: "class", description: "`licence`, `approval`, `proof`, `material`, `credential`." },
    Parameter { place: "query", name: "state", description: "`active` or `cancelled`." },
];

/// The query of these parameters; those named in `others` are somebody else's, unknown ones are refused.
pub fn query(parameters: Vec<(String, String)>, others: &[&str]) -> Result<CatalogueQuery, Problem> {
    let mut query = CatalogueQuery::default();
    for (name, value) in parameters {
        match CatalogueFacet::ALL.into_iter().find(|facet| facet.as_str() == name) {
            Some(facet) => query.narrow.push((facet, value)),
            None if name == "q" => query.text = value,
            None if others.contains(&name.as_str()) => {}
            None => {
                return Err(Problem::bad_body(format!(
                    "unknown parameter; known are q, {}",
                    CatalogueFacet::ALL.map(CatalogueFacet::as_str).join(", ")
                )));
            }
        }
    }
    Ok(query)
}
