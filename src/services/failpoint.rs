//! Named points where a test may crash or stall the process (feature `failpoints` only): `ELICENCE_FAILPOINT=mint.7.after`, or
//! `mint.7.after:stall=3000` to sleep that many milliseconds once instead.

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
    use std::sync::atomic::{AtomicBool, Ordering};
    static STALLED: AtomicBool = AtomicBool::new(false);
    let Ok(wanted) = std::env::var("ELICENCE_FAILPOINT") else { return };
    match wanted.split_once(":stall=") {
        None if wanted == name => std::process::abort(),
        Some((point, milliseconds)) if point == name && !STALLED.swap(true, Ordering::SeqCst) => {
            std::thread::sleep(std::time::Duration::from_millis(milliseconds.parse().unwrap_or(0)));
        }
        _ => {}
    }
}
