//! What a company says of itself.

use diesel::prelude::*;

use super::tongues;
use crate::{
    input,
    kit::{
        form_page::Ask,
        input::{
            Kind,
            kinds::{Email, Key, Line, Link, Several, Text},
        },
        typed,
        violation::{Violation, Violations, Why, Words},
    },
    modules::marketplaces::reference::{self, Country},
    schema::accounts,
};

input! {
    /// What General says.
    #[derive(Queryable, Selectable, AsChangeset)]
    #[diesel(table_name = accounts)]
    pub struct Profile, ProfileDraft settled by settle {
        "" {
            name: String = Line(64), "Name", at "name", missing "Enter the company's name", hint "Your legal name, including the legal form.";
            description: String = Text(512, 3), "Description", at "description",
                hint "Shown to your partners. Up to 512 characters.";
            tax_id: String = Key(64), "Tax ID", at "tax_id";
            websites: Vec<String> = Websites, "Websites", at "websites", hint "One per line, up to 10. Shown to your partners.";
        }
        "Headquarters" {
            /// ISO 3166-1 alpha-2, or nothing.
            country: String = Country, "Country", at "headquarters.country", hint "Shown to your partners with the address.";
            region: String = Line(128), "State or region", at "headquarters.state";
            city: String = Line(128), "City", at "headquarters.city";
            postal_code: String = Key(32), "Postal code", at "headquarters.postal_code", hint "If the country uses them.";
            address_line1: String = Line(255), "Address", at "headquarters.address_line1";
            address_line2: String = Line(255), "Address, line 2", at "headquarters.address_line2";
        }
        "Business" {
            countries: Vec<String> = Several { picks: reference::countries, wrong: "Choose countries from the list" }, "Countries",
                at "countries", hint "Where you do business.";
            languages: Vec<String> = Several { picks: tongues::picks, wrong: "Choose languages from the list" }, "Languages",
                at "languages", hint "The languages your people speak with partners.";
        }
        "Support" {
            support_email: String = Email, "Support email", at "support.email",
                hint "Help shows these to your own people. A distributor's are also shown to its partners.";
            support_phone: String = Phone, "Support phone", at "support.phone",
                hint "Include the country code, such as +1 215 555 0100.";
            support_url: String = Link(1_024), "Support website", at "support.url";
        }
    }
}

/// What one field cannot know: an address is in a country, and needs a postal code where the country has them.
fn settle(draft: &mut ProfileDraft, wrong: &mut Violations) {
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    let (street, country) = (given(&draft.address_line1), draft.country.clone().unwrap_or_default());
    let begun = street || [&draft.region, &draft.city, &draft.postal_code, &draft.address_line2].into_iter().any(given);
    if begun && draft.country.as_deref() == Some("") {
        wrong.push(Violation::new("country", Why::missing("Choose the country of this address")));
    }
    if street && draft.postal_code.as_deref() == Some("") && reference::needs_postal_code(&country) {
        let words = Words::new("Enter the postal code: addresses in {country} have one")
            .with("country", reference::country_name(&country));
        wrong.push(Violation::new("postal_code", Why::new("missing", words)));
    }
}

/// A phone number in E.164, with the code of its country.
pub struct Phone;

impl Kind for Phone {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        reference::phone(&text, "")
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Phone
    }
}

/// Web addresses, one on each line, each once.
struct Websites;

/// How many websites a company names.
const MOST_WEBSITES: usize = 10;
const WEBSITE: Link = Link(255);

impl Kind for Websites {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, label: &Words) -> Result<Vec<String>, Why> {
        let mut found: Vec<String> = Vec::new();
        for line in text.split_whitespace() {
            let site = WEBSITE.value(WEBSITE.tidy(line), label)?;
            if !found.contains(&site) {
                found.push(site);
            }
        }
        if found.len() > MOST_WEBSITES {
            return Err(Why::new("too_many", Words::new("Enter at most {n} websites").with("n", MOST_WEBSITES)));
        }
        Ok(found)
    }

    fn text(&self, value: &Vec<String>) -> String {
        value.join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(3)
    }
}

