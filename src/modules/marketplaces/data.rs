//! What a marketplace is made of: General, Hubs, Price attributes. The wizard asks them one by one, Edit together.

use diesel::prelude::*;

use super::{Hub, Price, reference};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{self, Field, FieldError, Pick},
        form_page::{Ask, Each, FormPage},
        id::Id,
        input::{
            Question, Questions,
            kinds::{Key, Line, Listed, Several, Text},
        },
        violation::{Violation, Violations, Why},
    },
    schema::marketplaces,
};

input! {
    /// What General says.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = marketplaces)]
    pub struct General, GeneralDraft {
        "" {
            name: String = Line(255), "Name", at "name", missing "Enter a name", hint "Shown to vendors when they list a product.";
            countries: Vec<String> = Several { picks: reference::countries, wrong: "Choose countries from the list" }, "Countries",
                at "countries", missing "Choose at least one country", hint "Where you sell through this marketplace.";
            currency: String = Listed { picks: reference::currencies, wrong: "Choose a currency" }, "Currency", at "currency",
                missing "Choose a currency";
            /// Markdown.
            description: String = Text(2_000, 3), "Description", at "description", hint "You can use Markdown.";
        }
    }
}

input! {
    /// Which prices there are.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = marketplaces)]
    pub struct Prices, PricesDraft {
        "" {
            prices: Vec<String> = Several { picks: prices, wrong: "Choose price attributes from the list" }, "Price attributes",
                at "attributes", missing "Choose at least one price attribute",
                hint "The prices vendors can include in their price lists for this marketplace.";
        }
    }
}

fn prices() -> Vec<Pick> {
    Price::ALL.iter().map(|price| Pick::new(price.key(), price.label(), price.about())).collect()
}

/// A hub that a marketplace is reached through, and the account that sells there.
pub type Reached = (Id<Hub>, String);

/// What a marketplace is made of.
#[derive(Debug, Clone)]
pub struct NewMarketplace {
    pub general: General,
    pub hubs: Vec<Reached>,
    pub prices: Prices,
}

/// One field for each hub of the company; an empty one leaves the hub out.
pub struct HubsForm {
    hubs: Questions<Pick, String>,
    /// Bears what is wrong with all of them.
    any: Field,
}

impl HubsForm {
    pub fn of(hubs: &[(Id<Hub>, String)], reached: &[Reached]) -> Self {
        let line = |(at, (id, name)): (usize, &(Id<Hub>, String))| {
            let external = reached.iter().find(|(hub, _)| hub == id).map_or("", |(_, external)| external.as_str());
            let question = Question::new(format!("hub-{}", at + 1), "Tier account external ID", Key(255))
                .at(format!("{HUBS}.{id}"))
                .filled(external);
            (Pick::new(id.as_str(), name, id.to_string()), question)
        };
        Self { hubs: hubs.iter().enumerate().map(line).collect(), any: Field::new("hub-1", "Hubs") }
    }

    pub fn typed(hubs: &[(Id<Hub>, String)], fields: &Fields) -> Self {
        let sent: Vec<Reached> = fields
            .all("hub")
            .zip(fields.all("external_id"))
            .filter_map(|(hub, external)| Some((hub.parse().ok()?, external.to_owned())))
            .collect();
        Self::of(hubs, &sent)
    }

    /// There is no hub to ask of.
    pub fn is_empty(&self) -> bool {
        self.hubs.is_empty()
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.any]).into_iter().chain(self.hubs.errors()).collect()
    }

    /// What was typed, as it was.
    pub fn kept(&self) -> Vec<Reached> {
        let kept = self.hubs.iter().filter_map(|(hub, one)| Some((hub.value.parse().ok()?, one.field().value.clone())));
        kept.collect()
    }

    pub fn read(&mut self) -> Option<Vec<Reached>> {
        let all = self.hubs.read()?.into_iter().filter(|(_, external)| !external.is_empty());
        let reached: Vec<Reached> =
            all.filter_map(|(hub, external)| Some((hub.value.parse().ok()?, external))).collect();
        if reached.is_empty() {
            self.any.fail(none_reached().why.words);
            return None;
        }
        Some(reached)
    }

    /// Says what a verb has against the hubs, and gives back the rest.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let (whole, left): (Violations, Violations) = wrong.into_iter().partition(|one| one.at == HUBS);
        whole.into_iter().for_each(|one| self.any.fail(one.why.words));
        self.hubs.fail(left)
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let each = Each {
            about: "For each hub this marketplace uses, enter the account that sells there. Leave the others empty.",
            key: "hub",
            text: "external_id",
            lines: self.hubs.iter().map(|(hub, one)| (hub.clone(), one.field().clone())).collect(),
        };
        page.ask(&self.any, Ask::Each(each))
    }
}

const HUBS: &str = "hubs";

/// A marketplace is reached through one hub at least.
pub fn none_reached() -> Violation {
    Violation::new(HUBS, Why::new("missing", "Enter the external ID for at least one hub"))
}

/// A hub is another company's, or was removed.
pub fn unknown_hub() -> Violation {
    Violation::new(HUBS, Why::new("unknown", "One of these hubs no longer exists"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Form;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_blank_general_form_says_all_that_is_missing() {
        use crate::kit::input::Input as _;
        let wrong = General::read(&[]).unwrap_err();
        assert_eq!(wrong.iter().map(|one| one.at.as_ref()).collect::<Vec<_>>(), ["name", "countries", "currency"]);
    }

    #[test]
    fn a_country_that_does_not_exist_is_refused() {
        let typed = [("name", "North"), ("currency", "EUR"), ("countries", "DE"), ("countries", "XX")];
        assert!(Form::<General>::typed(&fields(&typed)).read().is_none());
        let known = Form::<General>::typed(&fields(&typed[..3])).read();
        assert_eq!(known.map(|general| general.countries), Some(vec!["DE".to_owned()]));
    }

    #[test]
    fn one_hub_at_least_and_no_stranger_among_them() {
        let hubs = [("HB-1234-1234".parse().unwrap(), "Commerce".to_owned())];
        let mut none = HubsForm::typed(&hubs, &fields(&[("hub", "HB-1234-1234"), ("external_id", " ")]));
        assert!(none.read().is_none());
        let sent = [("hub", "HB-9999-9999"), ("external_id", "x"), ("hub", "HB-1234-1234"), ("external_id", "acc-7")];
        let mut some = HubsForm::typed(&hubs, &fields(&sent));
        assert_eq!(some.read(), Some(vec![(hubs[0].0.clone(), "acc-7".to_owned())]));
    }
}
