//! What is known of a tier account: one table for the form, the rows of a sheet and the published object.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    input,
    kit::{
        api::{Object, Schema},
        form_page::Ask,
        input::{
            Input as _, Kind, json,
            kinds::{Email, Key, Line, Uid},
        },
        typed,
        violation::{Violation, Violations, Why, Words},
    },
    modules::marketplaces::reference::{self, Country},
};

input! {
    /// The data of an account, apart from its place in a tree.
    pub struct Data, Draft settled by settle {
        "General" {
            name: String = Line(255), "Name", at "name", missing "Enter a name", hint "Name of the company or person.";
            /// The owner's own number for it.
            external_id: String = Key(128), "External ID", at "external_id", hint "The ID in your own system.";
            /// The key by which orders find it again; made when it is left empty.
            external_uid: Option<Uuid> = Uid, "External UID", at "external_uid",
                hint "The key your system uses to identify it. Generated if you leave it empty.";
            tax_id: String = Key(64), "Tax ID", at "tax_id";
        }
        "Address" {
            /// ISO 3166-1 alpha-2.
            country: String = Country, "Country", at "contact_info.country", missing "Choose a country";
            state: String = Line(128), "State or region", at "contact_info.state";
            city: String = Line(128), "City", at "contact_info.city", missing "Enter a city";
            postal_code: String = Key(32), "Postal code", at "contact_info.postal_code", hint "If the country uses them.";
            address_line1: String = Line(255), "Address", at "contact_info.address_line1", missing "Enter an address";
            address_line2: String = Line(255), "Address, line 2", at "contact_info.address_line2";
        }
        "Technical contact" {
            first_name: String = Line(128), "First name", at "contact_info.contact.first_name", missing "Enter a first name";
            last_name: String = Line(128), "Last name", at "contact_info.contact.last_name";
            email: String = Email, "Email", at "contact_info.contact.email", missing "Enter an email address",
                hint "Gets questions about orders.";
            phone: PhoneNumber = Phone, "Phone", at "contact_info.contact.phone_number",
                hint "Include the country code, such as +1 215 555 0100 or +1 215 555 0100 ext. 12.";
        }
    }
}

impl Data {
    /// Whom to talk to, by the whole name. Not everybody has two.
    pub fn contact(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim_end().to_owned()
    }

    /// Labels and values, in the order of the form; the values as people read them.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, Words)> {
        Self::TABLE.iter().map(|entry| entry.label).zip(self.shown())
    }
}

/// What one field cannot know: a postal code is needed where the country has them, and a phone number is of a country.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    let country = draft.country.as_deref().unwrap_or_default();
    if draft.postal_code.as_deref() == Some("") && reference::needs_postal_code(country) {
        let words = Words::new("Enter the postal code: addresses in {country} have one")
            .with("country", reference::country_name(country));
        wrong.push(Violation::new("postal_code", Why::new("missing", words)));
    }
    if let Some(phone) = draft.phone.as_mut().filter(|phone| !phone.number.is_empty()) {
        match reference::phone_and_extension(&phone.to_string(), country) {
            Ok((number, extension)) => *phone = PhoneNumber { number, extension },
            Err(why) => wrong.push(Violation::new("phone", why)),
        }
    }
}

/// A phone number in E.164, or nothing, and the digits that are dialled behind it. It is kept, and read back, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct PhoneNumber {
    pub number: String,
    pub extension: String,
}

/// What stands between the two.
const BEFORE_EXTENSION: &str = " ext. ";

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)?;
        if self.extension.is_empty() { Ok(()) } else { write!(f, "{BEFORE_EXTENSION}{}", self.extension) }
    }
}

impl From<String> for PhoneNumber {
    fn from(text: String) -> Self {
        match text.split_once(BEFORE_EXTENSION) {
            Some((number, extension)) => Self { number: number.to_owned(), extension: extension.to_owned() },
            None => Self { number: text, extension: String::new() },
        }
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> Self {
        phone.to_string()
    }
}

/// A phone number; [`settle`] reads it, beside its country.
struct Phone;

impl Kind for Phone {
    type Value = PhoneNumber;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<PhoneNumber, Why> {
        Ok(text.into())
    }

    fn text(&self, value: &PhoneNumber) -> String {
        value.to_string()
    }

    fn ask(&self) -> Ask {
        Ask::Phone
    }

