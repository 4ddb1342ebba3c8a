//! Asking the DNS for the record that proves a domain. Somebody else chose the name, so a look is short, looks at a few records and keeps
//! nothing.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    Resolver, TokioResolver,
    config::{NameServerConfig, ResolverConfig},
    net::{DnsError, NetError, NoRecords, runtime::TokioRuntimeProvider},
    proto::{op::ResponseCode, rr::RData},
};
use tokio::time::timeout;

use super::Trouble;

/// The label in front of a domain at which its record is.
const LABEL: &str = "_entente-domain";
/// How long one look may take, with all its tries.
const WITHIN: Duration = Duration::from_secs(5);
/// How long one try may take, and how many there are.
const TRY: Duration = Duration::from_secs(2);
const TRIES: usize = 2;
/// How many records are looked at: each company that claims the domain has one there.
const MOST: usize = 64;

/// The name of the record that proves `domain`.
pub fn record(domain: &str) -> String {
    format!("{LABEL}.{domain}")
}

/// Whether one of the TXT records of `domain` is `token`. `server` is asked, or else those that this machine asks.
///
/// # Errors
/// Why it was not found.
pub async fn prove(server: Option<SocketAddr>, domain: &str, token: &str) -> Result<(), Trouble> {
    // names of this machine are in nobody's DNS
    if server.is_none() && domain.ends_with(".localhost") {
        return Err(Trouble::NoRecord);
    }
    let found = timeout(WITHIN, texts(server, domain)).await.map_err(|_| Trouble::Unanswered)??;
    match found.iter().any(|text| text.trim() == token) {
        true => Ok(()),
        false if found.is_empty() => Err(Trouble::NoRecord),
        false => Err(Trouble::OtherRecord),
    }
}

/// The texts of the records, each of which may come in several strings.
async fn texts(server: Option<SocketAddr>, domain: &str) -> Result<Vec<String>, Trouble> {
    let resolver = resolver(server).map_err(|_| Trouble::Unanswered)?;
    // the dot says that the name is whole: no search list of this machine is tried with it
    let found = match resolver.txt_lookup(format!("{}.", record(domain))).await {
        Ok(found) => found,
        Err(error) if is_nothing(&error) => return Ok(Vec::new()),
        Err(_) => return Err(Trouble::Unanswered),
    };
    let text = |data: &RData| match data {
        RData::TXT(text) => {
            let bytes: Vec<u8> = text.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    };
    Ok(found.answers().iter().filter_map(|record| text(&record.data)).take(MOST).collect())
}

fn resolver(server: Option<SocketAddr>) -> Result<TokioResolver, NetError> {
    let mut builder = match server {
        Some(server) => {
            let mut one = NameServerConfig::udp_and_tcp(server.ip());
            for connection in &mut one.connections {
                connection.port = server.port();
            }
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![one]);
            Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
        None => TokioResolver::builder_tokio()?,
    };
    let options = builder.options_mut();
    options.timeout = TRY;
    options.attempts = TRIES;
    // whoever has just made the record must not wait for an older answer to pass
    options.cache_size = 0;
    builder.build()
}

/// Whether the answer is that there is no such record, rather than none.
fn is_nothing(error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(NoRecords { response_code, .. })) = error else { return false };
    matches!(response_code, &ResponseCode::NXDomain | &ResponseCode::NoError)
}
