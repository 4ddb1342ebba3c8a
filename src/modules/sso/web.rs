//! What the program reads of other servers whose addresses people chose: by https, of public addresses only, without following anywhere
//! else, within ten seconds and so many bytes.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
    time::Duration,
};

use openidconnect::{
    HttpRequest, HttpResponse,
    http::{self, header},
};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};

use crate::{
    config::Config,
    kit::problem::{Problem, Result},
    modules::branding::hosts::fetch::{addresses, is_public},
};

/// How long one answer may take.
const WITHIN: Duration = Duration::from_secs(10);
/// So many bytes of an answer are read.
const MOST: usize = 256 * 1024;

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// No public address, or not by https.
    #[error("{0} is not read from here")]
    Inside(String),
    #[error("no answer: {0}")]
    Silent(String),
    #[error("the answer is too long")]
    TooLong,
}

/// A client for one piece of work: no connection outlives it.
#[derive(Clone)]
pub struct Web {
    client: Client,
    /// Networks that only this installation reaches are read as well, and without https.
    private: bool,
}

/// The certificates that are trusted, as mail trusts them.
static TLS: LazyLock<Option<ClientConfig>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    Some(builder.with_root_certificates(roots).with_no_client_auth())
});

/// Looks names up, and gives no address of an inner network.
struct Lookup {
    private: bool,
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let (name, private) = (name.as_str().to_owned(), self.private);
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || addresses(&name)).await?;
            // one address of an inner network among them is enough to read none
            if !private && !found.iter().copied().all(is_public) {
                return Err("the name leads to an inner network".into());
            }
            // the port is that of the address that is read
            let all: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(all)
        })
    }
}

fn silent(error: impl std::fmt::Display) -> WebError {
    WebError::Silent(error.to_string())
}

impl Web {
    pub fn new(config: &Config) -> Result<Self> {
        let tls = TLS.clone().ok_or_else(|| Problem::internal("TLS has no protocol versions"))?;
        let private = config.sso_private;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Lookup { private })
            .redirect(Policy::none())
            .no_proxy()
            .timeout(WITHIN)
            .pool_max_idle_per_host(0)
            .user_agent("Entente")
            .build()
            .map_err(Problem::internal)?;
        Ok(Self { client, private })
    }

    /// Whether an address may be read at all; where a name leads is looked at when it is looked up.
    fn admits(&self, url: &Url) -> bool {
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

    /// Sends a request, and reads the answer.
    ///
    /// # Errors
    /// [`WebError`].
    pub async fn call(&self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        let url = Url::parse(&request.uri().to_string()).map_err(silent)?;
        if !self.admits(&url) {
            return Err(WebError::Inside(url.to_string()));
        }
        let request = reqwest::Request::try_from(request).map_err(silent)?;
        let mut answer = self.client.execute(request).await.map_err(silent)?;
        let mut read = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            read = read.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(silent)? {
            if body.len() + part.len() > MOST {
                return Err(WebError::TooLong);
            }
            body.extend_from_slice(&part);
        }
        read.body(body).map_err(silent)
    }

    /// What stands at an address; `bearer` is shown where one is asked for.
    ///
    /// # Errors
    /// [`WebError`].
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<HttpResponse, WebError> {
        let mut request = http::Request::get(url).header(header::ACCEPT, "application/json, text/plain;q=0.5");
        if let Some(bearer) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        self.call(request.body(Vec::new()).map_err(silent)?).await
    }
}
