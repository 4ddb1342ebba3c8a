//! Kinds of fields that name a place: a link, an email address.

use validator::{ValidateEmail as _, ValidateUrl as _};

use super::Plain;
use crate::kit::{
    api::Schema,
    form_page::Ask,
    input::Kind,
    typed,
    violation::{Why, Words},
};

/// A web address of at most so many characters that a browser may follow.
pub struct Link(pub usize);

impl Plain for Link {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        link(text)
    }

    fn fits(text: &str) -> Result<(), Why> {
        followed(text)
    }

    fn ask(&self) -> Ask {
        Ask::Link
    }
}

/// An e-mail address as its owner writes it.
pub struct Email;

impl Kind for Email {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::email(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        if is_email(&text) {
            return Ok(text);
        }
        Err(Why::new("email", "Enter an email address in the format name@example.com"))
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Email
    }

    fn schema(&self) -> Schema {
        Schema::format("email")
    }
}

/// A link without what nobody sees, its scheme as everybody writes it.
fn link(typed: &str) -> String {
    let link = typed::key(typed);
    match link.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => link,
    }
}

/// Whether a browser may follow a link.
///
/// # Errors
/// Why it may not.
fn followed(link: &str) -> Result<(), Why> {
    let web = link.starts_with("https://") || link.starts_with("http://");
    if !web || !link.validate_url() || link.contains(' ') {
        return Err(Why::new("link", "Enter a link that starts with https://"));
    }
    if names_a_person(link) {
        const WORDS: &str =
            "Enter the link without a username and password: everyone who can see the link could read them";
        return Err(Why::new("credentials", WORDS));
    }
    Ok(())
}

/// Whether a link carries who opens it, `https://user:password@…`: a secret, or a place that pretends to be another.
fn names_a_person(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// Whether mail can be addressed so. Letters of all scripts may stand before the `@`, as RFC 6531 allows.
fn is_email(email: &str) -> bool {
    let Some((name, domain)) = email.rsplit_once('@') else { return false };
    let Ok(domain) = idna::domain_to_ascii(domain) else { return false };
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() && !c.is_ascii() { 'x' } else { c }).collect();
    // what is written with marks, as Hindi is, has them between letters
    let plain: String = plain.chars().filter(|c| c.is_ascii() || c.is_control() || c.is_whitespace()).collect();
    email.len() <= 254 && name.len() <= 64 && format!("{plain}@{domain}").validate_email()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a kind makes of a text that was typed.
    fn read<K: Kind>(kind: &K, typed: &str) -> Result<K::Value, Why> {
        kind.value(kind.tidy(typed), &Words::new("Field"))
    }

    #[test]
    fn links_lead_only_to_the_web() {
        for bad in ["javascript:alert(1)", "ftp://a.example", "https://", "https://a b.example", "data:text/html,x"] {
            assert!(read(&Link(200), bad).is_err(), "{bad}");
        }
        for secret in [
            "https://user:pass@a.example",
            "http://user@a.example/",
            "https://:pass@a.example/x",
            "HTTPS://u%40x:p@a.example",
        ] {
            let why = read(&Link(200), secret).unwrap_err();
            assert_eq!(why.code, "credentials", "{secret}");
            assert!(why.words.to_string().contains("without a username and password"), "{secret}");
        }
        for (typed, kept) in [
            ("https://example.com/a@b:c?d=e@f", "https://example.com/a@b:c?d=e@f"),
            ("https://example.com/a?b=c", "https://example.com/a?b=c"),
            ("HTTPS://Example.com/A", "https://Example.com/A"),
            ("\u{200b}Http://example.com\u{2060} ", "http://example.com"),
            ("https://bücher.example/ü", "https://bücher.example/ü"),
        ] {
            assert_eq!(read(&Link(200), typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn addresses_of_all_scripts_are_taken_and_nothing_that_is_none() {
        for (typed, kept) in [
            ("name@example.com", "name@example.com"),
            ("o'brien+x@example.co.uk", "o'brien+x@example.co.uk"),
            (" Name@Example.com\u{200b}", "Name@Example.com"),
            ("grüße@bücher.example", "grüße@bücher.example"),
            ("δοκιμή@παράδειγμα.example", "δοκιμή@παράδειγμα.example"),
            ("संपर्क@डाटामेल.example", "संपर्क@डाटामेल.example"),
            ("用户@例子.example", "用户@例子.example"),
        ] {
            assert_eq!(read(&Email, typed).as_deref(), Ok(kept), "{typed}");
        }
        for bad in [
            "",
            "nobody",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@b c.example",
            "a@-b.example",
            "a@b@c",
            "\u{3c}a@b.example>",
        ] {
            assert!(read(&Email, bad).is_err(), "{bad}");
        }
    }
}
