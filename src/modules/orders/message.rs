//! What the customer reads once a request is approved: a template of the product's version, as it was chosen.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        db::{Looks, Read},
        fields::Fields,
        form::Pick,
        form_page::FormPage,
        id::Id,
        input::{Question, kinds::OneOf},
        markup::SafeHtml,
        problem::Result,
        violation::{Violation, Violations, Why},
    },
    modules::{
        ids::ProductTemplate,
        products::{
            self, Product,
            parameters::{
                Scope,
                store::ParameterRow,
                values::{self, Values},
            },
            templates::{FORM_URL, Type as TemplateType, render::render},
            versions::{self, Snapshot},
        },
    },
};

/// Said of a message that cannot be chosen.
const NOT_OFFERED: &str = "Choose one of the messages offered";

/// A template as it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Of messages from before there were ids in versions it may be unknown.
    #[serde(default)]
    pub id: Option<Id<ProductTemplate>>,
    pub name: String,
    pub body: String,
}

impl Message {
    /// What is wrong with choosing it where these are offered.
    pub fn against(&self, offered: &[Self]) -> Option<Violation> {
        let why = || Why::new("not_offered", NOT_OFFERED);
        (!offered.contains(self)).then(|| Violation::new("message", why()))
    }
}

/// The messages of a tier, of what a version froze.
pub fn for_tier(frozen: Snapshot, scope: Scope) -> Vec<Message> {
    let fits = frozen.templates.into_iter().filter(|one| one.scope == scope);
    fits.map(|one| Message { id: one.id, name: one.name, body: one.body }).collect()
}

/// The messages of a tier, as the newest public version has them, or the newest one.
pub fn of_tier(look: &mut impl Looks, product: &Id<Product>, scope: Scope) -> Result<Vec<Message>> {
    let row = products::store::find_any(look, product)?;
    let Some(version) = row.public_version.or((row.version > 0).then_some(row.version)) else {
        return Ok(Vec::new());
    };
    Ok(for_tier(versions::store::find(look, product, version)?.1, scope))
}

/// The messages that an approval may show, of what a version froze.
pub fn for_approval(frozen: Snapshot) -> Vec<Message> {
    let fits = frozen.templates.into_iter().filter(|one| one.type_ == Some(TemplateType::Fulfillment));
    fits.map(|one| Message { id: one.id, name: one.name, body: one.body }).collect()
}

/// The same of a version.
pub fn messages(look: &mut impl Looks, product: &Id<Product>, version: i32) -> Result<Vec<Message>> {
    Ok(for_approval(versions::store::find(look, product, version)?.1))
}

/// The choice among messages, by their places in the list.
pub struct MessageForm {
    offered: Vec<Message>,
    choice: Question<String>,
}

impl MessageForm {
    /// `now` is chosen to begin with.
    pub fn new(offered: Vec<Message>, now: usize) -> Self {
        let picks = offered.iter().enumerate().map(|(at, one)| Pick::new(at.to_string(), &one.name, "")).collect();
        let kind = OneOf::list("", picks, NOT_OFFERED);
        Self {
            offered,
            choice: Question::new("message", "Message to the customer", kind).wanted().filled(now.to_string()),
        }
    }

    pub fn typed(self, sent: &Fields) -> Self {
        Self { choice: self.choice.typed(sent), ..self }
    }

    /// The message that was chosen: without a choice the first, and none where none is offered.
    pub fn read(&mut self) -> Option<Option<Message>> {
        if self.offered.is_empty() {
            return Some(None);
        }
        let chosen = self.choice.read()?;
        Some(self.offered.get(chosen.parse().unwrap_or(0)).cloned())
    }

    /// Says what is wrong with the choice, and gives back the rest.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let (own, left): (Violations, Violations) = wrong.into_iter().partition(|one| one.at == "message");
        own.into_iter().for_each(|one| self.choice.fail(one.why.words));
        left
    }

    /// Asks nothing where none is offered.
    pub fn onto(&self, page: FormPage) -> FormPage {
        if self.offered.is_empty() { page } else { self.choice.onto(page) }
    }
}

/// The first template of a version that is for this.
pub fn template<P>(
    read: &mut Read<'_, P>,
    product: &Id<Product>,
    version: i32,
    type_: TemplateType,
) -> Result<Option<Message>> {
    let (_, frozen) = versions::store::find(read, product, version)?;
    let found = frozen.templates.into_iter().find(|one| one.type_ == Some(type_));
    Ok(found.map(|one| Message { id: one.id, name: one.name, body: one.body }))
}

/// A template with the values of parameters; one that is not there shows nothing.
pub fn rendered(message: &Message, rows: &[ParameterRow], values: &Values, form: &str) -> SafeHtml {
    render(&message.body, |name| {
        Some(if name == FORM_URL { form.to_owned() } else { values::named(rows, values, name) })
    })
}
