//! What a client, and the server as a whole, may use: requests a minute, requests at once, time for one request.

use crate::http::authenticate::actor_in;
use crate::http::problem::Problem;
use crate::http::state::Server;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;

/// After so many requests the limiter forgets clients that have been silent.
const SWEEP_EVERY: u32 = 4096;

/// The limits with their present use.
pub struct Limiter {
    rate: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
    since_sweep: AtomicU32,
    slots: Semaphore,
}

impl Limiter {
    /// `requests_per_minute` of one client, `at_once` of all.
    pub fn new(requests_per_minute: u32, at_once: usize) -> Self {
        let per_minute = NonZeroU32::new(requests_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            rate: RateLimiter::keyed(Quota::per_minute(per_minute)),
            clock: DefaultClock::default(),
            since_sweep: AtomicU32::new(0),
            slots: Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)),
        }
    }

    fn check_rate(&self, client: &String) -> Result<(), Problem> {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.rate.retain_recent();
        }
        self.rate.check_key(client).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now()).as_secs() + 1;
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", "请求过于频繁 Too many requests")
                .detail(format!("wait {wait} s and try again"))
                .retry_after(wait)
        })
    }
}

/// Lets a request through within the limits.
pub async fn apply(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    if let Err(problem) = server.limiter.check_rate(&client_of(&request)) {
        return problem.into_response();
    }
    let Ok(_slot) = server.limiter.slots.try_acquire() else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", "服务繁忙 The service is busy").retry_after(1).into_response();
    };
    match tokio::time::timeout(server.settings.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", "处理超时 The request took too long")
            .detail("try again; a mint with the same Idempotency-Key gives the same answer")
            .retry_after(2)
            .into_response(),
    }
}

/// A known API key counts for itself, everybody else by address (an IPv6 client by its /64 network).
fn client_of(request: &Request) -> String {
    if let Some(actor) = actor_in(request.extensions()) {
        return actor.id.clone();
    }
    match request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical()) {
        Some(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => String::new(),
    }
}
