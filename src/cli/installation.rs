//! The folder that `--data` names.

use crate::cli::exit::{Exit, Failure};
use crate::config::Config;
use crate::domain::actor::{Actor, Role};
use std::path::Path;

/// Pseudonymous id of whoever works at the machine itself.
pub const LOCAL_OPERATOR: &str = "local-operator";

/// Reads the settings of the installation in `data`, which must be there.
pub fn read(data: &Path) -> Result<Config, Failure> {
    if !data.is_dir() {
        return Err(Failure::usage(format!("--data {}: 没有这个目录 no such folder", data.display())));
    }
    Config::of_folder(data).map_err(|error| Failure::new(Exit::Config, error))
}

/// Whoever may read the keys of the installation acts for its department.
pub fn local_operator(config: &Config) -> Result<Actor, Failure> {
    let department = config.department.as_ref().ok_or(crate::app::AppError::NoDepartment)?;
    Ok(Actor { id: LOCAL_OPERATOR.into(), department: department.party.clone(), roles: Role::ALL.to_vec() })
}