    /// In parts that make one number. A dash means no extension, as in files that clients write.
    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let Value::Object(parts) = value else { return json::text(value) };
        let part = |name| parts.get(name).map_or_else(|| Ok(String::new()), json::text);
        let number = format!("{}{}{}", part("country_code")?, part("area_code")?, part("phone_number")?);
        let extension = part("extension")?;
        Ok(match extension.trim() {
            "" | "-" => number,
            extension => format!("{number}{BEFORE_EXTENSION}{extension}"),
        })
    }

    fn to_json(&self, value: &PhoneNumber) -> Value {
        let (code, number) = reference::phone_parts(&value.number);
        json!({ "country_code": code, "area_code": "", "phone_number": number, "extension": value.extension })
    }

    fn schema(&self) -> Schema {
        let parts = ["country_code", "area_code", "phone_number", "extension"];
        let object = parts.iter().fold(Object::new(), |object, part| object.maybe(part, Schema::text()));
        object.named("PhoneNumber")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{fields::Fields, input::Form};

    fn read(more: &[(&str, &str)]) -> Result<Data, Violations> {
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
        let given = |name| more.iter().chain(&base).find(|(one, _)| *one == name).map_or("", |(_, value)| value);
        Data::read(&Data::TABLE.iter().map(|entry| given(entry.name).to_owned()).collect::<Vec<_>>())
    }

    /// The code of the only thing that is wrong, and where.
    fn wrong(more: &[(&str, &str)]) -> (String, &'static str) {
        match read(more).unwrap_err().as_slice() {
            [one] => (one.at.to_string(), one.why.code),
            many => panic!("{many:?}"),
        }
    }

    #[test]
    fn a_phone_is_kept_as_the_world_writes_it() {
        for (phone, kept) in [("(215) 563-0700", "+12155630700"), ("+49 30 901820", "+4930901820"), ("", "")] {
            assert_eq!(read(&[("phone", phone)]).map(|data| data.phone.to_string()), Ok(kept.to_owned()), "{phone}");
        }
        for phone in ["＋１　２１５　５６３　０７００", "\u{202a}+1 215 563 0700\u{202c}", "+١٢١٥٥٦٣٠٧٠٠"]
        {
            assert_eq!(read(&[("phone", phone)]).map(|data| data.phone.number), Ok("+12155630700".into()), "{phone}");
        }
        for phone in ["call me", "12", "+1"] {
            assert_eq!(wrong(&[("phone", phone)]), ("phone".into(), "phone"), "{phone}");
        }
    }

    #[test]
    fn an_extension_is_kept_behind_the_number_and_apart_from_it() {
        for phone in ["+49 30 901820 ext. 5", "+49 30 901820 x5", "+4930901820 ext. 5"] {
            let read = read(&[("phone", phone)]).map(|data| data.phone);
            assert_eq!(read, Ok(PhoneNumber { number: "+4930901820".into(), extension: "5".into() }), "{phone}");
        }
        let data = read(&[("phone", "+4930901820 ext. 5")]).unwrap();
        let body = Value::Object(json::publish(Data::TABLE, data.values()));
        let published = &body["contact_info"]["contact"]["phone_number"];
        assert_eq!(
            *published,
            json!({ "country_code": "+49", "area_code": "", "phone_number": "30901820", "extension": "5" })
        );
        assert_eq!(json::read::<Data>(&body, None), Ok(data.clone()));
        // what was kept before there were extensions is text, and so is what is kept now
        let kept = serde_json::to_value(&data).unwrap();
        assert_eq!(kept["phone"], "+4930901820 ext. 5");
        assert_eq!(serde_json::from_value::<Data>(kept).unwrap(), data);
        assert_eq!(wrong(&[("phone", "ext. 5")]), ("phone".into(), "phone"));
    }

    #[test]
    fn what_is_missing_is_said_and_what_is_strange_refused() {
        assert!(read(&[]).is_ok());
        for (bad, code) in [
            (("country", "XX"), "country"),
            (("country", ""), "missing"),
            (("email", "nobody"), "email"),
            (("external_uid", "7"), "uid"),
            (("name", " "), "missing"),
            (("city", &"x".repeat(129)), "too_long"),
        ] {
            assert_eq!(wrong(&[bad]), (bad.0.to_owned(), code), "{bad:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_in_the_order_of_the_form() {
        let all = read(&[("phone", "call me"), ("name", ""), ("postal_code", ""), ("email", "nobody")]).unwrap_err();
        let places: Vec<&str> = all.iter().map(|one| one.at.as_ref()).collect();
        assert_eq!(places, ["name", "postal_code", "email", "phone"]);
    }

    #[test]
    fn nobody_is_asked_for_what_their_country_or_their_name_does_not_have() {
        for country in ["HK", "AE", "QA", "IE", "PA", "XK"] {
            assert!(read(&[("country", country), ("postal_code", "")]).is_ok(), "{country}");
        }
        for country in ["US", "DE", "JP", "BR"] {
            let all = read(&[("country", country), ("postal_code", " ")]).unwrap_err();
            assert!(all[0].why.words.to_string().starts_with("Enter the postal code"), "{country}");
        }
        assert!(read(&[("last_name", "")]).is_ok());
        assert!(read(&[("first_name", "")]).is_err());
        let number = read(&[("country", "XK"), ("phone", "038 212 345")]).map(|data| data.phone.number);
        assert_eq!(number, Ok("+38338212345".into()));
    }

    #[test]
    fn keys_lose_what_nobody_sees() {
        let data = read(&[
            ("external_id", "\u{200b}C-1\u{ad}"),
            ("tax_id", "ＤＥ\u{a0}811"),
            ("email", "a@pets.example\u{2060}"),
        ]);
        let data = data.expect("it reads");
        assert_eq!(
            (data.external_id.as_str(), data.tax_id.as_str(), data.email.as_str()),
            ("C-1", "DE 811", "a@pets.example")
        );
    }

    #[test]
    fn what_is_written_reads_back_from_every_source() {
        let data = read(&[
            ("phone", "+12155630700"),
            ("tax_id", "US-1"),
            ("external_uid", "8f14e45f-ceea-467f-9f0b-4d9d1a3c2b10"),
        ])
        .unwrap();
        assert_eq!(Data::read(&data.texts()), Ok(data.clone()));
        assert_eq!(Form::filled(&data).read(), Some(data.clone()));
        let body = Value::Object(json::publish(Data::TABLE, data.values()));
        assert_eq!(body["contact_info"]["contact"]["phone_number"]["phone_number"], "2155630700");
        assert_eq!(json::read::<Data>(&body, None), Ok(data));
    }

    #[test]
    fn a_body_changes_what_it_names_and_leaves_the_rest() {
        let before = read(&[("phone", "+12155630700"), ("tax_id", "US-1")]).unwrap();
        let body = json!({ "name": "Adrian's", "tax_id": null, "contact_info": { "country": "us", "contact": null } });
        let after = json::read(&body, Some(&before)).unwrap();
        assert_eq!(after, Data { name: "Adrian's".into(), tax_id: String::new(), ..before.clone() });
        let body = json!({ "name": 5, "tax_id": "x".repeat(65), "contact_info": { "contact": [] } });
        let wrong = json::read(&body, Some(&before)).unwrap_err();
        let told: Vec<_> = wrong.iter().map(|one| (json::place::<Data>(&one.at), one.why.code)).collect();
        assert_eq!(told, [("name", "type"), ("tax_id", "too_long"), ("contact_info.contact", "type")]);
    }

    #[test]
    fn a_wrong_value_is_refused_alike_from_every_source() {
        let long = "x".repeat(300);
        for entry in Data::TABLE {
            for text in ["", " ", "\u{200b}", "nobody", "XX", "de", "+1", &long] {
                let base = read(&[]).unwrap().texts();
                let place = Data::TABLE.iter().position(|one| one.name == entry.name).unwrap();
                let mut texts = base;
                texts[place] = text.to_owned();
                let read = Data::read(&texts);
                let pairs = Data::TABLE.iter().map(|one| one.name.to_owned()).zip(texts.iter().cloned()).collect();
                let mut form = Form::<Data>::typed(&Fields::new(pairs));
                assert_eq!(form.read(), read.clone().ok(), "{}: {text}", entry.name);
                let values = texts.iter().map(|text| Value::String(text.clone()));
                let body = Value::Object(json::publish(Data::TABLE, values));
                assert_eq!(json::read::<Data>(&body, None), read, "{}: {text}", entry.name);
            }
        }
    }
}
