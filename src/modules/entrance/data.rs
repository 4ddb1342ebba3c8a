//! What an administrator says of addresses.

use std::net::IpAddr;

use crate::{
    access::networks,
    input,
    kit::{
        form_page::Ask,
        input::Kind,
        typed,
        violation::{Why, Words},
    },
};

/// Ranges of one list.
const MOST: usize = 200;
/// Signs of what a range is called.
const LABEL: usize = 64;

/// A range of addresses, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Range {
    /// As [`networks::read`] writes it.
    pub network: String,
    pub label: String,
}

input! {
    /// From where a company is reached.
    pub struct Addresses, DraftAddresses {
        "" {
            people: Vec<Range> = Ranges, "Users", at "people",
                hint "One address or range per line, such as 203.0.113.7 or 203.0.113.0/24, followed by a name if you like. Leave it empty to allow every address.";
            tokens: Vec<Range> = Ranges, "API tokens", at "tokens",
                hint "The same for programs that use your API tokens. The two lists are independent.";
        }
    }
}

impl Addresses {
    /// Whether a person at this address is let in.
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        let ranges: Vec<String> = self.people.iter().map(|range| range.network.clone()).collect();
        networks::admit(Some(&ranges), address)
    }
}

/// Ranges of addresses, each on a line of its own, with a name behind it; each range once.
struct Ranges;

impl Kind for Ranges {
    type Value = Vec<Range>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        let mut found: Vec<Range> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (typed, label) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let Some(network) = networks::read(typed.trim_end_matches([',', ';'])) else {
                let words = Words::new("{text} is not an address or a range such as 203.0.113.0/24 or 2001:db8::/64");
                return Err(Why::new(
                    "address",
                    words.with("text", typed::apart(&typed.chars().take(LABEL).collect::<String>())),
                ));
            };
            let label = typed::line(label);
            if label.chars().count() > LABEL {
                let words = Words::new("The name of a range can have up to {n} characters").with("n", LABEL);
                return Err(Why::new("too_long", words));
            }
            if !found.iter().any(|one| one.network == network) {
                found.push(Range { network, label });
            }
        }
        if found.len() > MOST {
            return Err(Why::new("too_many", Words::new("Enter up to {n} ranges").with("n", MOST)));
        }
        Ok(found)
    }

    fn text(&self, value: &Self::Value) -> String {
        value
            .iter()
            .map(|one| format!("{} {}", one.network, one.label).trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let read = Ranges.value(Ranges.tidy(text), &Words::default());
        read.map(|ranges| Ranges.text(&ranges)).map_err(|why| why.words.to_string())
    }

    #[test]
    fn ranges_are_read_however_they_stand_and_each_once() {
        assert_eq!(
            read("203.0.113.7 Office\r\n\n  2001:DB8::1/64   Home of  Paulie\n203.0.113.7/32"),
            Ok("203.0.113.7/32 Office\n2001:db8::/64 Home of Paulie".to_owned())
        );
    }

    #[test]
    fn what_is_no_range_is_named() {
        let words = "Gym is not an address or a range such as 203.0.113.0/24 or 2001:db8::/64";
        assert_eq!(read("203.0.113.7\nGym at the corner"), Err(words.to_owned()));
        let long = format!("203.0.113.7 {}", "x".repeat(65));
        assert_eq!(read(&long), Err("The name of a range can have up to 64 characters".to_owned()));
        let many: Vec<String> = (0..201).map(|at| format!("10.0.0.{at}")).collect();
        assert_eq!(read(&many.join("\n")), Err("Enter up to 200 ranges".to_owned()));
    }
}
