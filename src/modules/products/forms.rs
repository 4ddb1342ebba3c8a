//! The forms of a product itself.

use super::{Category, Product, UsageSchema, store::Named};
use crate::{
    choice,
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        typed::apart,
    },
    modules::images,
};

/// What General says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct General {
    pub name: String,
    pub category: Option<Category>,
    pub short_description: String,
    /// Markdown.
    pub description: String,
}

/// What Create asks: the rest comes later.
pub struct CreateForm {
    pub name: Field,
    pub category: Field,
}

fn categories() -> Vec<Pick> {
    let all = Category::ALL.iter().map(|category| Pick::new(category.key(), category.label(), ""));
    std::iter::once(Pick::new("", "Choose later", "")).chain(all).collect()
}

/// An empty choice is none.
fn category(field: &mut Field) -> Option<Option<Category>> {
    if field.value.is_empty() { Some(None) } else { field.choice("Choose a category from the list").map(Some) }
}

impl CreateForm {
    pub fn empty() -> Self {
        Self {
            name: Field::new("name", "Name").hint("Distributors and resellers see it once you publish a version."),
            category: Field::new("category", "Category").optional(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self { name: form.name.from(fields), category: form.category.from(fields) }
    }

    pub fn parse(&mut self) -> Option<General> {
        let (name, category) = (self.name.line("a name", 255), category(&mut self.category));
        Some(General { name: name?, category: category?, short_description: String::new(), description: String::new() })
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        page.ask(&self.name, Ask::Line).ask(&self.category, Ask::Select(categories()))
    }
}

/// General, with the icon.
pub struct GeneralForm {
    pub create: CreateForm,
    pub short_description: Field,
    pub description: Field,
    pub icon: Field,
    pub no_icon: Field,
}

impl GeneralForm {
    fn empty() -> Self {
        Self {
            create: CreateForm::empty(),
            short_description: Field::new("short_description", "Short description")
                .hint("Shown in lists. Up to 512 characters.")
                .optional(),
            description: Field::new("description", "Description")
                .hint("Shown on the product's page. Markdown, up to 4,000 characters.")
                .optional(),
            icon: Field::new("icon", "Icon").hint("A square picture, best a PNG with a clear background.").optional(),
            no_icon: Field::new("no_icon", "Take the icon away").optional(),
        }
    }

    pub fn filled(general: &General) -> Self {
        let form = Self::empty();
        Self {
            create: CreateForm {
                name: form.create.name.filled(&general.name),
                category: form.create.category.filled(general.category.map_or("", |category| category.key())),
            },
            short_description: form.short_description.filled(&general.short_description),
            description: form.description.filled(&general.description),
            ..form
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            create: CreateForm::typed(fields),
            short_description: form.short_description.from(fields),
            description: form.description.from(fields),
            icon: form.icon,
            no_icon: form.no_icon.from(fields),
        }
    }

    pub fn parse(&mut self) -> Option<General> {
        let (base, short, long) = (
            self.create.parse(),
            self.short_description.line("a short description", 512),
            self.description.text("a description", 4_000),
        );
        Some(General { short_description: short?, description: long?, ..base? })
    }

    pub fn onto(&self, page: FormPage, has_icon: bool) -> FormPage {
        let page = self
            .create
            .onto(page)
            .ask(&self.short_description, Ask::Text(2))
            .ask(&self.description, Ask::Text(12))
            .ask(&self.icon, Ask::File(images::ACCEPTED));
        if has_icon { page.ask(&self.no_icon, Ask::Tick) } else { page }
    }
}

/// Switches that hold for all versions at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub tier_accounts_sync: bool,
    pub administrative_hold: bool,
    /// None: no pay-as-you-go.
    pub usage_schema: Option<UsageSchema>,
    /// How many tiers of resellers the vendor authorises first: 0, 1 or 2.
    pub reseller_authorization: i32,
    pub editable_ordering_parameters: bool,
}

pub struct SettingsForm {
    pub sync: Field,
    pub hold: Field,
    pub usage: Field,
    pub authorization: Field,
    pub editable: Field,
}

impl SettingsForm {
    fn empty() -> Self {
        Self {
            sync: Field::new("tier_accounts_sync", "Tier Accounts Sync").hint(
                "When a customer's data changes you are asked to accept or ignore the change. Off: such requests are Unsupported.",
            ),
            hold: Field::new("administrative_hold", "Administrative Hold")
                .hint("Subscriptions of this product can be suspended and resumed."),
            usage: Field::new("usage_schema", "Pay as you go"),
            authorization: Field::new("reseller_authorization", "Reseller Authorization Level"),
            editable: Field::new("editable_ordering_parameters", "Editable ordering parameters")
                .hint("Ordering parameters may be changed by change requests."),
        }
    }

