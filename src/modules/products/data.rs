//! What is given for a product itself.

use diesel::prelude::*;
use serde_json::Value;

use super::{Category, Product, UsageSchema};
use crate::{
    choice, input,
    kit::{
        choice::Choice as _,
        form::Pick,
        form_page::{Ask, FormPage},
        id::{self, Id},
        input::{
            Form, Kind, json,
            kinds::{Key, Line, Link as Url, Maybe, Numbered, One, Sentences, Text, Tick},
        },
        problem::{Problem, Result},
        typed::{self, apart},
        violation::{Violation, Why, Words},
    },
    schema::products,
};

input! {
    /// What General says.
    #[derive(AsChangeset)]
    #[diesel(table_name = products, treat_none_as_null = true)]
    pub struct General, GeneralDraft {
        "" {
            name: String = Line(255), "Name", at "name", missing "Enter a name",
                hint "Shown to distributors and resellers once you publish a version.";
            category: Option<Category> = Maybe(One::list("Choose later", "Choose a category from the list")), "Category", at "category.id";
            short_description: String = Sentences(512, 2), "Short description", at "short_description",
                hint "Shown in lists. Up to 512 characters.";
            /// Markdown.
            description: String = Text(4_000, 12), "Description", at "detailed_description",
                hint "Shown on the product's page. Markdown, up to 4,000 characters.";
        }
    }
}

/// What Create asks of it: the rest comes later.
pub fn begun(form: &Form<General>, page: FormPage) -> FormPage {
    form.onto_asking(page, |entry| matches!(entry.name, "name" | "category").then(|| entry.asked()))
}

input! {
    /// Switches that hold for all versions at once.
    #[derive(AsChangeset)]
    #[diesel(table_name = products, treat_none_as_null = true)]
    pub struct Settings, SettingsDraft {
        "" {
            /// None: no pay-as-you-go.
            usage_schema: Option<UsageSchema> = Usage, "Pay as you go", at "capabilities.ppu.schema",
                missing "Choose how usage is reported, if at all", hint "Default: off.";
            /// How many tiers of resellers the vendor authorises first: 0, 1 or 2.
            reseller_authorization: i32 = Numbered { picks: levels, ask: Ask::Cards, wrong: "Choose which resellers you authorise" },
                "Reseller Authorization Level", at "capabilities.tiers.configs.level", missing "Choose which resellers you authorise",
                hint "Default: off.";
        }
        "Usage" {
            /// Only with a usage schema, as what follows.
            usage_late: bool = Tick, "Late charges", at "capabilities.ppu.late",
                hint "Usage files can have records from before their period.";
            usage_future: bool = Tick, "Future charges", at "capabilities.ppu.future",
                hint "Usage files can have records from after their period.";
            usage_dynamic: bool = Tick, "Dynamic items", at "capabilities.ppu.dynamic",
                hint "Usage files can have records of items that the product does not have. These items are created from the file.";
            usage_reservations: bool = Tick, "Consumption of reservations", at "capabilities.reservation.consumption",
                hint "Usage files can have records of reservation items, to report how much of what was ordered is used.";
        }
        "Subscriptions and customers" {
            tier_accounts_sync: bool = Tick, "Tier Accounts Sync", at "capabilities.tiers.updates",
                hint "When a customer's data changes, you accept or ignore the change. If this is off, these requests are Unsupported. Default: off.";
            administrative_hold: bool = Tick, "Administrative Hold", at "capabilities.subscription.hold",
                hint "Subscriptions to this product can be suspended and resumed. Default: off.";
            editable_ordering_parameters: bool = Tick, "Editable ordering parameters",
                at "capabilities.subscription.change.editable_ordering_parameters",
                hint "Change requests can change ordering parameters. Default: off.";
        }
    }
}

/// How consumption is reported, or that it is not.
struct Usage;

impl Usage {
    const OFF: &str = "off";
}

impl Kind for Usage {
    type Value = Option<UsageSchema>;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        match UsageSchema::from_key(&text) {
            None if text != Self::OFF => Err(Why::new("choice", "Choose how usage is reported, if at all")),
            schema => Ok(schema),
        }
    }

    fn text(&self, value: &Self::Value) -> String {
        value.map_or(Self::OFF, |schema| schema.key()).to_owned()
    }

    fn shown(&self, value: &Self::Value) -> Words {
        value.map_or("Off", |schema| schema.label()).into()
    }

    fn ask(&self) -> Ask {
        let off = Pick::new(Self::OFF, "Off", "The product only has reservation items");
        let schemas = UsageSchema::ALL.iter().map(|schema| Pick::new(schema.key(), schema.label(), schema.about()));
        Ask::Cards(std::iter::once(off).chain(schemas).collect())
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        if value.is_null() { Ok(Self::OFF.to_owned()) } else { json::text(value) }
    }

    fn to_json(&self, value: &Self::Value) -> Value {
        value.map_or(Value::Null, |schema| schema.key().into())
    }
}

