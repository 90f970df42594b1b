//! Where a command works, and as whom: `--data`, `--as`, `--json`.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::services::Services;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Who works at the machine itself, when `--as` names nobody.
const LOCAL: &str = "local";

/// The arguments of every command that calls use cases.
#[derive(Args)]
pub struct Desk {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Act as the person of this login name, with the person's roles; without it as the local operator, who has every role.
    #[arg(long = "as", value_name = "PERSON", default_value = LOCAL)]
    acting_as: String,
    /// The organisation that the person acts for, instead of the person's own.
    #[arg(long, value_name = "CODE")]
    as_organisation: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Desk {
    /// Opens the installation, does the work as whoever was named, and keeps house once before it ends.
    pub fn work<T>(&self, work: impl AsyncFnOnce(Arc<Services>, Actor) -> Result<T, Failure>) -> Result<T, Failure> {
        let config = installation::read(&self.data)?;
        runtime::block_on(async {
            let services = Arc::new(app::open(&config).await?);
            let actor = self.actor(&config, &services).await?;
            let done = work(services.clone(), actor).await;
            services.tidy().await;
            done
        })
    }

    /// Whoever works here.
    async fn actor(&self, config: &Config, services: &Services) -> Result<Actor, Failure> {
        let operator = installation::local_operator(config)?;
        if self.acting_as == LOCAL {
            return Ok(operator);
        }
        let acting = services.act_as(&operator, &self.acting_as, self.as_organisation.as_deref()).await;
        acting.map_err(|refusal| Failure::new(Exit::No, format!("--as {}: {refusal}", self.acting_as)))
    }

    /// Shall the answer be JSON?
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// Prints the answer: as JSON, or in words.
    pub fn show<T: Serialize>(&self, answer: &T, words: impl FnOnce(&T) -> String) -> Outcome {
        if self.json {
            print::json(answer)?
        } else {
            print::line(&words(answer))?
        }
        Ok(Exit::Ok)
    }
}
