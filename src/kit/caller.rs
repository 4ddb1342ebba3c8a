//! Where a call comes from, whoever makes it: what is kept of it beside an act.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::{HttpMessage as _, HttpRequest};
use tracing_actix_web::RequestId;
use uuid::Uuid;

crate::choice! {
    /// By what somebody acts.
    Credential {
        Session = "session" / "Session",
        Token = "token" / "Token",
        Link = "link" / "Link",
        Job = "job" / "Job",
    }
}

/// Who is on the other end, as far as the wire tells. A job has neither address nor request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The address, behind trusted proxies, as it is written canonically; [`UNKNOWN`] where they don't tell.
    pub address: String,
    pub agent: String,
    pub request: String,
    /// The public id of the session that is signed in, also when what counts is a link.
    pub session: Option<Uuid>,
    pub credential: Credential,
    /// It looks at a portal as a colleague, and changes nothing: [`super::db::Db`] refuses every write.
    pub looks_only: bool,
}

/// Said for an address that our proxies don't tell.
pub const UNKNOWN: &str = "unknown";

impl Caller {
    /// Who sent `request`, which went through so many proxies of our own.
    pub fn of(request: &HttpRequest, proxies: usize, credential: Credential, session: Option<Uuid>) -> Self {
        let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            address: address(request, proxies),
            agent: agent.chars().take(400).collect(),
            request: request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default(),
            session,
            credential,
            looks_only: false,
        }
    }

    /// The program itself, also when it goes on with what a person began.
    pub fn job() -> Self {
        let nothing = String::new;
        Self {
            address: nothing(),
            agent: nothing(),
            request: nothing(),
            session: None,
            credential: Credential::Job,
            looks_only: false,
        }
    }

    /// The address, where it is known.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    /// The network that failures are counted for: an IPv4 address, or the 64 bits of IPv6 that one subscriber has.
    pub fn network(&self) -> String {
        network(&self.address)
    }
}

/// The address that our outermost proxy saw, or the peer's when there is none. A chain that is too short, or has no address at its place,
/// tells nothing: what stands nearer is a proxy of ours, and what stands farther anybody can write.
fn address(request: &HttpRequest, proxies: usize) -> String {
    let known = match proxies {
        0 => request.peer_addr().map(|address| address.ip()),
        _ => forwarded(request, proxies),
    };
    known.map_or_else(|| UNKNOWN.to_owned(), |address| address.to_canonical().to_string())
}

fn forwarded(request: &HttpRequest, proxies: usize) -> Option<IpAddr> {
    // a value that cannot be read has its place in the chain all the same
    let chain: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    let told = *chain.get(chain.len().checked_sub(proxies)?)?;
    // some proxies write the port as well, and an IPv6 address in brackets
    let bare = told.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(told);
    bare.parse().ok().or_else(|| told.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{UNKNOWN, address, network};

    #[test]
    fn an_address_is_told_by_our_outermost_proxy_or_not_at_all() {
        for (proxies, chain, told) in [
            (1, vec!["203.0.113.7"], "203.0.113.7"),
            // what stands farther away was written by whoever called
            (1, vec!["10.0.0.1, 203.0.113.7"], "203.0.113.7"),
            (2, vec!["10.0.0.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (2, vec!["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            (2, vec!["203.0.113.7"], UNKNOWN),
            (1, vec![], UNKNOWN),
            (1, vec![""], UNKNOWN),
            (1, vec!["203.0.113.7, nonsense"], UNKNOWN),
            (1, vec!["203.0.113.7:4711"], "203.0.113.7"),
            (1, vec!["::ffff:203.0.113.7"], "203.0.113.7"),
            (1, vec!["2001:DB8:0:0::1"], "2001:db8::1"),
            (1, vec!["[2001:db8::1]"], "2001:db8::1"),
            (1, vec!["[2001:db8::1]:4711"], "2001:db8::1"),
        ] {
            let mut request = TestRequest::default().peer_addr(([10, 0, 0, 9], 443).into());
            for value in &chain {
                request = request.append_header(("x-forwarded-for", *value));
            }
            assert_eq!(address(&request.to_http_request(), proxies), told, "{proxies} proxies, {chain:?}");
        }
    }

    #[test]
    fn a_subscriber_is_one_network_whatever_its_address() {
        for (address, of) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("", ""),
        ] {
            assert_eq!(network(address), of, "{address}");
        }
    }
}
