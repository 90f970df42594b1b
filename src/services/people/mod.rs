//! Who acts here: organisations, people with their roles, connected systems; and who somebody is that was authenticated.

mod act_for;
mod add_organisation;
mod add_person;
mod add_system;
mod change_organisation;
mod find_system;
mod grant_role;
mod list_organisations;
mod list_people;
mod list_systems;
mod register_issuers;
mod set_person_state;
mod set_system_state;

pub use add_system::NewSystem;
pub use list_people::PersonView;
