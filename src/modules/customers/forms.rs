//! The forms of a tier account.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Type, store::AccountRow};
use crate::{
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        typed,
    },
    modules::marketplaces::reference,
};

/// What is known of an account, besides its place in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    pub name: String,
    /// The owner's own number for it.
    pub external_id: String,
    /// The key by which orders find it again; made when it is left empty.
    pub external_uid: Option<Uuid>,
    pub tax_id: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub state: String,
    pub city: String,
    pub postal_code: String,
    pub address_line1: String,
    pub address_line2: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// E.164, or nothing.
    pub phone: String,
}

impl Data {
    /// The values as the form has them, in its order.
    pub fn values(&self) -> [String; 14] {
        let mut values = self.lines().map(|(_, value)| value);
        values[4].clone_from(&self.country);
        values
    }

    /// Whom to talk to, by the whole name. Not everybody has two.
    pub fn contact(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim_end().to_owned()
    }

    /// Labels and values, in the order of the form; the values as people read them.
    pub fn lines(&self) -> [(&'static str, String); 14] {
        [
            ("Name", self.name.clone()),
            ("External ID", self.external_id.clone()),
            ("External UID", self.external_uid.map(|uid| uid.to_string()).unwrap_or_default()),
            ("Tax ID", self.tax_id.clone()),
            ("Country", reference::country_names(std::slice::from_ref(&self.country)).join("")),
            ("State", self.state.clone()),
            ("City", self.city.clone()),
            ("Postal code", self.postal_code.clone()),
            ("Address", self.address_line1.clone()),
            ("Address, line 2", self.address_line2.clone()),
            ("First name", self.first_name.clone()),
            ("Last name", self.last_name.clone()),
            ("Email", self.email.clone()),
            ("Phone", self.phone.clone()),
        ]
    }
}

pub struct DataForm {
    pub name: Field,
    pub external_id: Field,
    pub external_uid: Field,
    pub tax_id: Field,
    pub country: Field,
    pub state: Field,
    pub city: Field,
    pub postal_code: Field,
    pub address_line1: Field,
    pub address_line2: Field,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub phone: Field,
}

impl DataForm {
    pub fn empty() -> Self {
        Self {
            name: Field::new("name", "Name").hint("The company, or the person."),
            external_id: Field::new("external_id", "External ID").hint("How your own system numbers it.").optional(),
            external_uid: Field::new("external_uid", "External UID")
                .hint("The key by which your system finds it again. Made for you when left empty.")
                .optional(),
            tax_id: Field::new("tax_id", "Tax ID").optional(),
            country: Field::new("country", "Country"),
            state: Field::new("state", "State or region").optional(),
            city: Field::new("city", "City"),
            postal_code: Field::new("postal_code", "Postal code").hint("Where the country has them.").optional(),
            address_line1: Field::new("address_line1", "Address"),
            address_line2: Field::new("address_line2", "Address, line 2").optional(),
            first_name: Field::new("first_name", "First name"),
            last_name: Field::new("last_name", "Last name").optional(),
            email: Field::new("email", "Email").hint("Questions about orders go there."),
            phone: Field::new("phone", "Phone").hint("With the country's code, such as +1 215 555 0100.").optional(),
        }
    }

    /// Every field, in the order of the form.
    fn fields(&mut self) -> [&mut Field; 14] {
        [
            &mut self.name,
            &mut self.external_id,
            &mut self.external_uid,
            &mut self.tax_id,
            &mut self.country,
            &mut self.state,
            &mut self.city,
            &mut self.postal_code,
            &mut self.address_line1,
            &mut self.address_line2,
            &mut self.first_name,
            &mut self.last_name,
            &mut self.email,
            &mut self.phone,
        ]
    }

    pub fn typed(fields: &Fields) -> Self {
        let mut form = Self::empty();
        for field in form.fields() {
            fields.text(&field.name).clone_into(&mut field.value);
        }
        form
    }

    pub fn filled(data: &Data) -> Self {
        let mut form = Self::empty();
        for (field, value) in form.fields().into_iter().zip(data.values()) {
            field.value = value;
        }
        form
    }

    /// Filled with these values, in the order of the form, and the messages where one does not do; each with its place in that order.
    pub fn check(values: [String; 14]) -> Result<Data, Vec<(usize, String)>> {
        let mut form = Self::empty();
        for (field, value) in form.fields().into_iter().zip(values) {
            field.value = value;
        }
        form.parse().ok_or_else(|| {
            let errors = form.fields().into_iter().enumerate();
            errors.filter_map(|(place, field)| Some((place, field.error.take()?))).collect()
        })
    }

