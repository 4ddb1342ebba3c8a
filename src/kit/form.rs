//! A form's fields: what was typed, what is wrong with it, and the value it means.

use std::borrow::Cow;

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use validator::{ValidateEmail as _, ValidateUrl as _};

use super::{
    choice::Choice,
    fields::Fields,
    time::Zone,
    typed,
    violation::{Why, Words},
};
use crate::t;

/// One field: its id and name, its label, the text as typed, and the message when it does not do.
#[derive(Debug, Clone, Default)]
pub struct Field {
    pub name: Cow<'static, str>,
    pub label: Words,
    pub value: String,
    pub error: Option<Words>,
    pub hint: Words,
    pub optional: bool,
}

/// Between the values of several boxes; cannot be typed into one.
pub const MANY: &str = "\u{1f}";

/// How many years ahead something can be planned.
const FURTHEST: u32 = 10;

/// One of the things a select or a group of radio cards offers.
#[derive(Debug, Clone)]
pub struct Pick {
    pub value: String,
    pub label: Words,
    pub hint: Words,
}

impl Pick {
    pub fn new(value: impl Into<String>, label: impl Into<Words>, hint: impl Into<Words>) -> Self {
        Self { value: value.into(), label: label.into(), hint: hint.into() }
    }
}

/// A field's id and its message, for the summary at the top of the page.
pub type FieldError = (String, Words);

impl Field {
    pub fn new(name: impl Into<Cow<'static, str>>, label: impl Into<Words>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = hint.into();
        self
    }

    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub fn filled(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// As typed in `fields`.
    pub fn from(mut self, fields: &Fields) -> Self {
        fields.text(&self.name).clone_into(&mut self.value);
        self
    }

    /// Takes every value that was sent under its name: several boxes of one question.
    pub fn from_all(mut self, fields: &Fields) -> Self {
        self.value = fields.all(&self.name).collect::<Vec<_>>().join(MANY);
        self
    }

    /// The values of several boxes.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.value.split(MANY).filter(|value| !value.is_empty())
    }

    /// Whether one of several boxes is ticked.
    pub fn has(&self, value: &str) -> bool {
        self.values().any(|one| one == value)
    }

    /// Whether this checkbox is ticked, or this radio group stands on `key`.
    pub fn is(&self, key: &str) -> bool {
        self.value == key
    }

    pub fn ticked(&self) -> bool {
        !self.value.is_empty()
    }

    pub fn fail(&mut self, message: impl Into<Words>) {
        if self.error.is_none() {
            self.error = Some(message.into());
        }
    }

    /// Running text of 1 to `most` characters (0 when optional); `missing` asks for it: "Enter a name".
    pub fn text(&mut self, missing: &'static str, most: usize) -> Option<String> {
        self.short(typed::text(&self.value), asked(missing), most)
    }

    /// Words of one line: line breaks become spaces.
    pub fn line(&mut self, missing: &'static str, most: usize) -> Option<String> {
        self.short(typed::line(&self.value), asked(missing), most)
    }

    /// A number, an id, or whatever else a program recognises: signs that nobody sees are no part of it.
    pub fn key(&mut self, missing: &'static str, most: usize) -> Option<String> {
        self.short(typed::key(&self.value), asked(missing), most)
    }

    fn short(&mut self, text: String, missing: Words, most: usize) -> Option<String> {
        if text.is_empty() && !self.optional {
            self.fail(missing);
        } else if text.chars().count() > most {
            self.fail(t!("{label} must be {most} characters or fewer", label = self.label, most));
        } else {
            return Some(text);
        }
        None
    }

    pub fn choice<C: Choice>(&mut self, message: impl Into<Words>) -> Option<C> {
        let chosen = C::from_key(&self.value);
        if chosen.is_none() {
            self.fail(message);
        }
        chosen
    }

    /// An e-mail address as its owner writes it.
    pub fn email(&mut self) -> Option<String> {
        let email = typed::email(&self.value);
        if email.is_empty() {
            self.fail("Enter an email address");
        } else if !is_email(&email) {
            self.fail("Enter an email address in the form name@example.com");
        } else {
            return Some(email);
        }
        None
    }

