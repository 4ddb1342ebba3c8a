//! Countries and currencies, from maintained lists.

use std::sync::LazyLock;

use iso_currency::{Currency, IntoEnumIterator as _};

use crate::kit::{form::Pick, typed, violation::Why};

/// Not in ISO 3166-1, but the world's banks, posts and phone companies know it by these letters, which the list leaves to its users.
const KOSOVO: (&str, &str) = ("XK", "Kosovo");

/// ISO 3166-1, by name.
static COUNTRIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let all = rust_iso3166::ALL.iter().map(|country| (country.alpha2, country.name)).chain([KOSOVO]);
    let mut countries: Vec<Pick> = all.map(|(code, name)| Pick::new(code, name, code)).collect();
    countries.sort_by_cached_key(|country| typed::sort_key(&country.label));
    countries
});

/// Where mail does not arrive without a postal code. Elsewhere there are none, or addresses are good without.
///
/// By the address formats of the national posts, as the Universal Postal Union collects them.
const POSTAL_CODES: &str = "AS AT AU AX BE BL BR CA CH CN CZ DE DK EE ES FI FK FM FR GB GF GG GL GP GR GS GU HU IM IN IO IT JE JP KR LI LT LU LV \
    MF MH MP MQ MX MY NC NL NO NZ PF PL PM PN PR PT PW RE RO RU SE SG SH SJ SK SM TC TR TW UA US VI WF YT ZA";

/// ISO 4217, by name; funds and metals are no currencies to sell in.
static CURRENCIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let mut currencies: Vec<Pick> = Currency::iter()
        .filter(|currency| !currency.is_fund() && !currency.is_special())
        .map(|currency| Pick::new(currency.code(), format!("{} ({})", currency.name(), currency.code()), ""))
        .collect();
    currencies.sort_by_cached_key(|currency| typed::sort_key(&currency.label));
    currencies
});

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

/// Names of countries, for reading.
pub fn country_names(codes: &[String]) -> Vec<String> {
    COUNTRIES.iter().filter(|country| codes.contains(&country.value)).map(|country| country.label.clone()).collect()
}

pub fn currency_name(code: &str) -> String {
    CURRENCIES.iter().find(|currency| currency.value == code).map_or_else(|| code.to_owned(), |one| one.label.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_there() {
        assert!(COUNTRIES.len() > 240);
        assert!(is_country("DE") && is_country("US") && is_country("XK") && !is_country("XX"));
        assert!(POSTAL_CODES.split(' ').all(is_country));
        let at = |code: &str| COUNTRIES.iter().position(|country| country.value == code);
        assert!(at("AF") < at("AX") && at("AX") < at("AL"), "Å stands beside A");
        assert!(is_currency("EUR") && is_currency("JPY") && !is_currency("XAU") && !is_currency("ABC"));
        assert_eq!(currency_name("EUR"), "Euro (EUR)");
    }
}
