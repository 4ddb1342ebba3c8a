//! The data of a template.

use super::{FORM_URL, Type, pages::used_for, render::placeholders, store::TemplateRow};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        form::Pick,
        form_page::Ask,
        input::{
            Kind,
            kinds::{Line, Text},
        },
        typed,
        violation::{Violation, Why, Words},
    },
    modules::products::parameters::{Phase, Scope, store::ParameterRow},
    t,
};

input! {
    /// A template to be made. What it is used for stays for good.
    pub struct NewTemplate, Draft {
        "" {
            kind: (Scope, Option<Type>) = UsedFor, "Used for", at "type", missing "Choose when to use the template";
            name: String = Line(255), "Name", at "title", missing "Enter a name";
            /// Markdown with placeholders.
            body: String = Text(10_000, 14), "Text", at "body", missing "Enter the text",
                hint "Markdown, up to 10,000 characters. To insert a parameter's value, put its ID in double braces. When you ask for data, {{ activation_form_url }} inserts the form's address.";
        }
    }
}

/// What a template is for: its scope, and a subscription's type, in one question.
struct UsedFor;

const KINDS: [(&str, (Scope, Option<Type>)); 5] = [
    ("fulfillment", (Scope::Asset, Some(Type::Fulfillment))),
    ("inquire", (Scope::Asset, Some(Type::Inquire))),
    ("pending", (Scope::Asset, Some(Type::Pending))),
    ("tier1", (Scope::Tier1, None)),
    ("tier2", (Scope::Tier2, None)),
];

impl Kind for UsedFor {
    type Value = (Scope, Option<Type>);

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        let found = KINDS.into_iter().find(|(key, _)| *key == text);
        found.map(|(_, kind)| kind).ok_or_else(|| Why::new("choice", "Choose when to use the template"))
    }

    fn text(&self, value: &Self::Value) -> String {
        KINDS.into_iter().find(|(_, kind)| kind == value).map_or("", |(key, _)| key).to_owned()
    }

    fn ask(&self) -> Ask {
        let picks = KINDS.into_iter().map(|(key, (scope, type_))| match type_ {
            Some(type_) => Pick::new(key, used_for(scope, Some(type_)), type_.about()),
            None => Pick::new(key, scope.label(), "Shown once the reseller is authorised"),
        });
        Ask::Cards(picks.collect())
    }
}

impl NewTemplate {
    /// What every new product begins with: words that customers may read as they are.
    pub fn seeds() -> [Self; 5] {
        let seed =
            |scope, type_, name: &str, body: &str| Self { kind: (scope, type_), name: name.into(), body: body.into() };
        [
            seed(Scope::Asset, Some(Type::Fulfillment), "Activation", "## Welcome\n\nYour subscription is active."),
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

    pub fn of(row: &TemplateRow) -> Self {
        Self { kind: (row.scope, row.type_), name: row.name.clone(), body: row.body.clone() }
    }
}

/// What a template shows that is not there: no parameter of its scope has this name.
pub fn strange(new: &NewTemplate, parameters: &[ParameterRow]) -> Option<Violation> {
    let (scope, type_) = new.kind;
    let known = fillable(parameters, scope);
    let fits =
        |name: &str| known.iter().any(|one| one.name == name) || (type_ == Some(Type::Inquire) && name == FORM_URL);
    let strange = placeholders(&new.body).into_iter().find(|name| !fits(name))?;
    let shown: String = strange.chars().take(100).collect();
    let words = t!(
        "There is no ordering or fulfilment parameter {name} in the {scope} scope",
        name = placeholder(&shown),
        scope = Words::new(scope.label())
    );
    Some(Violation::new("body", Why::new("unknown", words)))
}

/// How a template writes the value of a parameter.
pub fn placeholder(name: &str) -> String {
    format!("{{{{ {name} }}}}")
}

/// The parameters whose values a template of this scope may show.
pub fn fillable(parameters: &[ParameterRow], scope: Scope) -> Vec<&ParameterRow> {
    parameters.iter().filter(|one| one.scope == scope && one.phase != Phase::Configuration).collect()
}