    pub fn filled(settings: &Settings) -> Self {
        let form = Self::empty();
        let tick = |field: Field, on: bool| field.filled(if on { "yes" } else { "" });
        Self {
            sync: tick(form.sync, settings.tier_accounts_sync),
            hold: tick(form.hold, settings.administrative_hold),
            usage: form.usage.filled(settings.usage_schema.map_or("off", |schema| schema.key())),
            authorization: form.authorization.filled(settings.reseller_authorization.to_string()),
            editable: tick(form.editable, settings.editable_ordering_parameters),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            sync: form.sync.from(fields),
            hold: form.hold.from(fields),
            usage: form.usage.from(fields),
            authorization: form.authorization.from(fields),
            editable: form.editable.from(fields),
        }
    }

    pub fn parse(&mut self) -> Option<Settings> {
        let usage_schema = match self.usage.value.as_str() {
            "off" => Some(None),
            _ => self.usage.choice("Choose whether and how consumption is reported").map(Some),
        };
        let level = self.authorization.value.parse().ok().filter(|level| (0..=2).contains(level));
        if level.is_none() {
            self.authorization.fail("Choose which resellers you authorise");
        }
        Some(Settings {
            tier_accounts_sync: self.sync.ticked(),
            administrative_hold: self.hold.ticked(),
            usage_schema: usage_schema?,
            reseller_authorization: level?,
            editable_ordering_parameters: self.editable.ticked(),
        })
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let off = Pick::new("off", "Off", "The product has reservation items only");
        let schemas = UsageSchema::ALL.iter().map(|schema| Pick::new(schema.key(), schema.label(), schema.about()));
        page.ask(&self.usage, Ask::Cards(std::iter::once(off).chain(schemas).collect()))
            .ask(&self.authorization, Ask::Cards(levels()))
            .group("Subscriptions and customers")
            .ask(&self.sync, Ask::Tick)
            .ask(&self.hold, Ask::Tick)
            .ask(&self.editable, Ask::Tick)
    }
}

/// The levels of reseller authorisation.
pub fn levels() -> Vec<Pick> {
    vec![
        Pick::new("0", "Off", "Orders come to you at once"),
        Pick::new("1", "Tier 1", "You approve the reseller that sells to the customer before its first order"),
        Pick::new("2", "Tier 1 and Tier 2", "You approve the partner above that one first"),
    ]
}

/// What customers read of a product in the portals of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    pub customer_description: String,
    /// Markdown.
    pub getting_started: String,
    /// Markdown; shown while an order is being fulfilled.
    pub provisioning_message: String,
}

pub struct EmbeddingForm {
    pub description: Field,
    pub started: Field,
    pub provisioning: Field,
}

impl EmbeddingForm {
    fn empty() -> Self {
        Self {
            description: Field::new("customer_description", "Description")
                .hint("One or two sentences for the customer. Up to 255 characters.")
                .optional(),
            started: Field::new("getting_started", "Getting started")
                .hint("What the customer does first. Markdown, up to 4,096 characters.")
                .optional(),
            provisioning: Field::new("provisioning_message", "Provisioning message")
                .hint("Shown while an order is being fulfilled. Markdown, up to 4,096 characters.")
                .optional(),
        }
    }

    pub fn filled(embedding: &Embedding) -> Self {
        let form = Self::empty();
        Self {
            description: form.description.filled(&embedding.customer_description),
            started: form.started.filled(&embedding.getting_started),
            provisioning: form.provisioning.filled(&embedding.provisioning_message),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            description: form.description.from(fields),
            started: form.started.from(fields),
            provisioning: form.provisioning.from(fields),
        }
    }

    pub fn parse(&mut self) -> Option<Embedding> {
        let (description, started, provisioning) = (
            self.description.line("a description", 255),
            self.started.text("what to do first", 4_096),
            self.provisioning.text("a message", 4_096),
        );
        Some(Embedding {
            customer_description: description?,
            getting_started: started?,
            provisioning_message: provisioning?,
        })
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        page.ask(&self.description, Ask::Text(2)).ask(&self.started, Ask::Text(8)).ask(&self.provisioning, Ask::Text(4))
    }
}

