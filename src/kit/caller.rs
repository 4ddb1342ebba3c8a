//! Where a call comes from, whoever makes it: what is kept of it beside an act.

use std::net::{IpAddr, Ipv6Addr};

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
    /// The address, behind trusted proxies.
    pub address: String,
    pub agent: String,
    pub request: String,
    /// The public id of the session that is signed in, also when what counts is a link.
    pub session: Option<Uuid>,
    pub credential: Credential,
}

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
        }
    }

    /// The program itself, also when it goes on with what a person began.
    pub fn job() -> Self {
        let nothing = String::new;
        Self { address: nothing(), agent: nothing(), request: nothing(), session: None, credential: Credential::Job }
    }

    /// The network that failures are counted for: an IPv4 address, or the 64 bits of IPv6 that one subscriber has.
    pub fn network(&self) -> String {
        network(&self.address)
    }
}

/// The address that our outermost proxy saw, or the peer's when there is none.
fn address(request: &HttpRequest, proxies: usize) -> String {
    let peer = request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    if proxies == 0 {
        return peer;
    }
    let chain: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    chain
        .len()
        .checked_sub(proxies)
        .and_then(|at| chain[at].parse::<IpAddr>().ok())
        .map_or(peer, |address| address.to_string())
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
    use super::network;

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
