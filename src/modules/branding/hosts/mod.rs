//! Names of a company's own under which its portal is reached: who proves that a name is theirs by a file, and where the name leads.

pub mod actions;
pub mod checks;
pub mod fetch;
pub mod pages;
pub mod store;

use crate::{
    choice, input,
    kit::{
        input::Kind,
        typed,
        violation::{Why, Words},
    },
};

choice! {
    /// Why a look at a name did not find what proves it.
    Trouble without column {
        Unknown = "unknown" / "The name doesn't point anywhere yet.",
        Inside = "inside" / "The name points to a private network, where it can't be checked.",
        Silent = "silent" / "Nothing answered at this name on port 80.",
        Missing = "missing" / "There is no such file.",
        Different = "different" / "The file doesn't contain the expected line.",
    }
}

/// The file that proves a name.
pub const FILE: &str = "/.well-known/entente-host.txt";
/// As many names as a company may have.
pub const MOST: usize = 20;

/// A name of a host as browsers write it: in lower case, other scripts in their ASCII form.
pub struct Name;

/// The name in what was typed, which may be a whole address; none when it is no name that others can reach.
pub fn named(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = idna::domain_to_ascii_cow(name.as_bytes(), idna::AsciiDenyList::STD3).ok()?.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let fine = |label: &&str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    let last = labels.last()?;
    let is_name = labels.len() >= 2 && labels.iter().all(fine) && !last.bytes().all(|byte| byte.is_ascii_digit());
    (is_name && name.len() <= 253).then_some(name)
}

impl Kind for Name {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        named(&text).ok_or_else(|| Why::new("host", "Enter a host name such as portal.example.com"))
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

input! {
    /// A name that shall be the company's.
    pub struct Claim, DraftClaim {
        "" {
            host: String = Name, "Host name", at "host", missing "Enter a host name such as portal.example.com",
                hint "Such as portal.example.com.";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_name_is_read_as_browsers_write_it() {
        for (typed, name) in [
            ("portal.acme.example", "portal.acme.example"),
            (" https://Portal.ACME.example/ ", "portal.acme.example"),
            ("portal.acme.example.", "portal.acme.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("a.b-c.example", "a.b-c.example"),
        ] {
            assert_eq!(named(typed).as_deref(), Some(name), "{typed}");
        }
    }

    #[test]
    fn what_others_cannot_reach_is_no_name() {
        for typed in [
            "",
            "localhost",
            "acme",
            "127.0.0.1",
            "10.0.0.1",
            "[::1]",
            "::1",
            "a..example",
            "-a.example",
            "a-.example",
            "a b.example",
            "a_b.example",
            "portal.acme.example:8080",
            "user@acme.example",
            "*.acme.example",
        ] {
            assert_eq!(named(typed), None, "{typed}");
        }
        assert_eq!(named(&format!("{}.example", "a".repeat(64))), None);
    }
}
