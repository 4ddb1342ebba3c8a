//! Values of parameters: how they are kept and shown, what depends on what, and what is wrong with those that are given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Effect, Parameter, Type,
    address::{self, COUNTRY},
    kinds::ValueOf,
    store::ParameterRow,
};
use crate::{
    kit::{
        id::Id,
        input::Kind as _,
        problem::{Problem, Result},
        vault::Vault,
        violation::{Violation, Why, Words},
    },
    modules::marketplaces::reference,
    t,
};

/// One value, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Value {
    /// Boxes and the lines of an address stand one on each line.
    value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    error: String,
}

/// The values of an object, by the id of their parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    pub fn read(json: &serde_json::Value) -> Result<Self> {
        serde_json::from_value(json.clone()).map_err(Problem::internal)
    }

    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self).map_err(Problem::internal)
    }

    /// The value, or nothing.
    pub fn get(&self, parameter: &Id<Parameter>) -> &str {
        self.0.get(parameter.as_str()).map_or("", |value| value.value.as_str())
    }

    /// What the vendor says is wrong with it, or nothing.
    pub fn error(&self, parameter: &Id<Parameter>) -> &str {
        self.0.get(parameter.as_str()).map_or("", |value| value.error.as_str())
    }

    /// Sets a value; what was wrong with the one before is forgotten.
    pub fn set(&mut self, parameter: &Id<Parameter>, value: String) {
        if value.is_empty() {
            self.0.remove(parameter.as_str());
        } else {
            self.0.insert(parameter.to_string(), Value { value, error: String::new() });
        }
    }

    pub fn blame(&mut self, parameter: &Id<Parameter>, error: &str) {
        error.clone_into(&mut self.0.entry(parameter.to_string()).or_default().error);
    }

    /// Takes over what `other` says of the parameters it names.
    pub fn take(&mut self, other: &Self) {
        for (parameter, value) in &other.0 {
            self.0.insert(parameter.clone(), value.clone());
        }
        self.0.retain(|_, value| !(value.value.is_empty() && value.error.is_empty()));
    }

    /// Takes over what `other` says of these parameters; those it leaves empty are forgotten.
    pub fn replace(&mut self, other: &Self, rows: &[ParameterRow]) {
        for row in rows {
            self.set(&row.id, other.get(&row.id).to_owned());
        }
    }

    /// What `self` says of these parameters, also where it is nothing.
    pub fn given<'a>(&self, rows: impl IntoIterator<Item = &'a ParameterRow>) -> Self {
        let one = |row: &ParameterRow| {
            let value = self.get(&row.id).to_owned();
            (row.id.to_string(), Value { value, error: String::new() })
        };
        Self(rows.into_iter().map(one).collect())
    }

    /// The values of these parameters alone.
    pub fn only(&self, rows: &[ParameterRow]) -> Self {
        let known = |id: &String| rows.iter().any(|row| row.id.as_str() == id);
        Self(self.0.iter().filter(|(id, _)| known(id)).map(|(id, value)| (id.clone(), value.clone())).collect())
    }

    /// Those of `rows` that people see and may change while these are the values.
    pub(super) fn asked<'a>(rows: &'a [ParameterRow], values: &Self) -> Vec<&'a ParameterRow> {
        let asked = |row: &&ParameterRow| {
            !row.hidden && !matches!(effect(row, values), Some(Effect::Hidden | Effect::ReadOnly))
        };
        rows.iter().filter(asked).collect()
    }

    /// Whether the vendor found anything wrong.
    pub fn blamed(&self) -> bool {
        self.0.values().any(|value| !value.error.is_empty())
    }

    pub fn forgive(&mut self) {
        for value in self.0.values_mut() {
            value.error.clear();
        }
        self.0.retain(|_, value| !value.value.is_empty());
    }
}

/// What becomes of a parameter given the values of the others.
fn effect(row: &ParameterRow, values: &Values) -> Option<Effect> {
    let on = values.get(row.depends_on_id.as_ref()?);
    on.lines().any(|value| row.depends_values.iter().any(|one| one == value)).then_some(row.depends_effect?)
}

fn is_hidden(row: &ParameterRow, values: &Values) -> bool {
    row.hidden || effect(row, values) == Some(Effect::Hidden)
}

fn is_required(row: &ParameterRow, values: &Values) -> bool {
    (row.required || effect(row, values) == Some(Effect::Required)) && !is_hidden(row, values)
}

/// Required ones that have no value.
pub fn missing<'a>(rows: &'a [ParameterRow], values: &Values) -> Vec<&'a ParameterRow> {
    rows.iter().filter(|row| is_required(row, values) && values.get(&row.id).is_empty()).collect()
}

/// What stands before the id of a parameter where its value is given.
pub const PLACE: &str = "params.";

