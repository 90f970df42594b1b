//! `elicence serve`: the server of an installation, until it is told to end.

use crate::ambient::{Entropy, SystemEntropy, random_bytes};
use crate::app::{self, AppError, api_keys};
use crate::cli::await_keepers::await_keepers;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, reload, runtime};
use crate::config::{Config, Release};
use crate::domain::secret::Secret;
use crate::http::api_keys::ApiKeys;
use crate::http::serve::{self, ServerHandle};
use crate::http::state::{Server, Settings};
use crate::services::Services;
use clap::Args;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

/// Serve the HTTP API and the public pages of an installation.
#[derive(Args)]
pub struct ServeArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
}

/// Serves until SIGINT or SIGTERM.
pub fn run(arguments: ServeArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let listener = serve::listen(config.listen, config.tls.is_some())?;
    runtime::block_on(async {
        let (services, kept) = open(&config).await?;
        eprintln!("elicence: {} ({})", config.public_url, config.listen);
        serve_installation(&config, Arc::new(services), listener, kept).await?;
        Ok(Exit::Ok)
    })
}

/// Opens the installation; gives the passphrase as well where only this process has it.
async fn open(config: &Config) -> Result<(Services, Option<Secret<String>>), Failure> {
    match &config.keys.release {
        Release::File(_) => Ok((app::open(config).await?, None)),
        Release::TwoKeepers { socket, one_user } => {
            let open = async |passphrase| Ok((app::open_with(config, &passphrase).await?, Some(passphrase)));
            await_keepers(socket, *one_user, open).await
        }
    }
}

/// Serves on an open port; keeps house meanwhile. `kept` is the passphrase where no file holds it, for reloading the keys.
pub async fn serve_installation(
    config: &Config,
    services: Arc<Services>,
    listener: TcpListener,
    kept: Option<Secret<String>>,
) -> Result<(), Failure> {
    let tls = match &config.tls {
        Some(tls) => Some(serve::read_tls(&tls.certificate, &tls.key).await?),
        None => None,
    };
    let settings = settings(config, &SystemEntropy::new())?;
    let keys = ApiKeys::new(api_keys::read(&config.api_keys)?);
    let server = Arc::new(Server::new(services.clone(), keys, settings));
    let handle = ServerHandle::new();
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let housekeeping = tokio::spawn(services.keep_house(async {
        let _ = end.await;
    }));
    tokio::spawn(serve::end_on_signal(handle.clone()));
    let reloading = tokio::spawn(reload::keep_reloading(config.file.clone(), kept, server.clone()));
    let served = serve::serve(listener, tls, crate::http::router(server), handle).await;
    reloading.abort();
    // Housekeeping ends after the last answer, so that nothing is cut off in the middle.
    drop(ended);
    let _ = housekeeping.await;
    Ok(served?)
}

fn settings(config: &Config, entropy: &dyn Entropy) -> Result<Settings, AppError> {
    let run_id: [u8; 8] = random_bytes(entropy)?;
    Ok(Settings {
        https: config.public_url.starts_with("https://"),
        verify_bytes: config.limits.verify_bytes,
        mint_bytes: config.limits.mint_bytes,
        requests_per_minute: config.limits.requests_per_minute,
        concurrent_requests: config.limits.concurrent_requests,
        request_timeout: config.limits.request_timeout,
        run_id: hex::encode(run_id),
    })
}
