//! Lets a client that was refused early finish speaking. A server that answers and hangs up while the client still sends
//! resets the connection, and the answer is lost.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// What is read and thrown away at most, bytes; whoever sends more is cut off.
const MOST_BYTES: usize = 64 << 20;
/// How long at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Wraps the request's body, so that whatever a handler leaves unread is read and thrown away.
pub async fn apply(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(Drained(body)))).await
}

struct Drained(Body);

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let rest = std::mem::take(&mut self.0);
        if rest.is_end_stream() {
            return;
        }
        // Outside of a runtime the server is gone, and with it the connection.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(PATIENCE, throw_away(rest)));
        }
    }
}

async fn throw_away(mut body: Body) {
    let mut left = MOST_BYTES;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(less) => left = less,
            None => return,
        }
    }
}