    pub fn parse(&mut self) -> Option<Data> {
        let name = self.name.line("a name", 255);
        let external_id = self.external_id.key("an external ID", 128);
        let external_uid = self.parse_uid();
        let tax_id = self.tax_id.key("a tax ID", 64);
        if !reference::is_country(&self.country.value) {
            self.country.fail("Choose a country");
        }
        let state = self.state.line("a state", 128);
        let city = self.city.line("a city", 128);
        let postal_code = self.parse_postal_code();
        let address_line1 = self.address_line1.line("an address", 255);
        let address_line2 = self.address_line2.line("an address", 255);
        let first_name = self.first_name.line("a first name", 128);
        let last_name = self.last_name.line("a last name", 128);
        let email = self.email.email();
        let phone = self.parse_phone();
        if self.country.error.is_some() {
            return None;
        }
        Some(Data {
            name: name?,
            external_id: external_id?,
            external_uid: external_uid?,
            tax_id: tax_id?,
            country: self.country.value.clone(),
            state: state?,
            city: city?,
            postal_code: postal_code?,
            address_line1: address_line1?,
            address_line2: address_line2?,
            first_name: first_name?,
            last_name: last_name?,
            email: email?,
            phone: phone?,
        })
    }

    fn parse_uid(&mut self) -> Option<Option<Uuid>> {
        let typed = typed::key(&self.external_uid.value);
        if typed.is_empty() {
            return Some(None);
        }
        match typed.parse() {
            Ok(uid) => Some(Some(uid)),
            Err(_) => {
                self.external_uid.fail("Enter a UID such as 8f14e45f-ceea-467f-9f0b-4d9d1a3c2b10, or leave it empty");
                None
            }
        }
    }

    /// Without one where mail does without; the country was asked for before.
    fn parse_postal_code(&mut self) -> Option<String> {
        let code = self.postal_code.key("a postal code", 32)?;
        if code.is_empty() && reference::needs_postal_code(&self.country.value) {
            let country = reference::country_names(std::slice::from_ref(&self.country.value)).join("");
            self.postal_code.fail(format!("Enter the postal code: addresses in {country} have one"));
            return None;
        }
        Some(code)
    }

    /// A number of the country, or of any when it begins with a plus.
    fn parse_phone(&mut self) -> Option<String> {
        if typed::key(&self.phone.value).is_empty() {
            Some(String::new())
        } else {
            reference::phone(&mut self.phone, &self.country.value)
        }
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let countries = reference::countries();
        let countries = std::iter::once(Pick::new("", "Choose a country", "")).chain(countries).collect();
        page.group("General")
            .ask(&self.name, Ask::Line)
            .ask(&self.external_id, Ask::Line)
            .ask(&self.external_uid, Ask::Line)
            .ask(&self.tax_id, Ask::Line)
            .group("Address")
            .ask(&self.country, Ask::Select(countries))
            .ask(&self.state, Ask::Line)
            .ask(&self.city, Ask::Line)
            .ask(&self.postal_code, Ask::Line)
            .ask(&self.address_line1, Ask::Line)
            .ask(&self.address_line2, Ask::Line)
            .group("Technical contact")
            .ask(&self.first_name, Ask::Line)
            .ask(&self.last_name, Ask::Line)
            .ask(&self.email, Ask::Email)
            .ask(&self.phone, Ask::Phone)
    }
}

/// The types, as the wizard offers them.
pub fn types(may_customer: bool) -> Vec<Pick> {
    Type::ALL
        .iter()
        .filter(|type_| may_customer || **type_ == Type::Reseller)
        .map(|type_| Pick::new(type_.key(), type_.label(), type_.about()))
        .collect()
}

/// The label of the line that names the account above.
pub const PARENT: &str = "Parent";

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub label: &'static str,
    pub old: String,
    pub new: String,
}

impl Changed {
    /// Names the parents, by their ids, when it is they who differ.
    pub fn name_parents(&mut self, names: &HashMap<String, String>) {
        if self.label != PARENT {
            return;
        }
        for id in [&mut self.old, &mut self.new] {
            if let Some(name) = names.get(id) {
                *id = format!("{name} ({id})");
            }
        }
    }
}

/// What an account was at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub parent: Option<String>,
    #[serde(flatten)]
    pub data: Data,
}

impl Snapshot {
    pub fn of(row: &AccountRow) -> Self {
        Self { parent: row.parent_id.as_ref().map(ToString::to_string), data: row.data() }
    }