/// The place of a parameter's value in what is given.
pub fn place(parameter: &Id<Parameter>) -> String {
    format!("{PLACE}{parameter}")
}

/// Why a required value is asked for.
pub fn needed(row: &ParameterRow) -> Why {
    Why::new("missing", Words::new("Enter a value for {parameter}").with("parameter", &row.title))
}

/// Why a value is refused that nobody asks for here.
pub fn not_asked() -> Why {
    Why::new("not_asked", "This parameter isn't asked for here")
}

/// What is wrong with values that are `given` as they are kept, by whoever fills in those of `rows` that people see and may change; `now`
/// are the values that there are. A secret is given sealed.
pub fn wrong(rows: &[ParameterRow], now: &Values, given: &Values, vault: &Vault) -> Vec<Violation> {
    let mut all = now.clone();
    all.take(given);
    let (before, after) = (Values::asked(rows, now), Values::asked(rows, &all));
    let mut wrong = Vec::new();
    for (parameter, value) in &given.0 {
        let at = format!("{PLACE}{parameter}");
        let same = now.0.get(parameter).map_or("", |kept| kept.value.as_str()) == value.value;
        // what depends on others may be asked by what is there, or by what is given with it
        let Some(row) = before.iter().chain(&after).find(|row| row.id.as_str() == parameter) else {
            if !same {
                wrong.push(Violation::new(at, not_asked()));
            }
            continue;
        };
        if same || value.value.is_empty() {
            continue;
        }
        wrong.extend(against(row, &value.value, vault).map(|why| Violation::new(at, why)));
    }
    wrong
}

/// Why a parameter cannot have a value, as it is kept.
fn against(row: &ParameterRow, kept: &str, vault: &Vault) -> Option<Why> {
    match row.type_ {
        Type::Password => vault.open(row.id.as_str(), kept).err().map(|_| Why::new("secret", "Enter it again")),
        Type::Address => address::of(kept).err()?.into_iter().next().map(|first| first.why),
        _ => {
            let kind = ValueOf::new(row.clone(), vault.clone());
            let text = kind.tidy(&kind.text(&kept.to_owned()));
            kind.value(text, &Words::data(&row.title)).err()
        }
    }
}

/// What is shown in place of a secret.
pub const MASK: &str = "••••••••";

/// A value as a page shows it: as [`shown`], with the country of an address in the reader's language.
fn said(row: &ParameterRow, value: &str) -> Words {
    let lines: Vec<&str> = value.lines().collect();
    match lines.split_at_checked(COUNTRY) {
        Some((address, [country])) if row.type_ == Type::Address => {
            let address: Vec<&str> = address.iter().copied().filter(|line| !line.is_empty()).collect();
            t!("{address}, {country}", address = address.join(", "), country = reference::country_name(country))
        }
        _ => Words::data(shown(row, value)),
    }
}

/// A value as people read it, in English. A secret is masked; people who may know it ask for it, which is recorded.
pub fn shown(row: &ParameterRow, value: &str) -> String {
    match row.type_ {
        Type::Password => if value.is_empty() { "" } else { MASK }.to_owned(),
        Type::Dropdown | Type::Choice | Type::Checkbox => {
            let choices = row.choices();
            let label = |value: &str| {
                choices.iter().find(|one| one.value == value).map_or_else(|| value.to_owned(), |one| one.label.clone())
            };
            value.lines().map(label).collect::<Vec<_>>().join(", ")
        }
        Type::Address => {
            let mut lines: Vec<String> = value.lines().map(str::to_owned).collect();
            if let Some(country) = lines.get_mut(COUNTRY) {
                *country = reference::country_name(country).to_string();
            }
            lines.retain(|line| !line.is_empty());
            lines.join(", ")
        }
        _ => value.to_owned(),
    }
}

/// The value of the parameter with that ID, as templates show it. Nothing when it is unknown or empty.
pub fn named(rows: &[ParameterRow], values: &Values, name: &str) -> String {
    rows.iter().find(|row| row.name == name).map_or_else(String::new, |row| shown(row, values.get(&row.id)))
}

/// A value as a page lists it.
pub struct Line {
    pub id: String,
    pub title: String,
    pub name: String,
    pub value: Words,
    pub error: String,
    /// Shown only when asked for.
    pub secret: bool,
    pub required: bool,
}

/// What people see of `rows`.
pub fn lines(rows: &[ParameterRow], values: &Values) -> Vec<Line> {
    rows.iter()
        .filter(|row| !is_hidden(row, values))
        .map(|row| Line {
            id: row.id.to_string(),
            title: row.title.clone(),
            name: row.name.clone(),
            value: said(row, values.get(&row.id)),
            error: values.error(&row.id).to_owned(),
            secret: row.type_ == Type::Password,
            required: is_required(row, values),
        })
        .collect()
}
