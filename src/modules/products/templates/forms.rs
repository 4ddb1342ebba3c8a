//! The form of a template.

use super::{FORM_URL, Type, render::placeholders, store::TemplateRow};
use crate::{
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
    },
    modules::products::parameters::{Phase, Scope, store::ParameterRow},
};

/// A template to be made. Scope and type stay for good.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    pub scope: Scope,
    pub type_: Option<Type>,
    pub name: String,
    /// Markdown with placeholders.
    pub body: String,
}

impl NewTemplate {
    /// What every new product begins with.
    pub fn seeds() -> [Self; 5] {
        let seed = |scope, type_, name: &str, body: &str| Self { scope, type_, name: name.into(), body: body.into() };
        [
            seed(
                Scope::Asset,
                Some(Type::Fulfillment),
                "Activation",
                "## Welcome\n\nYour subscription is active. Write here what the customer does next.\n\nA parameter such as license_key \
                 is filled in where its ID stands between double braces.",
            ),
            seed(
                Scope::Asset,
                Some(Type::Inquire),
                "More data needed",
                "We need something more to fulfil your order. Please fill in [this form]({{ activation_form_url }}).",
            ),
            seed(Scope::Asset, Some(Type::Pending), "Order under way", "Your order has arrived. We are working on it."),
            seed(Scope::Tier1, None, "Tier 1 activation", "You may sell this product from now on."),
            seed(Scope::Tier2, None, "Tier 2 activation", "Your partners may sell this product from now on."),
        ]
    }
}

/// What a template is for: its scope, and a subscription's type, in one question.
const KINDS: [(&str, Scope, Option<Type>); 5] = [
    ("fulfillment", Scope::Asset, Some(Type::Fulfillment)),
    ("inquire", Scope::Asset, Some(Type::Inquire)),
    ("pending", Scope::Asset, Some(Type::Pending)),
    ("tier1", Scope::Tier1, None),
    ("tier2", Scope::Tier2, None),
];

pub struct TemplateForm {
    /// None when it was made already.
    kind: Option<Field>,
    pub name: Field,
    pub body: Field,
}

impl TemplateForm {
    pub fn empty() -> Self {
        Self {
            kind: Some(Field::new("kind", "Used for")),
            name: Field::new("name", "Name"),
            body: Field::new("body", "Text")
                .hint("Markdown, up to 10,000 characters. The value of a parameter: its ID between double braces. Where data is asked for, {{ activation_form_url }} is the form's address."),
        }
    }

    pub fn filled(row: &TemplateRow) -> Self {
        let form = Self::empty();
        Self { kind: None, name: form.name.filled(&row.name), body: form.body.filled(&row.body) }
    }

    pub fn typed(fields: &Fields, new: bool) -> Self {
        let form = Self::empty();
        Self {
            kind: form.kind.filter(|_| new).map(|kind| kind.from(fields)),
            name: form.name.from(fields),
            body: form.body.from(fields),
        }
    }

    /// What it is used for; of a template that exists, `row` says it.
    fn kind(&mut self, row: Option<&TemplateRow>) -> Option<(Scope, Option<Type>)> {
        if let Some(row) = row {
            return Some((row.scope, row.type_));
        }
        let kind = self.kind.as_mut()?;
        let found = KINDS.into_iter().find(|(key, ..)| *key == kind.value);
        if found.is_none() {
            kind.fail("Choose what the template is used for");
        }
        found.map(|(_, scope, type_)| (scope, type_))
    }

    pub fn parse(&mut self, row: Option<&TemplateRow>, parameters: &[ParameterRow]) -> Option<NewTemplate> {
        let kind = self.kind(row);
        let (name, body) = (self.name.line("a name", 255), self.body.text("the text", 10_000));
        let (scope, type_) = kind?;
        let (name, body) = (name?, body?);
        let known = fillable(parameters, scope);
        let fits =
            |name: &str| known.iter().any(|one| one.name == name) || (type_ == Some(Type::Inquire) && name == FORM_URL);
        if let Some(strange) = placeholders(&body).into_iter().find(|name| !fits(name)) {
            let strange: String = strange.chars().take(100).collect();
            self.body.fail(format!(
                "There is no ordering or fulfilment parameter {{{{ {strange} }}}} in the scope {}",
                scope.label()
            ));
            return None;
        }
        Some(NewTemplate { scope, type_, name, body })
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let picks = KINDS.into_iter().map(|(key, scope, type_)| match type_ {
            Some(type_) => {
                Pick::new(key, format!("{}, {}", scope.label(), type_.label().to_lowercase()), type_.about())
            }
            None => Pick::new(key, scope.label(), "Shown once the reseller is authorised"),
        });
        let page = match &self.kind {
            Some(kind) => page.ask(kind, Ask::Cards(picks.collect())),
            None => page,
        };
        page.ask(&self.name, Ask::Line).ask(&self.body, Ask::Text(14))
    }
}

/// The parameters whose values a template of this scope may show.
pub fn fillable(parameters: &[ParameterRow], scope: Scope) -> Vec<&ParameterRow> {
    parameters.iter().filter(|one| one.scope == scope && one.phase != Phase::Configuration).collect()
}