/// The levels of reseller authorisation.
pub fn levels() -> Vec<Pick> {
    vec![
        Pick::new("0", "Off", "You receive orders immediately"),
        Pick::new("1", "Tier 1", "You approve the reseller that sells to the customer before its first order"),
        Pick::new("2", "Tier 1 and Tier 2", "You also approve the partner above that reseller"),
    ]
}

input! {
    /// What other companies' portals show of a product.
    #[derive(AsChangeset)]
    #[diesel(table_name = products)]
    pub struct Embedding, EmbeddingDraft {
        "" {
            customer_description: String = Sentences(255, 2), "Description", at "customer_ui_settings.description",
                hint "One or two sentences shown to the customer. Up to 255 characters.";
            /// Markdown.
            getting_started: String = Text(4_096, 8), "Getting started", at "customer_ui_settings.getting_started",
                hint "What the customer should do first. Markdown, up to 4,096 characters.";
            /// Markdown; shown while an order is being fulfilled.
            provisioning_message: String = Text(4_096, 4), "Provisioning message", at "customer_ui_settings.provisioning_message",
                hint "Shown while an order is being fulfilled. Markdown, up to 4,096 characters.";
        }
    }
}

choice! {
    /// What a link leads to.
    LinkKind { Download = "download" / "Download", Documentation = "documentation" / "Documentation" }
}

input! {
    /// A link that customers are given with a product.
    pub struct Link, LinkDraft {
        "" {
            kind: LinkKind = One::cards("Choose where the link goes"), "Type", at "kind", missing "Choose where the link goes";
            title: String = Line(64), "Title", at "title", missing "Enter a title", hint "Up to 64 characters.";
            url: String = Url(1_024), "Link", at "url", missing "Enter a link";
        }
    }
}

/// How many links a product may have.
pub const MOST_LINKS: i32 = 20;

input! {
    /// What is said when sale ends: of a product or of an item.
    pub struct Sale, SaleDraft {
        "" {
            /// The id of what takes its place, or nothing.
            replacement: String = Key(64), "Replacement", at "replacement.id", hint "The product or item that replaces it.";
            note: String = Text(1_000, 3), "Note", at "note", hint "Shown to partners. Up to 1,000 characters.";
        }
    }
}

impl Sale {
    /// What takes its place, one of `offered`.
    ///
    /// # Errors
    /// When it is another.
    pub fn among<K: id::Kind>(&self, offered: &[(Id<K>, String)]) -> Result<Option<Id<K>>> {
        if self.replacement.is_empty() {
            return Ok(None);
        }
        let found = offered.iter().find(|(id, _)| id.as_str() == self.replacement);
        let why = || Why::new("unknown", "Choose a replacement from the list");
        found.map(|(id, _)| Some(id.clone())).ok_or_else(|| Violation::new("replacement", why()).into())
    }

    /// Asks which of `offered` takes its place.
    pub fn onto<K: id::Kind>(form: &Form<Self>, page: FormPage, offered: &[(Id<K>, String)]) -> FormPage {
        let picks = offered.iter().map(|(id, name)| Pick::new(id.as_str(), format!("{} ({id})", apart(name)), ""));
        let picks: Vec<Pick> = picks.collect();
        form.onto_asking(page, |entry| match entry.name {
            "replacement" => Some(Ask::from_list("None", picks.clone())),
            _ => Some(entry.asked()),
        })
    }
}

/// Reads the id of a product in a path.
pub fn product_id(text: &str) -> Result<Id<Product>> {
    text.parse().map_err(|_| Problem::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{fields::Fields, input::Input};

    fn typed<I: Input>(pairs: &[(&str, &str)]) -> Result<I, crate::kit::violation::Violations> {
        let fields = Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect());
        I::read(&I::TABLE.iter().map(|entry| fields.text(entry.name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_category_may_wait_but_must_exist() {
        assert_eq!(typed::<General>(&[("name", "Pulse")]).map(|new| new.category), Ok(None));
        assert!(typed::<General>(&[("name", "Pulse"), ("category", "boxing")]).is_err());
    }

    #[test]
    fn lengths_are_those_that_are_published() {
        let wrong = typed::<General>(&[("name", "Pulse"), ("short_description", &"x".repeat(513))]).unwrap_err();
        let words: Vec<String> = wrong.iter().map(|one| one.why.words.to_string()).collect();
        assert_eq!(words, ["Short description must be 512 characters or fewer"]);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let typed = |usage, level| typed::<Settings>(&[("usage_schema", usage), ("reseller_authorization", level)]);
        assert!(typed("off", "0").is_ok());
        assert_eq!(typed("QT", "2").map(|settings| settings.usage_schema), Ok(Some(UsageSchema::Quantity)));
        assert!(typed("XX", "0").is_err());
        assert!(typed("off", "3").is_err());
    }

    #[test]
    fn settings_read_back_from_json() {
        let settings = typed::<Settings>(&[("usage_schema", "off"), ("reseller_authorization", "1")]).unwrap();
        let body = Value::Object(json::publish(Settings::TABLE, settings.values()));
        assert_eq!(body["capabilities"]["ppu"]["schema"], Value::Null);
        assert_eq!(json::read::<Settings>(&body, None), Ok(settings));
    }
}