choice! {
    /// What a link leads to.
    LinkKind { Download = "download" / "Download", Documentation = "documentation" / "Documentation" }
}

/// A link that customers are given with a product.
#[derive(Debug, Clone)]
pub struct Link {
    pub kind: LinkKind,
    pub title: String,
    pub url: String,
}

/// How many links a product may have.
pub const MOST_LINKS: i32 = 20;

pub struct LinkForm {
    pub kind: Field,
    pub title: Field,
    pub url: Field,
}

impl LinkForm {
    pub fn empty() -> Self {
        Self {
            kind: Field::new("kind", "Type"),
            title: Field::new("title", "Title").hint("Up to 64 characters."),
            url: Field::new("url", "Link"),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self { kind: form.kind.from(fields), title: form.title.from(fields), url: form.url.from(fields) }
    }

    pub fn parse(&mut self) -> Option<Link> {
        let (kind, title, url) =
            (self.kind.choice("Choose what the link leads to"), self.title.line("a title", 64), self.url.link(1_024));
        Some(Link { kind: kind?, title: title?, url: url? })
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let kinds = LinkKind::ALL.iter().map(|kind| Pick::new(kind.key(), kind.label(), "")).collect();
        page.ask(&self.kind, Ask::Cards(kinds)).ask(&self.title, Ask::Line).ask(&self.url, Ask::Link)
    }
}

/// What is said when sale ends: of a product or of an item.
pub struct SaleForm {
    pub replacement: Field,
    pub note: Field,
}

impl SaleForm {
    pub fn empty() -> Self {
        Self {
            replacement: Field::new("replacement", "Replacement").hint("What takes its place.").optional(),
            note: Field::new("note", "Note").hint("Partners read it. Up to 1,000 characters.").optional(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self { replacement: form.replacement.from(fields), note: form.note.from(fields) }
    }

    /// The replacement, one of `offered`, and the note.
    pub fn parse(&mut self, offered: &[(String, String)]) -> Option<(Option<String>, String)> {
        let chosen = self.replacement.value.clone();
        if !chosen.is_empty() && !offered.iter().any(|(id, _)| *id == chosen) {
            self.replacement.fail("Choose a replacement from the list");
            return None;
        }
        Some((Some(chosen).filter(|id| !id.is_empty()), self.note.text("a note", 1_000)?))
    }

    pub fn onto(&self, page: FormPage, offered: &[(String, String)]) -> FormPage {
        let picks = offered.iter().map(|(id, name)| Pick::new(id, format!("{} ({id})", apart(name)), ""));
        let picks = std::iter::once(Pick::new("", "None", "")).chain(picks).collect();
        page.ask(&self.replacement, Ask::Select(picks)).ask(&self.note, Ask::Text(3))
    }
}

/// Products as [`SaleForm`] offers them.
pub fn offered(named: &[Named]) -> Vec<(String, String)> {
    named.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
}

/// Reads the id of a product in a path.
pub fn product_id(text: &str) -> crate::kit::problem::Result<Id<Product>> {
    text.parse().map_err(|_| crate::kit::problem::Problem::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_category_may_wait_but_must_exist() {
        assert_eq!(CreateForm::typed(&fields(&[("name", "Pulse")])).parse().map(|new| new.category), Some(None));
        assert!(CreateForm::typed(&fields(&[("name", "Pulse"), ("category", "boxing")])).parse().is_none());
    }

    #[test]
    fn lengths_are_those_that_are_published() {
        let long = "x".repeat(513);
        let mut form = GeneralForm::typed(&fields(&[("name", "Pulse"), ("short_description", &long)]));
        assert!(form.parse().is_none());
        assert_eq!(form.short_description.error.as_deref(), Some("Short description must be 512 characters or fewer"));
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let typed = |usage, level| {
            SettingsForm::typed(&fields(&[("usage_schema", usage), ("reseller_authorization", level)])).parse()
        };
        assert!(typed("off", "0").is_some());
        assert_eq!(typed("QT", "2").and_then(|settings| settings.usage_schema), Some(UsageSchema::Quantity));
        assert!(typed("XX", "0").is_none());
        assert!(typed("off", "3").is_none());
    }
}