/// Where a company has its headquarters, as an address is written: each line of it; nothing of what is not known.
pub fn headquarters(address: &Address) -> Words {
    let place = [&address.postal_code, &address.city].map(String::as_str).join(" ");
    let lines = [&address.address_line1, &address.address_line2, &place, &address.region].map(|line| line.trim());
    let lines = lines.into_iter().filter(|line| !line.is_empty()).map(Words::data);
    let country = Some(reference::country_name(&address.country)).filter(|country| !country.is_empty());
    Words::lines(lines.chain(country))
}

/// The address of a company's headquarters.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Address {
    pub country: String,
    pub region: String,
    pub city: String,
    pub postal_code: String,
    pub address_line1: String,
    pub address_line2: String,
}

impl Profile {
    pub fn address(&self) -> Address {
        Address {
            country: self.country.clone(),
            region: self.region.clone(),
            city: self.city.clone(),
            postal_code: self.postal_code.clone(),
            address_line1: self.address_line1.clone(),
            address_line2: self.address_line2.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Input as _;

    fn read(given: &[(&str, &str)]) -> Result<Profile, Vec<(String, &'static str)>> {
        let of = |name| given.iter().find(|(one, _)| *one == name).map_or("", |(_, text)| text);
        let texts: Vec<String> = Profile::TABLE.iter().map(|entry| of(entry.name).to_owned()).collect();
        Profile::read(&texts).map_err(|wrong| wrong.into_iter().map(|one| (one.at.to_string(), one.why.code)).collect())
    }

    #[test]
    fn a_company_needs_a_name_and_nothing_else() {
        assert!(read(&[("name", "Drago GmbH")]).is_ok());
        assert_eq!(read(&[]).unwrap_err(), [("name".to_owned(), "missing")]);
    }

    #[test]
    fn an_address_that_is_begun_is_in_a_country_and_whole_where_it_has_postal_codes() {
        let given = [("name", "n"), ("address_line1", "Hauptstr. 1"), ("city", "Köln")];
        assert_eq!(read(&given).unwrap_err(), [("country".to_owned(), "missing")]);
        let german = [&given[..], &[("country", "DE")]].concat();
        assert_eq!(read(&german).unwrap_err(), [("postal_code".to_owned(), "missing")]);
        let whole = read(&[&german[..], &[("postal_code", "50667")]].concat()).expect("it reads");
        assert_eq!(headquarters(&whole.address()).to_string(), "Hauptstr. 1\n50667 Köln\nGermany");
        assert!(read(&[("name", "n"), ("country", "DE")]).is_ok(), "a country alone is enough");
        let bare = read(&[("name", "n")]).expect("it reads");
        assert!(headquarters(&bare.address()).is_empty());
    }

    #[test]
    fn websites_lead_to_the_web_and_stand_once() {
        let sites = |text| read(&[("name", "n"), ("websites", text)]).map(|profile| profile.websites);
        let twice = "https://a.example\nhttps://b.example \n\nHTTPS://a.example";
        assert_eq!(sites(twice), Ok(vec!["https://a.example".to_owned(), "https://b.example".to_owned()]));
        assert_eq!(sites("https://a.example\njavascript:alert(1)").unwrap_err(), [("websites".to_owned(), "link")]);
        let many: Vec<String> = (0..11).map(|n| format!("https://{n}.example")).collect();
        assert_eq!(sites(&many.join("\n")).unwrap_err(), [("websites".to_owned(), "too_many")]);
    }

    #[test]
    fn a_phone_number_of_the_world_has_the_code_of_its_country() {
        let phone = |text| read(&[("name", "n"), ("support_phone", text)]).map(|profile| profile.support_phone);
        assert_eq!(phone("+1 (215) 563-0700"), Ok("+12155630700".to_owned()));
        assert_eq!(phone("215 563 0700").unwrap_err(), [("support_phone".to_owned(), "phone")]);
    }
}
