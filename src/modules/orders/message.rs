//! What the customer reads once a request is approved: a template of the product's version, as it was chosen.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        form::{Field, Pick},
        id::Id,
        markup::SafeHtml,
        problem::Result,
        violation::{Violation, Why},
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
        let why = || Why::new("not_offered", "Choose one of the messages that are offered");
        (!offered.contains(self)).then(|| Violation::new("message", why()))
    }
}

/// The messages of a tier, of what a version froze.
pub fn for_tier(frozen: Snapshot, scope: Scope) -> Vec<Message> {
    let fits = frozen.templates.into_iter().filter(|one| one.scope == scope);
    fits.map(|one| Message { id: one.id, name: one.name, body: one.body }).collect()
}

/// The messages of a tier, as the newest public version has them, or the newest one.
pub fn of_tier(conn: &mut PgConnection, product: &Id<Product>, scope: Scope) -> Result<Vec<Message>> {
    let row = products::store::find_any(conn, product)?;
    let Some(version) = row.public_version.or((row.version > 0).then_some(row.version)) else {
        return Ok(Vec::new());
    };
    Ok(for_tier(versions::store::find(conn, product, version)?.1, scope))
}

/// The messages that an approval may show, of what a version froze.
pub fn for_approval(frozen: Snapshot) -> Vec<Message> {
    let fits = frozen.templates.into_iter().filter(|one| one.type_ == Some(TemplateType::Fulfillment));
    fits.map(|one| Message { id: one.id, name: one.name, body: one.body }).collect()
}

/// The same of a version.
pub fn messages(conn: &mut PgConnection, product: &Id<Product>, version: i32) -> Result<Vec<Message>> {
    Ok(for_approval(versions::store::find(conn, product, version)?.1))
}

/// The choice of a message, by its place in the list.
pub fn message_field() -> Field {
    Field::new("message", "What the customer reads")
}

pub fn message_picks(messages: &[Message]) -> Vec<Pick> {
    messages.iter().enumerate().map(|(at, one)| Pick::new(at.to_string(), &one.name, "")).collect()
}

/// The message that was chosen; without a choice the first.
pub fn chosen_message(messages: &[Message], field: &Field) -> Option<Message> {
    let at: usize = field.value.parse().unwrap_or(0);
    messages.get(at).or_else(|| messages.first()).cloned()
}

/// The first template of a version that is for this.
pub fn template(
    conn: &mut PgConnection,
    product: &Id<Product>,
    version: i32,
    type_: TemplateType,
) -> Result<Option<Message>> {
    let (_, frozen) = versions::store::find(conn, product, version)?;
    let found = frozen.templates.into_iter().find(|one| one.type_ == Some(type_));
    Ok(found.map(|one| Message { id: one.id, name: one.name, body: one.body }))
}

/// A template with the values of parameters; one that is not there shows nothing.
pub fn rendered(message: &Message, rows: &[ParameterRow], values: &Values, form: &str) -> SafeHtml {
    render(&message.body, |name| {
        Some(if name == FORM_URL { form.to_owned() } else { values::named(rows, values, name) })
    })
}