    /// Field by field, what differs from the one before.
    pub fn changes_since(&self, before: &Self) -> Vec<Changed> {
        let parent = (PARENT, before.parent.clone().unwrap_or_default(), self.parent.clone().unwrap_or_default());
        let lines = before.data.lines().into_iter().zip(self.data.lines());
        let lines = lines.map(|((label, old), (_, new))| (label, old, new));
        std::iter::once(parent)
            .chain(lines)
            .filter(|(_, old, new)| old != new)
            .map(|(label, old, new)| Changed { label, old, new })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(more: &[(&str, &str)]) -> DataForm {
        let base = [
            ("name", "Adrian's Pets"),
            ("country", "US"),
            ("city", "Philadelphia"),
            ("postal_code", "19125"),
            ("address_line1", "2146 North Front Street"),
            ("first_name", "Adrian"),
            ("last_name", "Pennino"),
            ("email", "adrian@pets.example"),
        ];
        let mut pairs: Vec<(String, String)> = more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        pairs.extend(base.map(|(n, v)| (n.to_owned(), v.to_owned())));
        DataForm::typed(&Fields::new(pairs))
    }

    #[test]
    fn a_phone_is_kept_as_the_world_writes_it() {
        for (phone, kept) in [("(215) 563-0700", "+12155630700"), ("+49 30 901820", "+4930901820"), ("", "")] {
            assert_eq!(form(&[("phone", phone)]).parse().map(|data| data.phone), Some(kept.to_owned()), "{phone}");
        }
        for phone in ["＋１　２１５　５６３　０７００", "\u{202a}+1 215 563 0700\u{202c}", "+١٢١٥٥٦٣٠٧٠٠"]
        {
            assert_eq!(
                form(&[("phone", phone)]).parse().map(|data| data.phone),
                Some("+12155630700".into()),
                "{phone}"
            );
        }
        for phone in ["call me", "12", "+1", "+49 30 901820 ext. 5"] {
            assert!(form(&[("phone", phone)]).parse().is_none(), "{phone}");
        }
    }

    #[test]
    fn what_is_missing_is_said_and_what_is_strange_refused() {
        assert!(form(&[]).parse().is_some());
        for bad in [("country", "XX"), ("email", "nobody"), ("external_uid", "7"), ("name", " ")] {
            assert!(form(&[bad]).parse().is_none(), "{bad:?}");
        }
    }

    #[test]
    fn nobody_is_asked_for_what_their_country_or_their_name_does_not_have() {
        for country in ["HK", "AE", "QA", "IE", "PA", "XK"] {
            assert!(form(&[("country", country), ("postal_code", "")]).parse().is_some(), "{country}");
        }
        for country in ["US", "DE", "JP", "BR"] {
            let mut form = form(&[("country", country), ("postal_code", " ")]);
            assert!(form.parse().is_none(), "{country}");
            assert!(
                form.postal_code.error.is_some_and(|words| words.starts_with("Enter the postal code")),
                "{country}"
            );
        }
        assert!(form(&[("last_name", "")]).parse().is_some());
        assert!(form(&[("first_name", "")]).parse().is_none());
        assert_eq!(
            form(&[("country", "XK"), ("phone", "038 212 345")]).parse().map(|data| data.phone),
            Some("+38338212345".into())
        );
    }

    #[test]
    fn keys_lose_what_nobody_sees() {
        let data = form(&[
            ("external_id", "\u{200b}C-1\u{ad}"),
            ("tax_id", "ＤＥ\u{a0}811"),
            ("email", "a@pets.example\u{2060}"),
        ])
        .parse();
        let data = data.expect("it parses");
        assert_eq!(
            (data.external_id.as_str(), data.tax_id.as_str(), data.email.as_str()),
            ("C-1", "DE 811", "a@pets.example")
        );
    }

    #[test]
    fn a_form_reads_back_what_it_was_filled_with() {
        let data = form(&[("phone", "+12155630700"), ("tax_id", "US-1")]).parse().unwrap();
        assert_eq!(DataForm::filled(&data).parse(), Some(data));
    }

    #[test]
    fn a_difference_names_what_changed_and_nothing_else() {
        let old = Snapshot { parent: Some("TA-0000-0000-0001".into()), data: form(&[]).parse().unwrap() };
        let mut new = old.clone();
        assert!(new.changes_since(&old).is_empty());
        new.parent = None;
        new.data.city = "Camden".into();
        let labels: Vec<_> = new.changes_since(&old).into_iter().map(|one| one.label).collect();
        assert_eq!(labels, ["Parent", "City"]);
    }
}
