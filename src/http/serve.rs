//! Listens: HTTP/1.1 and 2 over TLS, or plain on a loopback address; ends gracefully when told to.

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

/// A client that has not sent its request head by then is let go.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers in progress may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(20);
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 64;

/// A handle to end the server, and to learn its address.
pub type ServerHandle = Handle<SocketAddr>;

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Plain HTTP would leave the machine.
    #[error("不在回环地址上提供明文 HTTP plain HTTP is served on a loopback address only, not on {0}: set tls.certificate and tls.key")]
    PlainOutside(SocketAddr),
    /// The address is taken or not allowed.
    #[error("无法监听 cannot listen on {address}: {cause}; choose another address with `listen`")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        cause: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("TLS 证书或私钥无法使用 the TLS certificate or key cannot be used: {0}")]
    Tls(io::Error),
    /// The server broke.
    #[error("服务中断 the server stopped: {0}")]
    Broken(io::Error),
}

/// Opens the port, so that a taken one is known before anything else is said.
pub fn listen(address: SocketAddr, is_tls: bool) -> Result<TcpListener, ServeError> {
    if !is_tls && !address.ip().is_loopback() {
        return Err(ServeError::PlainOutside(address));
    }
    let open = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    open().map_err(|cause| ServeError::Listen { address, cause })
}

/// Reads the server's certificate chain and key (PEM).
pub async fn read_tls(certificate: &Path, key: &Path) -> Result<RustlsConfig, ServeError> {
    RustlsConfig::from_pem_file(certificate, key).await.map_err(ServeError::Tls)
}

/// Serves until `handle` is told to end.
pub async fn serve(listener: TcpListener, tls: Option<RustlsConfig>, router: Router, handle: ServerHandle) -> Result<(), ServeError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let mut server = axum_server::from_tcp_rustls(listener, tls).map_err(ServeError::Broken)?.handle(handle);
            bound_patience(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener).map_err(ServeError::Broken)?.handle(handle);
            bound_patience(server.http_builder());
            server.serve(service).await
        }
    }
    .map_err(ServeError::Broken)
}

fn bound_patience<E>(builder: &mut hyper_util::server::conn::auto::Builder<E>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIMEOUT)
        .keep_alive_timeout(HEAD_TIMEOUT)
        .max_concurrent_streams(STREAMS);
}

/// Ends the server when the process is told to (SIGINT, SIGTERM).
pub async fn end_on_signal(handle: ServerHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else { return };
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    handle.graceful_shutdown(Some(GRACE));
}