    /// A web address of at most `most` characters that a browser may follow.
    pub fn link(&mut self, most: usize) -> Option<String> {
        let link = link(&self.value);
        if link.is_empty() {
            self.fail("Enter a link");
        } else if let Err(why) = followed(&link) {
            self.fail(why.words);
        } else if link.chars().count() > most {
            self.fail(t!("Link must be {most} characters or fewer", most));
        } else {
            return Some(link);
        }
        None
    }

    /// A whole number from `least` to `most`, typed in digits alone, of any script. A point, a comma or a space between digits groups them
    /// for some people and begins decimals for others, so none is taken.
    pub fn whole(&mut self, least: i64, most: i64) -> Option<i64> {
        whole(&typed::number(&self.value), least, most).map_err(|why| self.fail(why.words)).ok()
    }

    /// A minute in `zone`, as `type=datetime-local` sends it, that is still to come.
    pub fn later(&mut self, zone: Zone, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let typed = self.value.trim();
        let at = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok())
            .and_then(|at| zone.0.from_local_datetime(&at).earliest())
            .map(|at| at.with_timezone(&Utc));
        match at {
            Some(at) => match against_later(at, now) {
                Some(words) => {
                    self.fail(words);
                    None
                }
                None => Some(at),
            },
            None => {
                self.fail("Enter a date and a time such as 2027-03-29 09:30");
                None
            }
        }
    }

    /// A day as `type=date` sends it; `None` inside when the optional field is empty.
    pub fn day(&mut self) -> Option<Option<NaiveDate>> {
        let typed = self.value.trim();
        if typed.is_empty() && self.optional {
            return Some(None);
        }
        match NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
            Ok(day) if (2000..2200).contains(&chrono::Datelike::year(&day)) => Some(Some(day)),
            Ok(_) => {
                self.fail("Enter a day of the years 2000 to 2199");
                None
            }
            _ => {
                self.fail("Enter a date such as 2027-03-29");
                None
            }
        }
    }
}

/// Why something cannot be planned for `at`: it is over, or too far ahead.
pub fn against_later(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Words> {
    if at <= now {
        return Some(t!("Enter a time that is still to come"));
    }
    let far = Some(at) > now.checked_add_months(Months::new(12 * FURTHEST));
    far.then(|| Words::new("Enter a time within the next {years} years").with("years", FURTHEST))
}

/// As [`Field::whole`], of a text without what nobody sees.
///
/// # Errors
/// Why it is none.
pub fn whole(typed: &str, least: i64, most: i64) -> Result<i64, Why> {
    if typed.is_empty() || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Why::new("whole", "Enter a whole number in digits alone, such as 12 or 1200"));
    }
    match typed.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        Ok(_) => {
            let words = Words::new("Enter a number from {least} to {most}").with("least", least).with("most", most);
            Err(Why::new("range", words))
        }
        Err(_) => Err(Why::new("range", Words::new("Enter at most {most}").with("most", most))),
    }
}

/// A link without what nobody sees, its scheme as everybody writes it.
pub fn link(typed: &str) -> String {
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
pub fn followed(link: &str) -> Result<(), Why> {
    let web = link.starts_with("https://") || link.starts_with("http://");
    if !web || !link.validate_url() || link.contains(' ') {
        return Err(Why::new("link", "Enter a link that starts with https://"));
    }
    if names_a_person(link) {
        const WORDS: &str = "Enter the link without a user name and a password: everybody who sees it could read them";
        return Err(Why::new("credentials", WORDS));
    }
    Ok(())
}

/// Whether mail can be addressed so. Letters of all scripts may stand before the `@`, as RFC 6531 allows.
pub fn is_email(email: &str) -> bool {
    let Some((name, domain)) = email.rsplit_once('@') else { return false };
    let Ok(domain) = idna::domain_to_ascii(domain) else { return false };
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() && !c.is_ascii() { 'x' } else { c }).collect();
    // what is written with marks, as Hindi is, has them between letters
    let plain: String = plain.chars().filter(|c| c.is_ascii() || c.is_control() || c.is_whitespace()).collect();
    email.len() <= 254 && name.len() <= 64 && format!("{plain}@{domain}").validate_email()
}

/// Asks for what is missing. Until every module gives the sentence, the words behind "Enter" show as they are.
fn asked(missing: &'static str) -> Words {
    if missing.starts_with("Enter ") { missing.into() } else { Words::data(format!("Enter {missing}")) }
}

/// The errors of a form, in the order of its fields.
pub fn errors<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<FieldError> {
    fields.into_iter().filter_map(|field| Some((field.name.to_string(), field.error.clone()?))).collect()
}

