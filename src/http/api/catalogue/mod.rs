//! The catalogue (证照目录): entries, versions, differences, the log, grants, and the feed for other platforms.

mod browse_catalogue;
mod compare_versions;
mod give_feed;
mod grant_entry;
mod list_entries;
mod list_grants;
mod list_versions;
mod read_definition;
mod read_entry;
mod read_log;
mod read_version;

use crate::http::route::{Parameter, Route};

/// The parameter of every route about one entry.
const TYPE: Parameter = Parameter { place: "path", name: "type", description: "证照类型代码, 21 characters." };

/// Every operation about the catalogue.
pub fn routes() -> Vec<Route> {
    vec![
        list_entries::route(),
        browse_catalogue::route(),
        read_entry::route(),
        read_definition::route(),
        list_versions::route(),
        read_version::route(),
        compare_versions::route(),
        read_log::route(),
        list_grants::route(),
        grant_entry::route(),
        give_feed::route(),
    ]
}
