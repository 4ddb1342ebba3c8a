//! From where a company is reached: ranges of addresses, for its people and for its tokens. Without a range everybody is let in.

use std::net::IpAddr;

use ipnet::IpNet;

crate::choice! {
    /// Whom a range lets in.
    Whom { People = "people" / "People", Tokens = "tokens" / "API tokens" }
}

/// Whether `address` is in one of these ranges, as [`read`] writes them. Where there are any, an address that is not known is in none; and
/// what cannot be read lets nobody in.
pub fn admit(ranges: Option<&[String]>, address: Option<IpAddr>) -> bool {
    let Some(ranges) = ranges.filter(|ranges| !ranges.is_empty()) else { return true };
    let Some(address) = address.map(|address| address.to_canonical()) else { return false };
    ranges.iter().filter_map(|range| range.parse::<IpNet>().ok()).any(|range| range.contains(&address))
}

/// What somebody typed, an address or a range, as the one way in which it is kept: `203.0.113.7/32`, `203.0.113.0/24`, `2001:db8::/64`.
/// An address of IPv4 that is written as one of IPv6 is the former.
pub fn read(typed: &str) -> Option<String> {
    let range: IpNet = match typed.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().into(),
        Err(_) => canonical(typed.parse().ok()?)?,
    };
    Some(range.trunc().to_string())
}

fn canonical(range: IpNet) -> Option<IpNet> {
    match range.addr().to_canonical() {
        // of the 128 bits the first 96 say that it is one of IPv4
        IpAddr::V4(address) if range.addr().is_ipv6() => {
            IpNet::new(address.into(), range.prefix_len().checked_sub(96)?).ok()
        }
        _ => Some(range),
    }
}

/// The range that is offered for where somebody is: the address, and of IPv6 the 64 bits that one subscriber has.
pub fn around(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{address}/32"),
        IpAddr::V6(address) => {
            IpNet::new(address.into(), 64).map_or_else(|_| address.to_string(), |range| range.trunc().to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_kept_in_one_way_however_it_is_typed() {
        for (typed, kept) in [
            ("203.0.113.7", Some("203.0.113.7/32")),
            ("203.0.113.7/24", Some("203.0.113.0/24")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:DB8:0:0:0:0:0:1", Some("2001:db8::1/128")),
            ("2001:db8::1/64", Some("2001:db8::/64")),
            ("::ffff:203.0.113.7", Some("203.0.113.7/32")),
            ("::ffff:203.0.113.0/120", Some("203.0.113.0/24")),
            ("203.0.113.0/33", None),
            ("203.0.113", None),
            ("203.0.113.1-203.0.113.9", None),
            ("example.com", None),
            ("fe80::1%eth0", None),
            ("", None),
        ] {
            assert_eq!(read(typed).as_deref(), kept, "{typed}");
        }
    }

    #[test]
    fn where_there_are_ranges_only_what_is_known_to_be_in_one_is_let_in() {
        let ranges = ["203.0.113.0/24", "2001:db8::/64"].map(str::to_owned);
        let at = |text: &str| admit(Some(&ranges), text.parse().ok());
        assert!(at("203.0.113.255") && at("::ffff:203.0.113.1") && at("2001:db8::ffff"));
        assert!(!at("203.0.114.1") && !at("2001:db8:0:1::1") && !at("unknown"));
        assert!(admit(None, None) && admit(Some(&[]), None), "without a range everybody is let in");
        assert!(!admit(Some(&["nonsense".to_owned()]), "203.0.113.1".parse().ok()), "nor by what is none");
    }

    #[test]
    fn what_is_offered_lets_its_address_in() {
        for (address, offered) in
            [("203.0.113.7", "203.0.113.7/32"), ("2001:db8::a:b", "2001:db8::/64"), ("::ffff:10.0.0.1", "10.0.0.1/32")]
        {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(around(address), offered);
            assert!(admit(Some(&[around(address)]), Some(address)));
        }
    }
}
