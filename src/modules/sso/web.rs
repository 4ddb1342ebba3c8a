//! Reading from servers whose addresses people chose: https and public addresses only, no redirects, within ten seconds and a limited
//! number of bytes. Each answer has its own connection.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use openidconnect::{
    HttpRequest, HttpResponse,
    http::{self, header},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use url::{Host, Position, Url};

use crate::{
    config::Config,
    modules::branding::hosts::fetch::{addresses, is_public},
};

/// How long one answer may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How many bytes of an answer are read.
const MOST: usize = 256 * 1024;

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Not a public address, or not https.
    #[error("{0} is not read from here")]
    Inside(String),
    #[error("no answer: {0}")]
    Silent(String),
    #[error("the answer is too long")]
    TooLong,
}

/// A client that keeps nothing between answers.
#[derive(Debug, Clone, Copy)]
pub struct Web {
    /// Whether private networks and plain http are allowed.
    private: bool,
}

/// The certificates that are trusted, as mail trusts them.
static TLS: LazyLock<Option<Arc<ClientConfig>>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
});

fn silent(error: impl std::fmt::Display) -> WebError {
    WebError::Silent(error.to_string())
}

impl Web {
    pub fn new(config: &Config) -> Self {
        Self { private: config.sso_private }
    }

    /// Whether an address may be read at all, or people be sent there; where a name leads is looked at when it is looked up.
    pub(super) fn admits(self, url: &Url) -> bool {
        if self.private {
            return matches!(url.scheme(), "https" | "http");
        }
        url.scheme() == "https"
            && match url.host() {
                Some(Host::Domain(_)) => true,
                Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
                Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
                None => false,
            }
    }

    /// Connects to the name's addresses, unless one of them is in a private network.
    async fn connect(self, host: &str, port: u16) -> Result<TcpStream, WebError> {
        let name = host.to_owned();
        let found = tokio::task::spawn_blocking(move || addresses(&name)).await.map_err(silent)?;
        if !self.private && !found.iter().copied().all(is_public) {
            return Err(WebError::Inside(host.to_owned()));
        }
        let all: Vec<SocketAddr> = found.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        TcpStream::connect(all.as_slice()).await.map_err(silent)
    }

    /// Sends a request, and reads the answer.
    ///
    /// # Errors
    /// [`WebError`].
    pub async fn call(self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        timeout(WITHIN, self.exchange(request)).await.map_err(silent)?
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        let url = Url::parse(&request.uri().to_string()).map_err(silent)?;
        if !self.admits(&url) {
            return Err(WebError::Inside(url.to_string()));
        }
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().ok_or_else(|| silent("no port"))?;
        let stream = self.connect(host, port).await?;
        if url.scheme() != "https" {
            return sent(stream, request, &url).await;
        }
        let tls = TLS.clone().ok_or_else(|| silent("TLS has no protocol versions"))?;
        let name = ServerName::try_from(host.to_owned()).map_err(silent)?;
        let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(silent)?;
        sent(stream, request, &url).await
    }

    /// Reads an address; `bearer` is sent if there is one.
    ///
    /// # Errors
    /// [`WebError`].
    pub async fn get(self, url: &str, bearer: Option<&str>) -> Result<HttpResponse, WebError> {
        let mut request = http::Request::get(url).header(header::ACCEPT, "application/json, text/plain;q=0.5");
        if let Some(bearer) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        self.call(request.body(Vec::new()).map_err(silent)?).await
    }
}

/// Sends a request over a connection that ends with the answer.
async fn sent<S>(stream: S, request: HttpRequest, url: &Url) -> Result<HttpResponse, WebError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(silent)?;
    // ends when the answer has been read, or when nobody reads it any more
    let driven = tokio::task::spawn(connection);
    let (head, body) = request.into_parts();
    let mut asked = http::Request::builder().method(head.method).uri(&url[Position::BeforePath..Position::AfterQuery]);
    for (name, value) in &head.headers {
        asked = asked.header(name, value);
    }
    let asked = asked
        .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(header::USER_AGENT, "Entente")
        .header(header::CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(silent)?;
    let answer = sender.send_request(asked).await.map_err(silent)?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MOST).collect().await;
    driven.abort();
    match body {
        Ok(body) => Ok(http::Response::from_parts(head, body.to_bytes().to_vec())),
        Err(error) if error.is::<LengthLimitError>() => Err(WebError::TooLong),
        Err(error) => Err(silent(error)),
    }
}
