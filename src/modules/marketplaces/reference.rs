//! Countries and currencies, from maintained lists.

use std::sync::LazyLock;

use iso_currency::{Currency, IntoEnumIterator as _};

use crate::kit::form::Pick;

/// ISO 3166-1, by name.
static COUNTRIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let mut countries: Vec<Pick> =
        rust_iso3166::ALL.iter().map(|country| Pick::new(country.alpha2, country.name, country.alpha2)).collect();
    countries.sort_by(|one, other| one.label.cmp(&other.label));
    countries
});

/// ISO 4217, by name; funds and metals are no currencies to sell in.
static CURRENCIES: LazyLock<Vec<Pick>> = LazyLock::new(|| {
    let mut currencies: Vec<Pick> = Currency::iter()
        .filter(|currency| !currency.is_fund() && !currency.is_special())
        .map(|currency| Pick::new(currency.code(), format!("{} ({})", currency.name(), currency.code()), ""))
        .collect();
    currencies.sort_by(|one, other| one.label.cmp(&other.label));
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
        assert!(is_country("DE") && is_country("US") && !is_country("XX"));
        assert!(is_currency("EUR") && is_currency("JPY") && !is_currency("XAU") && !is_currency("ABC"));
        assert_eq!(currency_name("EUR"), "Euro (EUR)");
    }
}
