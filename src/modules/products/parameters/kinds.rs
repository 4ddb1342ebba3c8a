//! How a value of a parameter is typed, checked and asked, by its type. It is kept as text.

use super::{Type, data::is_domain, store::ParameterRow};
use crate::{
    kit::{
        form::{MANY, Pick},
        form_page::Ask,
        input::{
            Kind,
            kinds::{Email, Link, Text},
        },
        typed,
        vault::Vault,
        violation::{Why, Words},
    },
    modules::marketplaces::reference,
    t,
};

/// The value of a parameter of any type but an address, which has several fields ([`super::address`]).
pub struct ValueOf {
    row: ParameterRow,
    /// Seals what is secret before it goes anywhere.
    vault: Vault,
    /// The sealed secret that there is.
    sealed: String,
}

const TEXT: Text = Text(4_000, 1);
const OBJECT: Text = Text(8_000, 4);
const LINK: Link = Link(2_048);

impl ValueOf {
    pub fn new(row: ParameterRow, vault: Vault) -> Self {
        Self { row, vault, sealed: String::new() }
    }

    /// The same where there is a secret already: typed once more, it stays as it was sealed.
    pub fn sealed(self, sealed: &str) -> Self {
        Self { sealed: sealed.to_owned(), ..self }
    }

    fn picks(&self) -> Vec<Pick> {
        self.row.choices().into_iter().map(|one| Pick::new(one.value, one.label, "")).collect()
    }

    fn domain(&self, text: String) -> Result<String, Why> {
        let below = || {
            let domains = self.row.choices();
            domains.iter().any(|one| text.ends_with(&format!(".{}", one.value.to_lowercase())))
        };
        match self.row.type_ {
            Type::Subdomain if !(is_domain(&text) && below()) => {
                Err(Why::new("domain", "Enter a name under one of the domains offered"))
            }
            _ if !is_domain(&text) => Err(Why::new("domain", "Enter a domain such as example.com")),
            _ => Ok(text),
        }
    }

    fn seal(&self, typed: &str) -> Result<String, Why> {
        let (least, most) = (self.row.min_length.unwrap_or(1), self.row.max_length.unwrap_or(1_000));
        let length = typed.chars().count();
        if !(least as usize..=most as usize).contains(&length) {
            return Err(Why::new("length", t!("Enter {least} to {most} characters", least, most)));
        }
        let of = self.row.id.as_str();
        // the same again is no change
        if self.vault.open(of, &self.sealed).is_ok_and(|kept| kept == typed) {
            return Ok(self.sealed.clone());
        }
        self.vault.seal(of, typed).map_err(|_| Why::new("secret", "This could not be stored securely. Try again"))
    }

    fn chosen(&self, text: &str) -> Result<String, Why> {
        let choices = self.row.choices();
        let chosen: Vec<&str> = text.split(MANY).filter(|value| !value.is_empty()).collect();
        match chosen.iter().all(|value| choices.iter().any(|one| one.value == *value)) {
            true => Ok(chosen.join("\n")),
            false => Err(Why::new("choice", "Choose one of the options")),
        }
    }
}

impl Kind for ValueOf {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        match self.row.type_ {
            Type::Text | Type::Address => TEXT.tidy(text),
            Type::Object => OBJECT.tidy(text),
            Type::Email => Email.tidy(text),
            Type::Url => LINK.tidy(text),
            Type::Phone => typed::key(text),
            Type::Domain | Type::Subdomain => typed::key(text).replace('\u{3002}', ".").to_lowercase(),
            // every sign of a secret counts
            Type::Password if text.trim().is_empty() => String::new(),
            Type::Password => text.to_owned(),
            Type::Dropdown | Type::Choice | Type::Checkbox => text.trim().to_owned(),
        }
    }

    fn value(&self, text: String, label: &Words) -> Result<String, Why> {
        match self.row.type_ {
            Type::Text | Type::Address => TEXT.value(text, label),
            Type::Email => Email.value(text, label),
            Type::Url => LINK.value(text, label),
            Type::Phone => reference::phone(&text, &self.row.default_value),
            Type::Domain | Type::Subdomain => self.domain(text),
            Type::Password => self.seal(&text),
            Type::Object => {
                let text = OBJECT.value(text, label)?;
                match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text) {
                    Ok(_) => Ok(text),
                    Err(_) => Err(Why::new("object", "Enter an object as JSON, such as {\"size\": 2}")),
                }
            }
            Type::Dropdown | Type::Choice | Type::Checkbox => self.chosen(&text),
        }
    }

    fn text(&self, value: &String) -> String {
        match self.row.type_ {
            Type::Checkbox => value.replace('\n', MANY),
            Type::Password => String::new(),
            _ => value.clone(),
        }
    }

    fn ask(&self) -> Ask {
        match self.row.type_ {
            Type::Text | Type::Domain | Type::Subdomain | Type::Address => Ask::Line,
            Type::Email => Ask::Email,
            Type::Phone => Ask::Phone,
            Type::Url => Ask::Link,
            Type::Object => OBJECT.ask(),
            Type::Password => Ask::Secret,
            Type::Dropdown => Ask::from_list("Choose one", self.picks()),
            Type::Choice => Ask::Cards(self.picks()),
            Type::Checkbox => Ask::Checks(self.picks()),
        }
    }
}