/// Whether a link carries who opens it, `https://user:password@…`: a secret, or a place that pretends to be another.
fn names_a_person(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_text_says_what_to_do() {
        let mut field = Field::new("name", "Name").filled("  ");
        assert_eq!(field.text("Enter a name", 5), None);
        assert_eq!(field.error, Some(Words::new("Enter a name")));
    }

    #[test]
    fn length_is_counted_as_people_count() {
        assert_eq!(Field::new("name", "Name").filled("ééééé").text("Enter a name", 5).as_deref(), Some("ééééé"));
        assert_eq!(Field::new("name", "Name").filled("éééééé").text("Enter a name", 5), None);
    }

    #[test]
    fn a_number_is_digits_alone() {
        let typed = |typed: &str| {
            let mut field = Field::new("n", "N").filled(typed);
            (field.whole(1, 1_000), field.error)
        };
        for (good, number) in
            [("1", 1), (" 12 ", 12), ("1000", 1_000), ("007", 7), ("5\u{200b}", 5), ("１２", 12), ("٥", 5)]
        {
            assert_eq!(typed(good), (Some(number), None), "{good}");
        }
        for bad in [
            "1.000",
            "1,000",
            "1 000",
            "1'000",
            "1\u{a0}000",
            "10.00",
            "5.",
            "+5",
            "-5",
            "1²",
            "①",
            "½",
            "1\n2",
            "five",
            "",
        ] {
            let (none, words) = typed(bad);
            assert_eq!(none, None, "{bad}");
            assert_eq!(
                words.map(|words| words.to_string()).as_deref(),
                Some("Enter a whole number in digits alone, such as 12 or 1200"),
                "{bad}"
            );
        }
        assert_eq!(typed("0").1.map(|words| words.to_string()).as_deref(), Some("Enter a number from 1 to 1,000"));
        assert_eq!(
            typed("99999999999999999999").1.map(|words| words.to_string()).as_deref(),
            Some("Enter at most 1,000")
        );
    }

    #[test]
    fn a_time_is_to_come_and_not_out_of_reach() {
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        let said = |typed: &str| {
            let mut field = Field::new("at", "At").filled(typed);
            field.later(Zone::UTC, now).map_or_else(|| field.error.unwrap_or_default().to_string(), |_| String::new())
        };
        assert_eq!(said("2026-11-25T12:01"), "");
        assert_eq!(said("2036-11-25T12:00"), "");
        assert_eq!(said("2026-11-25T12:00"), "Enter a time that is still to come");
        for far in ["2036-11-25T12:01", "9999-01-01T00:00"] {
            assert_eq!(said(far), "Enter a time within the next 10 years", "{far}");
        }
        assert!(said("soon").starts_with("Enter a date and a time such as"));
    }

    #[test]
    fn links_lead_only_to_the_web() {
        for bad in ["javascript:alert(1)", "ftp://a.example", "https://", "https://a b.example", "data:text/html,x"] {
            assert_eq!(Field::new("link", "Link").filled(bad).link(200), None, "{bad}");
        }
        for secret in [
            "https://user:pass@a.example",
            "http://user@a.example/",
            "https://:pass@a.example/x",
            "HTTPS://u%40x:p@a.example",
        ] {
            let mut field = Field::new("link", "Link").filled(secret);
            assert_eq!(field.link(200), None, "{secret}");
            assert!(
                field.error.is_some_and(|error| error.to_string().contains("without a user name and a password")),
                "{secret}"
            );
        }
        for (typed, kept) in [
            ("https://example.com/a@b:c?d=e@f", "https://example.com/a@b:c?d=e@f"),
            ("https://example.com/a?b=c", "https://example.com/a?b=c"),
            ("HTTPS://Example.com/A", "https://Example.com/A"),
            ("\u{200b}Http://example.com\u{2060} ", "http://example.com"),
            ("https://bücher.example/ü", "https://bücher.example/ü"),
        ] {
            assert_eq!(Field::new("link", "Link").filled(typed).link(200).as_deref(), Some(kept), "{typed}");
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
            assert_eq!(Field::new("email", "Email").filled(typed).email().as_deref(), Some(kept), "{typed}");
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
            assert_eq!(Field::new("email", "Email").filled(bad).email(), None, "{bad}");
        }
    }
}
