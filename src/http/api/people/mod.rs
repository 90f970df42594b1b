//! Organisations, people, connected systems, and who is logged in: one file a route.

mod add_organisation;
mod add_person;
mod add_system;
mod change_organisation;
mod grant_role;
mod list_organisations;
mod list_people;
mod list_systems;
mod read_organisation;
mod read_person;
mod read_session;
mod set_person_state;
mod set_system_state;
mod withdraw_role;

use crate::domain::actor::{Actor, Role};
use crate::domain::person::PersonId;
use crate::http::problem::Problem;
use crate::http::route::{Parameter, Route};
use serde::Deserialize;

/// Largest body of these routes, bytes.
const MOST_BYTES: usize = 16 << 10;

/// The parameter of every list of one organisation's things.
const ORGANISATION: Parameter =
    Parameter { place: "query", name: "organisation", description: "Code of the organisation; absent: the caller's own." };
/// The parameter of every route about one person.
const PERSON: Parameter = Parameter { place: "path", name: "person", description: "`person-` and 32 hex digits." };

/// Every operation here.
pub fn routes() -> Vec<Route> {
    vec![
        read_session::route(),
        list_organisations::route(),
        add_organisation::route(),
        read_organisation::route(),
        change_organisation::route(),
        list_people::route(),
        add_person::route(),
        read_person::route(),
        set_person_state::route(),
        grant_role::route(),
        withdraw_role::route(),
        list_systems::route(),
        add_system::route(),
        set_system_state::route(),
    ]
}

/// `?organisation=`.
#[derive(Deserialize)]
struct OfOrganisation {
    organisation: Option<String>,
}

impl OfOrganisation {
    fn or_own(self, actor: &Actor) -> String {
        self.organisation.unwrap_or_else(|| actor.department.code.clone())
    }
}

fn person_id(text: &str) -> Result<PersonId, Problem> {
    PersonId::parse(text).ok_or_else(Problem::not_found)
}

fn role(word: &str) -> Result<Role, Problem> {
    Role::from_word(word).ok_or_else(Problem::not_found)
}
