//! Named points where a test may crash or stall the process (feature `failpoints` only): `ELICENCE_FAILPOINT=mint.7.after` crashes
//! there, `mint.7.after@3` the third time, and `mint.7.after@3:stall=3000` sleeps that many milliseconds instead.

/// Marks a point.
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        $crate::services::failpoint::pass($name);
    };
}
pub(crate) use failpoint;

/// Crashes or stalls here when the environment says so.
#[cfg(feature = "failpoints")]
pub fn pass(name: &str) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let Ok(wanted) = std::env::var("ELICENCE_FAILPOINT") else { return };
    let (place, stall) = wanted.split_once(":stall=").map_or((wanted.as_str(), None), |(place, ms)| (place, ms.parse().ok()));
    let (point, time) = place.split_once('@').map_or((place, 1), |(point, time)| (point, time.parse().unwrap_or(1)));
    if point != name || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != time {
        return;
    }
    match stall {
        Some(milliseconds) => std::thread::sleep(std::time::Duration::from_millis(milliseconds)),
        None => std::process::abort(),
    }
}
