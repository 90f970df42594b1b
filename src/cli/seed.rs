//! `elicence seed`: fills the register of a test installation with invented licences.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// Fill the register with invented licences, for tests of scale. Never in production. They have no documents; `elicence mint` makes those.
#[derive(Args)]
pub struct SeedArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// How many invented licences there are to be; those that are there count.
    #[arg(long, value_name = "N")]
    licences: u64,
    /// Write what invented licences can be looked for by, evenly spread, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "sample")]
    samples: u64,
}

/// Adds what is missing.
pub fn run(arguments: SeedArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    if config.production {
        return Err(Failure::usage(
            "生产环境不得写入虚构证照，请另建测试目录 a production installation takes no invented licences: use one for tests",
        ));
    }
    let actor = installation::local_operator(&config)?;
    runtime::block_on(async {
        let services = app::open(&config).await?;
        let bar = ProgressBar::new(arguments.licences);
        bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {per_sec}").unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(services.seeded().await?);
        bar.reset_eta();
        let done = services.seed_licences(&actor, arguments.licences, |done| bar.set_position(done)).await?;
        bar.finish_and_clear();
        if let Some(path) = &arguments.sample {
            let cannot = |error: std::io::Error| Failure::new(Exit::CannotWrite, format!("{}: {error}", path.display()));
            let mut file = BufWriter::new(File::create(path).map_err(cannot)?);
            let step = (done / arguments.samples.max(1)).max(1);
            for n in (1..=done).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                let line = serde_json::to_string(&services.invented(n)?).map_err(|e| Failure::new(Exit::CannotWrite, e))?;
                writeln!(file, "{line}").map_err(cannot)?;
            }
            file.flush().map_err(cannot)?;
        }
        print::line(&format!("虚构证照 invented licences: {done}"))?;
        Ok(Exit::Ok)
    })
}
