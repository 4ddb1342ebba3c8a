//! An address as the value of a parameter: several fields, kept as a line for each.

use super::store::ParameterRow;
use crate::{
    input,
    kit::{
        fields::Fields,
        form::Field,
        form_page::FormPage,
        input::{Input as _, kinds::Line},
        violation::{Violation, Violations, Why, Words},
    },
    modules::marketplaces::reference::{self, Country},
    t,
};

input! {
    /// An address. Its fields are kept in this order.
    pub struct Address, Draft settled by settle {
        "" {
            address: String = Line(255), "Address", at "address", missing "Enter the address";
            line2: String = Line(255), "Address, line 2", at "line2";
            city: String = Line(128), "City", at "city", missing "Enter the city";
            state: String = Line(128), "State or region", at "state";
            postal: String = Line(32), "Postal code", at "postal";
            country: String = Country, "Country", at "country", missing "Choose a country";
        }
    }
}

/// The line that has the country.
pub const COUNTRY: usize = 5;

/// A postal code is needed where the country has them.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    let country = draft.country.as_deref().unwrap_or_default();
    if draft.postal.as_deref() == Some("") && reference::needs_postal_code(country) {
        wrong.push(Violation::new("postal", Why::missing("Enter the postal code")));
    }
}

/// The address that is kept so.
///
/// # Errors
/// What is wrong with it.
pub fn of(kept: &str) -> Result<Address, Violations> {
    Address::read(&kept.lines().map(str::to_owned).collect::<Vec<_>>())
}

/// Its fields in a form of values.
pub struct AddressForm {
    fields: Vec<Field>,
}

impl AddressForm {
    pub fn new(row: &ParameterRow, kept: &str, hint: &str) -> Self {
        let mut lines = kept.lines();
        let fields = Address::TABLE.iter().map(|entry| {
            let first = entry.name == "address";
            let (name, label, hint) = match first {
                true => (row.id.to_string(), Words::data(&row.title), Words::data(hint)),
                false => {
                    let part = Words::within(Words::new(entry.label));
                    let label = t!("{title}, {part}", title = row.title, part);
                    (format!("{}-{}", row.id, entry.name), label, Words::default())
                }
            };
            let begins = if entry.name == "country" { row.default_value.as_str() } else { "" };
            let field = Field::new(name, label).hint(hint).filled(lines.next().unwrap_or(begins));
            if entry.missing.is_none() || !row.required { field.optional() } else { field }
        });
        Self { fields: fields.collect() }
    }

    pub fn typed(self, sent: &Fields) -> Self {
        let typed = |field: Field| Field { error: None, ..field }.from(sent);
        Self { fields: self.fields.into_iter().map(typed).collect() }
    }

    /// What was typed, as it is kept. A country alone is nothing.
    pub fn read(&mut self) -> Option<String> {
        if self.fields.iter().take(COUNTRY).all(|field| field.value.trim().is_empty()) {
            return Some(String::new());
        }
        let texts: Vec<String> = self.fields.iter().map(|field| field.value.clone()).collect();
        match Address::read(&texts) {
            Ok(address) => Some(address.texts().join("\n")),
            Err(wrong) => {
                for (entry, field) in Address::TABLE.iter().zip(&mut self.fields) {
                    wrong.iter().filter(|one| one.at == entry.name).for_each(|one| field.fail(&one.why.words));
                }
                None
            }
        }
    }

    /// Says something of the whole address.
    pub fn fail(&mut self, words: impl Into<Words>) {
        if let Some(first) = self.fields.first_mut() {
            first.fail(words);
        }
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// As [`Field::calm`].
    pub fn calm(&mut self, say: impl FnOnce(Words, &Words) -> Words) {
        if let Some(first) = self.fields.first_mut() {
            first.calm(say);
        }
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let fields = Address::TABLE.iter().zip(&self.fields);
        fields.fold(page, |page, (entry, field)| page.ask(field, entry.asked()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_it_is_read() {
        let kept = "2146 North Front Street\n\nPhiladelphia\nPA\n19125\nUS";
        assert_eq!(of(kept).map(|address| address.texts().join("\n")).as_deref(), Ok(kept));
        assert_eq!(Address::TABLE.iter().position(|entry| entry.name == "country"), Some(COUNTRY));
        let wrong = of("Street 1\n\n\n\n\nDE").unwrap_err();
        let wrong: Vec<_> = wrong.iter().map(|one| (one.at.as_ref(), one.why.code)).collect();
        assert_eq!(wrong, [("city", "missing"), ("postal", "missing")]);
    }
}
