//! The forms of a marketplace: General, Hubs, Price attributes. The wizard asks them one by one, Edit together.

use super::{Price, reference, store::MarketplaceRow};
use crate::{
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{self, Field, FieldError, MANY, Pick},
        id::Id,
    },
    modules::hubs::Hub,
};

/// What General says.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct General {
    pub name: String,
    pub description: String,
    pub currency: String,
    pub countries: Vec<String>,
}

pub struct GeneralForm {
    pub name: Field,
    pub countries: Field,
    pub currency: Field,
    pub description: Field,
}

impl GeneralForm {
    pub fn empty() -> Self {
        Self {
            name: Field::new("name", "Name").hint("Vendors see it when they list a product."),
            countries: Field::new("countries", "Countries").hint("Where you sell through this marketplace."),
            currency: Field::new("currency", "Currency"),
            description: Field::new("description", "Description").hint("Markdown is fine.").optional(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            name: form.name.from(fields),
            countries: form.countries.from_all(fields),
            currency: form.currency.from(fields),
            description: form.description.from(fields),
        }
    }

    pub fn filled(general: &General) -> Self {
        let form = Self::empty();
        Self {
            name: form.name.filled(&general.name),
            countries: form.countries.filled(general.countries.join(MANY)),
            currency: form.currency.filled(&general.currency),
            description: form.description.filled(&general.description),
        }
    }

    /// As typed, right or wrong: what Back keeps.
    pub fn kept(&self) -> General {
        General {
            name: self.name.value.clone(),
            description: self.description.value.clone(),
            currency: self.currency.value.clone(),
            countries: self.countries.values().map(str::to_owned).collect(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.name, &self.countries, &self.currency, &self.description])
    }

    pub fn parse(&mut self) -> Option<General> {
        let name = self.name.line("a name", 255);
        let countries: Vec<String> = self.countries.values().map(str::to_owned).collect();
        if countries.is_empty() {
            self.countries.fail("Choose at least one country");
        } else if !countries.iter().all(|code| reference::is_country(code)) {
            self.countries.fail("Choose countries from the list");
        }
        if !reference::is_currency(&self.currency.value) {
            self.currency.fail("Choose a currency");
        }
        let description = self.description.text("a description", 2_000);
        let general =
            General { name: name?, description: description?, currency: self.currency.value.clone(), countries };
        self.errors().is_empty().then_some(general)
    }
}

/// A hub that a marketplace is reached through, and the account that sells there.
pub type Reached = (Id<Hub>, String);

/// One field for each hub of the company; an empty one leaves the hub out.
pub struct HubsForm {
    pub hubs: Vec<(Pick, Field)>,
    /// Bears what is wrong with all of them.
    pub any: Field,
}

impl HubsForm {
    pub fn of(hubs: &[(Id<Hub>, String)], reached: &[Reached]) -> Self {
        Self {
            hubs: hubs
                .iter()
                .map(|(id, name)| {
                    let at = reached.iter().find(|(hub, _)| hub == id).map_or("", |(_, external)| external.as_str());
                    let field = Field::new("external_id", "Tier account external ID").optional().filled(at);
                    (Pick::new(id.as_str(), name, id.as_str()), field)
                })
                .collect(),
            any: Field::new("hub-1", "Hubs"),
        }
    }

    pub fn typed(hubs: &[(Id<Hub>, String)], fields: &Fields) -> Self {
        let sent: Vec<Reached> = fields
            .all("hub")
            .zip(fields.all("external_id"))
            .filter_map(|(hub, external)| Some((hub.parse().ok()?, external.to_owned())))
            .collect();
        Self::of(hubs, &sent)
    }

    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = form::errors([&self.any]);
        errors.extend(
            self.hubs
                .iter()
                .enumerate()
                .filter_map(|(at, (_, field))| Some((format!("hub-{}", at + 1), field.error.clone()?))),
        );
        errors
    }

    pub fn kept(&self) -> Vec<Reached> {
        self.hubs.iter().filter_map(|(hub, field)| Some((hub.value.parse().ok()?, field.value.clone()))).collect()
    }

    pub fn parse(&mut self) -> Option<Vec<Reached>> {
        let mut reached = Vec::new();
        for (hub, field) in &mut self.hubs {
            if let Some(external) = field.key("an external ID", 255).filter(|text| !text.is_empty())
                && let Ok(id) = hub.value.parse()
            {
                reached.push((id, external));
            }
        }
        if reached.is_empty() && self.hubs.iter().all(|(_, field)| field.error.is_none()) {
            self.any.fail("Enter the external ID at one hub at least");
        }
        self.errors().is_empty().then_some(reached)
    }
}

