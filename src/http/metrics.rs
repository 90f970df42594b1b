//! Counts and durations of requests, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the duration buckets in seconds.
const BUCKETS: [f64; 8] = [0.005, 0.02, 0.05, 0.1, 0.5, 1.0, 3.0, 10.0];

/// Counters of one running server.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<Key, Series>>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Default)]
struct Series {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    /// Counts one answered request. `route` is the pattern, never the path: no identifier becomes a label.
    pub fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let key = Key { route: route.into(), method: method.into(), status };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let series = requests.entry(key).or_default();
        series.count += 1;
        series.seconds += took.as_secs_f64();
        for (bucket, bound) in series.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
    }

    /// All request series as text.
    pub fn text(&self) -> String {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut out = String::from(
            "# HELP elicence_http_request_seconds Duration of answered requests.\n# TYPE elicence_http_request_seconds histogram\n",
        );
        for (Key { route, method, status }, series) in &requests {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (bucket, bound) in series.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(out, "elicence_http_request_seconds_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            let _ = writeln!(out, "elicence_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
            let _ = writeln!(out, "elicence_http_request_seconds_sum{{{labels}}} {}", series.seconds);
            let _ = writeln!(out, "elicence_http_request_seconds_count{{{labels}}} {}", series.count);
        }
        out
    }
}
