//! Countries and currencies, from maintained lists.

use std::sync::LazyLock;

use iso_currency::{Currency, IntoEnumIterator as _};

use crate::{
    kit::{api::Schema, form::Pick, form_page::Ask, input::Kind, typed, violation::Why, words::Words},
    t,
};

/// Not in ISO 3166-1, but the world's banks, posts and phone companies know it by these letters, which the list leaves to its users.
const KOSOVO: (&str, &str) = ("XK", "Kosovo");

/// ISO 3166-1, by name.
static COUNTRIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let all = rust_iso3166::ALL.iter().map(|country| (country.alpha2, country.name)).chain([KOSOVO]);
    let mut countries: Vec<Pick> = all.map(|(code, name)| Pick::by_label(code, name, Words::data(code))).collect();
    countries.sort_by_cached_key(|country| typed::sort_key(&country.label.to_string()));
    countries
});

/// Where mail does not arrive without a postal code. Elsewhere there are none, or addresses are good without.
///
/// By the address formats of the national posts, as the Universal Postal Union collects them.
const POSTAL_CODES: &str = "AS AT AU AX BE BL BR CA CH CN CZ DE DK EE ES FI FK FM FR GB GF GG GL GP GR GS GU HU IM IN IO IT JE JP KR LI LT LU LV \
    MF MH MP MQ MX MY NC NL NO NZ PF PL PM PN PR PT PW RE RO RU SE SG SH SJ SK SM TC TR TW UA US VI WF YT ZA";

/// Continents as the published API writes them, by the United Nations' list. Antarctica has none.
const ZONES: [(&str, &str); 6] = [
    (
        "AF",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE \
        RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW",
    ),
    (
        "AS",
        "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA \
        SG SY TH TJ TL TM TR TW UZ VN YE",
    ),
    (
        "EU",
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL \
        PT RO RS RU SE SI SJ SK SM UA VA XK",
    ),
    (
        "NA",
        "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
    ),
    ("OC", "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"),
    ("SA", "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"),
];

/// ISO 4217, by name; funds and metals are no currencies to sell in.
static CURRENCIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let mut currencies: Vec<Pick> =
        MONEY.iter().map(|currency| Pick::by_label(currency.code(), labelled(currency), "")).collect();
    currencies.sort_by_cached_key(|currency| typed::sort_key(&currency.label.to_string()));
    currencies
});

static MONEY: LazyLock<Vec<Currency>> =
    LazyLock::new(|| Currency::iter().filter(|currency| !currency.is_fund() && !currency.is_special()).collect());

/// "Euro (EUR)".
fn labelled(currency: &'static Currency) -> Words {
    t!("{currency} ({code})", currency = Words::new(currency.name()), code = currency.code())
}

/// The English names of all countries and currencies, which catalogues translate.
pub fn names() -> impl Iterator<Item = &'static str> {
    let countries = rust_iso3166::ALL.iter().map(|country| country.name).chain([KOSOVO.1]);
    countries.chain(MONEY.iter().map(Currency::name))
}

/// The codes of both, which are the same in every language.
pub fn codes() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(|country| country.value.as_str()).chain(CURRENCIES.iter().map(|one| one.value.as_str()))
}

pub fn countries() -> Vec<Pick> {
    COUNTRIES.clone()
}

/// With a first line that chooses nothing.
pub fn currencies() -> Vec<Pick> {
    std::iter::once(Pick::new("", "Choose a currency", "")).chain(CURRENCIES.iter().cloned()).collect()
}

pub fn is_country(code: &str) -> bool {
    COUNTRIES.iter().any(|country| country.value == code)
}

/// The continent of a country.
pub fn zone(code: &str) -> Option<&'static str> {
    ZONES.iter().find(|(_, codes)| codes.split_whitespace().any(|one| one == code)).map(|(zone, _)| *zone)
}

/// Whether an address there is not whole without a postal code.
pub fn needs_postal_code(code: &str) -> bool {
    POSTAL_CODES.split(' ').any(|one| one == code)
}

/// A phone number as the world writes it, in E.164: of `country` unless it begins with a plus.
pub fn phone(text: &str, country: &str) -> Result<String, Why> {
    match phone_and_extension(text, country)? {
        (number, extension) if extension.is_empty() => Ok(number),
        _ => Err(Why::new("phone_extension", "Enter the number without its extension")),
    }
}

/// The same, with the digits that are dialled behind it.
pub fn phone_and_extension(text: &str, country: &str) -> Result<(String, String), Why> {
    match phonenumber::parse(country.parse().ok(), typed::digits(&typed::key(text))) {
        Ok(number) if phonenumber::is_valid(&number) => {
            let extension = number.extension().map(ToString::to_string).unwrap_or_default();
            Ok((number.format().mode(phonenumber::Mode::E164).to_string(), extension))
        }
        _ => Err(Why::new("phone", "Enter a phone number such as +1 215 555 0100")),
    }
}

/// The country's code with its plus, and the rest, of a number in E.164.
pub fn phone_parts(number: &str) -> (String, String) {
    match phonenumber::parse(None, number) {
        Ok(number) => (format!("+{}", number.country().code()), number.national().to_string()),
        Err(_) => (String::new(), number.to_owned()),
    }
}

pub fn is_currency(code: &str) -> bool {
    CURRENCIES.iter().any(|currency| currency.value == code)
}

/// A country by its code.
pub struct Country;

impl Kind for Country {
    type Value = String;

    /// In either case, as programs write it.
    fn tidy(&self, text: &str) -> String {
        typed::key(text).to_uppercase()
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        if is_country(&text) { Ok(text) } else { Err(Why::new("country", "Choose a country")) }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn shown(&self, value: &String) -> Words {
        country_name(value)
    }

    fn ask(&self) -> Ask {
        Ask::from_list("Choose a country", countries())
    }

    fn schema(&self) -> Schema {
        Schema::line(2).not_empty().example("US")
    }
}

/// The name of a country in its reader's language; nothing for a code that is none.
pub fn country_name(code: &str) -> Words {
    COUNTRIES.iter().find(|country| country.value == code).map(|country| country.label.clone()).unwrap_or_default()
}

/// The names of several.
pub fn countries_of(codes: &[String]) -> Vec<Words> {
    COUNTRIES.iter().filter(|country| codes.contains(&country.value)).map(|country| country.label.clone()).collect()
}

pub fn currency_name(code: &str) -> Words {
    CURRENCIES
        .iter()
        .find(|currency| currency.value == code)
        .map_or_else(|| code.to_owned().into(), |one| one.label.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_there() {
        assert!(COUNTRIES.len() > 240);
        assert!(is_country("DE") && is_country("US") && is_country("XK") && !is_country("XX"));
        assert!(POSTAL_CODES.split(' ').all(is_country));
        for country in COUNTRIES.iter() {
            let codes = ZONES.iter().flat_map(|(_, codes)| codes.split_whitespace());
            let times = codes.filter(|code| *code == country.value).count();
            assert_eq!(times, usize::from(country.value != "AQ"), "{} is on one continent", country.label);
        }
        assert_eq!((zone("DE"), zone("US"), zone("AQ"), zone("XX")), (Some("EU"), Some("NA"), None, None));
        let at = |code: &str| COUNTRIES.iter().position(|country| country.value == code);
        assert!(at("AF") < at("AX") && at("AX") < at("AL"), "Å stands beside A");
        assert!(is_currency("EUR") && is_currency("JPY") && !is_currency("XAU") && !is_currency("ABC"));
        assert_eq!(currency_name("EUR"), "Euro (EUR)");
    }
}
