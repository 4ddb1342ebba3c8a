//! Email domains that a company's provider signs people in for. A company proves with a record in the DNS or with a file that a domain is
//! its own.

pub mod actions;
pub mod daily;
pub mod dns;
pub mod pages;
pub mod store;

use super::web::{Web, WebError};
use crate::{
    choice,
    config::Config,
    input,
    kit::{
        choice::Choice as _,
        input::Kind,
        typed,
        violation::{Why, Words},
    },
    modules::branding::hosts,
    t,
};

choice! {
    /// Why a check of a domain did not find its proof.
    Trouble without column {
        NoRecord = "no_record" / "There is no such DNS record.",
        OtherRecord = "other_record" / "The DNS record has another value.",
        Unanswered = "unanswered" / "The DNS did not answer.",
        Inside = "inside" / "The domain points to a private network, where it can't be checked.",
        Silent = "silent" / "Nothing answered at this address.",
        Missing = "missing" / "There is no such file.",
        Different = "different" / "The file doesn't contain the expected line.",
    }
}

/// The file that proves a domain.
pub const FILE: &str = "/.well-known/entente-domain.txt";
/// How many domains a company may have.
pub const MOST: usize = 50;

/// Domains where anybody can get an address, so no company can claim them.
const EVERYBODYS: [&str; 22] = [
    "aol.com",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "zoho.com",
];

/// The domain of an email address, as addresses are compared.
pub fn of_email(email: &str) -> Option<String> {
    let key = typed::email_key(email);
    key.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

struct Domain;

impl Kind for Domain {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        let text = text.strip_prefix('@').unwrap_or(&text);
        let domain = hosts::named(text).ok_or_else(|| Why::new("domain", "Enter a domain such as example.com"))?;
        if EVERYBODYS.contains(&domain.as_str()) {
            return Err(Why::new("public", "Anyone can have an email address at this domain, so it can't be used"));
        }
        Ok(domain)
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

input! {
    /// A domain that the company claims.
    pub struct Claim, DraftClaim {
        "" {
            domain: String = Domain, "Domain", at "domain", missing "Enter a domain such as example.com",
                hint "The part of your users' email addresses after the @.";
        }
    }
}

/// What a look for both proofs of a domain found; one is enough.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub record: Result<(), Trouble>,
    pub file: Result<(), Trouble>,
}

impl Look {
    /// Whether the domain is proven.
    pub fn proves(&self) -> bool {
        self.record.is_ok() || self.file.is_ok()
    }

    /// Whether the proof that held last, the record or else the file, is gone. Silence where it was does not say so, whatever the other
    /// place answers, which may never have had one; it counts for itself.
    pub fn says_gone(&self, by_record: bool) -> bool {
        match by_record {
            true => matches!(self.record, Err(Trouble::NoRecord | Trouble::OtherRecord)),
            false => !matches!(self.file, Ok(()) | Err(Trouble::Silent | Trouble::Inside)),
        }
    }

    /// Why it proves nothing, for whoever asked.
    pub fn words(&self) -> Words {
        let (record, file) = self.said();
        t!("Domain not verified. {record} {file}", record, file)
    }

    /// The same of a domain that was proven before.
    pub fn still_missing(&self) -> Words {
        let (record, file) = self.said();
        t!("The proof is still missing. {record} {file}", record, file)
    }

    fn said(&self) -> (Words, Words) {
        let said =
            |found: Result<(), Trouble>| found.err().map(|trouble| Words::new(trouble.label())).unwrap_or_default();
        (said(self.record), said(self.file))
    }
}

/// Looks for the record and the file of `domain` at once.
pub async fn look(config: &Config, domain: &str, token: &str) -> Look {
    let web = Web::new(config);
    let (record, file) =
        futures_util::future::join(dns::prove(config.dns, domain, token), prove(&web, config, domain, token)).await;
    Look { record, file }
}

/// Checks that the file of `domain` has `token` on a line of its own.
///
/// # Errors
/// Why it was not found.
async fn prove(web: &Web, config: &Config, domain: &str, token: &str) -> Result<(), Trouble> {
    let url = match config.sso_port {
        Some(port) => format!("http://{domain}:{port}{FILE}"),
        None => format!("https://{domain}{FILE}"),
    };
    let answer = web.get(&url, None).await.map_err(|error| match error {
        WebError::Inside(_) => Trouble::Inside,
        WebError::Silent(_) => Trouble::Silent,
        WebError::TooLong => Trouble::Different,
    })?;
    if answer.status().as_u16() != 200 {
        return Err(Trouble::Missing);
    }
    let text = String::from_utf8_lossy(answer.body());
    if text.lines().any(|line| line.trim() == token) { Ok(()) } else { Err(Trouble::Different) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_compared_whole() {
        for (email, domain) in [
            ("Bob@A.example", Some("a.example")),
            ("bob@xa.example", Some("xa.example")),
            ("bob@mail.a.example", Some("mail.a.example")),
            ("\"a@b\"@c.example", Some("c.example")),
            ("bob", None),
        ] {
            assert_eq!(of_email(email).as_deref(), domain, "{email}");
        }
    }

    #[test]
    fn nobody_speaks_for_the_people_of_a_domain_that_is_everybodys() {
        let read = |text: &str| Domain.value(Domain.tidy(text), &Words::default()).map_err(|why| why.code);
        assert_eq!(read("@Example.com").as_deref(), Ok("example.com"));
        assert_eq!(read("gmail.com"), Err("public"));
        assert_eq!(read("localhost"), Err("domain"));
    }
}
