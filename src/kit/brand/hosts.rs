//! Under which name a request comes: the program's public one, or one of a brand. Names are compared as a whole; what a proxy says beside
//! `Host` is not looked at.

use std::{net::IpAddr, sync::Arc};

use actix_web::{dev::RequestHead, http::header};
use url::Url;

use super::Table;
use crate::kit::{actor::Account, id::Id};

/// A name that was proven to be a brand's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without a port.
    pub name: String,
    /// The company whose brand it is.
    pub of: Id<Account>,
    /// Whether the name led to this program when it was looked up last.
    pub leads_here: bool,
}

/// Under which name a request came.
#[derive(Debug, Clone)]
pub enum Under {
    Public,
    Brand(Arc<Host>),
    /// None that this program answers to.
    Unknown,
}

/// The program's public address, in its parts.
#[derive(Debug, Clone)]
pub struct Address {
    /// As it is set, without a slash at the end.
    pub url: String,
    scheme: String,
    host: String,
    /// With its colon, when it is not the scheme's own.
    port: String,
    /// No address was set, and the program listens everywhere: whatever name people come by is the public one.
    anywhere: bool,
}

impl Address {
    pub fn new(url: &str) -> Self {
        let read = Url::parse(url).ok();
        let host = read.as_ref().and_then(Url::host_str).unwrap_or_default().to_ascii_lowercase();
        let port = read.as_ref().and_then(Url::port).map(|port| format!(":{port}")).unwrap_or_default();
        let scheme = read.as_ref().map_or("http", Url::scheme).to_owned();
        let anywhere = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_unspecified());
        Self { url: url.to_owned(), scheme, host, port, anywhere }
    }

    /// Its name alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address of a brand's name: by the same scheme, at the same port.
    pub fn of(&self, host: &Host) -> String {
        format!("{}://{}{}", self.scheme, host.name, self.port)
    }

    /// Under which name a request came. One without a name can only mean the public one, and so can a name of this machine, which
    /// health checks use and proxies that hand on their own name for it.
    pub fn under(&self, head: &RequestHead, table: &Table) -> Under {
        let mut named = head.headers().get_all(header::HOST);
        let name = match (head.uri.authority(), named.next(), named.next()) {
            (_, _, Some(_)) => return Under::Unknown,
            (Some(authority), ..) => authority.as_str(),
            (None, Some(host), None) => match host.to_str() {
                Ok(host) => host,
                Err(_) => return Under::Unknown,
            },
            (None, None, None) => return Under::Public,
        };
        let name = name_of(name);
        if name == self.host || of_this_machine(&name) {
            return Under::Public;
        }
        match table.host(&name) {
            Some(host) => Under::Brand(host.clone()),
            None if self.anywhere => Under::Public,
            None => Under::Unknown,
        }
    }
}

/// The name in `host:port`: in lower case, without the dot that may end it.
pub fn name_of(authority: &str) -> String {
    let authority = authority.trim();
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn of_this_machine(name: &str) -> bool {
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn under(public: &str, host: &str) -> String {
        let name = |name: &str| Arc::new(Host { name: name.to_owned(), of: Id::draw("PA"), leads_here: true });
        let table =
            Table { hosts: vec![name("portal.acme.example"), name("xn--bcher-kva.example")], ..Table::default() };
        let request = TestRequest::default().insert_header((header::HOST, host)).to_http_request();
        match Address::new(public).under(request.head(), &table) {
            Under::Public => "public".to_owned(),
            Under::Brand(host) => host.name.clone(),
            Under::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_name_is_known_as_a_whole_however_it_is_written() {
        for (host, found) in [
            ("entente.example", "public"),
            ("ENTENTE.example:443", "public"),
            ("entente.example.", "public"),
            ("127.0.0.1:8080", "public"),
            ("[::1]:8080", "public"),
            ("localhost", "public"),
            ("Portal.Acme.Example", "portal.acme.example"),
            ("portal.acme.example:8443", "portal.acme.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("acme.example", "unknown"),
            ("evil.portal.acme.example", "unknown"),
            ("portal.acme.example.evil.example", "unknown"),
            ("xportal.acme.example", "unknown"),
            ("10.0.0.1", "unknown"),
            ("localhost.evil.example", "unknown"),
            ("evil.localhost", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(under("https://entente.example", host), found, "{host}");
        }
    }

    #[test]
    fn where_no_public_address_is_set_every_name_is_the_public_one() {
        for public in ["http://0.0.0.0:8080", "http://[::]:8080"] {
            assert_eq!(under(public, "192.168.1.5:8080"), "public");
            assert_eq!(under(public, "portal.acme.example"), "portal.acme.example");
        }
    }

    #[test]
    fn a_brand_is_reached_by_the_scheme_and_port_of_the_public_address() {
        let host = Host { name: "portal.acme.example".into(), of: Id::draw("PA"), leads_here: true };
        for (public, url) in [
            ("https://entente.example", "https://portal.acme.example"),
            ("http://localhost:8080", "http://portal.acme.example:8080"),
        ] {
            assert_eq!(Address::new(public).of(&host), url);
        }
    }

    #[test]
    fn two_names_at_once_are_none() {
        let request = TestRequest::default()
            .append_header((header::HOST, "entente.example"))
            .append_header((header::HOST, "portal.acme.example"))
            .to_http_request();
        let found = Address::new("https://entente.example").under(request.head(), &Table::default());
        assert!(matches!(found, Under::Unknown));
    }
}