pub struct PricesForm {
    pub prices: Field,
}

impl PricesForm {
    pub fn filled(prices: &[String]) -> Self {
        Self {
            prices: Field::new("prices", "Price attributes")
                .hint("Which prices vendors may state in their price lists for this marketplace.")
                .filled(prices.join(MANY)),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        Self { prices: Self::filled(&[]).prices.from_all(fields) }
    }

    pub fn choices() -> Vec<Pick> {
        Price::ALL.iter().map(|price| Pick::new(price.key(), price.label(), price.about())).collect()
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.prices])
    }

    pub fn kept(&self) -> Vec<String> {
        self.prices.values().map(str::to_owned).collect()
    }

    pub fn parse(&mut self) -> Option<Vec<Price>> {
        let chosen: Vec<Price> = Price::ALL.iter().copied().filter(|price| self.prices.has(price.key())).collect();
        if chosen.is_empty() {
            self.prices.fail("Choose at least one price attribute");
            return None;
        }
        Some(chosen)
    }
}

fn logo() -> Field {
    Field::new("logo", "Logo").hint("PNG, JPEG, WebP or GIF, up to 5 MB.").optional()
}

fn no_logo() -> Field {
    Field::new("no_logo", "Take the logo away").optional()
}

/// Edit: everything together.
pub struct EditForm {
    pub general: GeneralForm,
    pub logo: Field,
    pub no_logo: Field,
    pub hubs: HubsForm,
    pub prices: PricesForm,
    pub revision: String,
}

impl EditForm {
    pub fn filled(row: &MarketplaceRow, hubs: &[(Id<Hub>, String)], reached: &[Reached]) -> Self {
        Self {
            general: GeneralForm::filled(&row.general()),
            logo: logo(),
            no_logo: no_logo(),
            hubs: HubsForm::of(hubs, reached),
            prices: PricesForm::filled(&row.prices),
            revision: row.revision.to_string(),
        }
    }

    pub fn typed(hubs: &[(Id<Hub>, String)], fields: &Fields) -> Self {
        Self {
            general: GeneralForm::typed(fields),
            logo: logo(),
            no_logo: no_logo().from(fields),
            hubs: HubsForm::typed(hubs, fields),
            prices: PricesForm::typed(fields),
            revision: fields.text("revision").to_owned(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = self.general.errors();
        errors.extend(form::errors([&self.logo]));
        errors.extend(self.hubs.errors());
        errors.extend(self.prices.errors());
        errors
    }

    pub fn parse(&mut self) -> Option<super::store::NewMarketplace> {
        let (general, hubs, prices) = (self.general.parse(), self.hubs.parse(), self.prices.parse());
        Some(super::store::NewMarketplace { general: general?, hubs: hubs?, prices: prices? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_blank_general_form_says_all_that_is_missing() {
        let mut blank = GeneralForm::typed(&fields(&[]));
        assert!(blank.parse().is_none());
        assert_eq!(blank.errors().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ["name", "countries", "currency"]);
    }

    #[test]
    fn a_country_that_does_not_exist_is_refused() {
        let typed = [("name", "North"), ("currency", "EUR"), ("countries", "DE"), ("countries", "XX")];
        assert!(GeneralForm::typed(&fields(&typed)).parse().is_none());
        assert_eq!(
            GeneralForm::typed(&fields(&typed[..3])).parse().map(|general| general.countries),
            Some(vec!["DE".to_owned()])
        );
    }

    #[test]
    fn one_hub_at_least_and_no_stranger_among_them() {
        let hubs = [("HB-1234-1234".parse().unwrap(), "Commerce".to_owned())];
        let mut none = HubsForm::typed(&hubs, &fields(&[("hub", "HB-1234-1234"), ("external_id", " ")]));
        assert!(none.parse().is_none());
        let sent = [("hub", "HB-9999-9999"), ("external_id", "x"), ("hub", "HB-1234-1234"), ("external_id", "acc-7")];
        let mut some = HubsForm::typed(&hubs, &fields(&sent));
        assert_eq!(some.parse(), Some(vec![(hubs[0].0.clone(), "acc-7".to_owned())]));
    }
}
