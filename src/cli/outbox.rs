//! `elicence outbox`: subscriptions and deliveries (推送) of an installation.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::domain::event::EventKind;
use crate::domain::page::{Cursor, PageRequest};
use crate::domain::subscription::{Channel, DeliveryState, EventFilter};
use crate::services::NewSubscription;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

/// Subscriptions, and what was delivered to them (推送).
#[derive(Args)]
pub struct OutboxArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: OutboxCommand,
}

#[derive(Subcommand)]
enum OutboxCommand {
    /// Subscribe to events; shows the secret of a webhook, this once.
    Subscribe(SubscribeArgs),
    /// List subscriptions.
    Subscriptions(ListArgs),
    /// Give a webhook a new secret; for a day both sign.
    NewSecret {
        /// Id of the subscription.
        subscription: String,
    },
    /// End a subscription.
    Unsubscribe {
        /// Id of the subscription.
        subscription: String,
    },
    /// List deliveries, newest first.
    Deliveries(DeliveriesArgs),
    /// Try a delivery again that was given up.
    Retry {
        /// Id of the delivery.
        delivery: String,
    },
    /// Deliver what waits now, as `serve` does by itself.
    Run,
}

#[derive(Args)]
struct SubscribeArgs {
    /// webhook, mail or sms.
    #[arg(long, value_parser = channel)]
    channel: Channel,
    /// An https address, a mail address or a telephone number.
    #[arg(long)]
    target: String,
    /// Only this kind of event, e.g. licence-minted; may be given several times.
    #[arg(long = "kind", value_parser = kind)]
    kinds: Vec<EventKind>,
    /// Only this 证照类型代码; may be given several times.
    #[arg(long = "type", value_name = "CODE")]
    types: Vec<String>,
    /// Whose events: unified social credit code, instead of the installation's own.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
}

#[derive(Args)]
struct ListArgs {
    /// Whose: unified social credit code, instead of the installation's own.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// Items at most, 1 to 200.
    #[arg(long, default_value_t = 50)]
    limit: u16,
    /// Go on after an earlier page: what it printed last.
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,
}

#[derive(Args)]
struct DeliveriesArgs {
    /// waiting, delivered or dead.
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    #[command(flatten)]
    list: ListArgs,
}

fn channel(word: &str) -> Result<Channel, String> {
    Channel::from_word(word).ok_or_else(|| "must be webhook, mail or sms".into())
}

fn kind(word: &str) -> Result<EventKind, String> {
    let known = || EventKind::ALL.map(EventKind::as_str).join(", ");
    EventKind::from_word(word).ok_or_else(|| format!("must be one of {}", known()))
}

fn state(word: &str) -> Result<DeliveryState, String> {
    DeliveryState::from_word(word).ok_or_else(|| "must be waiting, delivered or dead".into())
}

/// Runs the subcommand; prints one JSON object a line.
pub fn run(arguments: OutboxArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        match arguments.command {
            OutboxCommand::Subscribe(SubscribeArgs { channel, target, kinds, types, organisation }) => {
                let new = NewSubscription { organisation, channel, target, filter: EventFilter { kinds, types } };
                print::json(&services.make_subscription(&actor, new).await?)?;
            }
            OutboxCommand::Subscriptions(ListArgs { organisation, limit, after }) => {
                let page = services.list_subscriptions(&actor, organisation, page(limit, after)?).await?;
                page.items.iter().try_for_each(print::json_line)?;
                continued(page.next)?;
            }
            OutboxCommand::NewSecret { subscription } => print::json(&services.renew_secret(&actor, &subscription).await?)?,
            OutboxCommand::Unsubscribe { subscription } => services.remove_subscription(&actor, &subscription).await?,
            OutboxCommand::Deliveries(DeliveriesArgs { state, list: ListArgs { organisation, limit, after } }) => {
                let page = services.list_deliveries(&actor, organisation, state, page(limit, after)?).await?;
                page.items.iter().try_for_each(print::json_line)?;
                continued(page.next)?;
            }
            OutboxCommand::Retry { delivery } => print::json(&services.retry_delivery(&actor, &delivery).await?)?,
            OutboxCommand::Run => {
                services.number_events().await?;
                services.fan_out().await?;
                print::line(&format!("已送达 delivered: {}", services.deliver_waiting().await?))?;
            }
        }
        Ok(Exit::Ok)
    })
}

fn page(limit: u16, after: Option<Cursor>) -> Result<PageRequest, Failure> {
    PageRequest::new(Some(limit), after).map_err(Failure::usage)
}

fn continued(next: Option<Cursor>) -> Result<(), Failure> {
    next.iter().try_for_each(|next| print::line(&format!("--after {next}")))
}
