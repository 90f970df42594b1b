//! A body that is made while it is sent: pieces out of a channel.

use axum::body::Bytes;
use http_body::{Body, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;

/// The pieces of one answer.
pub struct Pieces(Receiver<Vec<u8>>);

impl Pieces {
    /// Sends what comes out of the channel, until its other end is gone.
    pub fn new(pieces: Receiver<Vec<u8>>) -> Self {
        Self(pieces)
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece.into()))))
    }
}
