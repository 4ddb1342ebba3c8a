//! Values of parameters: how each type is asked for, checked, kept and shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Effect, Parameter, Type, data::is_domain, store::ParameterRow};
use crate::{
    kit::{
        fields::Fields,
        form::{Field, MANY, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        problem::{Problem, Result},
        typed,
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

    /// Takes over what `other` says of the parameters that `form` asks; those it leaves empty are forgotten.
    pub fn replace(&mut self, other: &Self, form: &ValueForm) {
        for row in &form.rows {
            self.set(&row.id, other.get(&row.id).to_owned());
        }
    }

    /// The values of these parameters alone.
    pub fn only(&self, rows: &[ParameterRow]) -> Self {
        let known = |id: &String| rows.iter().any(|row| row.id.as_str() == id);
        Self(self.0.iter().filter(|(id, _)| known(id)).map(|(id, value)| (id.clone(), value.clone())).collect())
    }

    /// Those of `rows` that people see and may change while these are the values.
    fn asked<'a>(rows: &'a [ParameterRow], values: &Self) -> Vec<&'a ParameterRow> {
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
    Why::new("not_asked", "This parameter is not asked for here")
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
        let words = match row.type_ {
            Type::Password => vault.open(row.id.as_str(), &value.value).err().map(|_| Words::from("Enter it again")),
            _ => {
                let mut question = Question::new((*row).clone(), given, vault.clone());
                question.fields.iter_mut().for_each(|field| field.error = None);
                let parsed = question.parse();
                let said = question.fields.iter().find_map(|field| field.error.clone());
                said.or_else(|| parsed.is_none().then(|| Words::from("Enter it in another way")))
            }
        };
        wrong.extend(words.map(|words| Violation::new(at, Why::new("value", words))));
    }
    wrong
}

/// What stands in the place of a secret.
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

/// A value as people read it, in English. A secret is masked: whoever may know it asks for it, which is recorded.
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

/// The value of the parameter with that ID, as templates show it; one that is unknown or empty shows nothing.
pub fn named(rows: &[ParameterRow], values: &Values, name: &str) -> String {
    rows.iter().find(|row| row.name == name).map_or_else(String::new, |row| shown(row, values.get(&row.id)))
}

/// A line of an address.
struct AddressLine {
    /// The end of its field's name.
    end: &'static str,
    label: &'static str,
    /// Asks for it when it is empty; without any it may be.
    words: &'static str,
    most: usize,
}

const fn address_line(end: &'static str, label: &'static str, words: &'static str, most: usize) -> AddressLine {
    AddressLine { end, label, words, most }
}

const ADDRESS: [AddressLine; 6] = [
    address_line("", "Address", "Enter the address", 255),
    address_line("-line2", "Address, line 2", "", 255),
    address_line("-city", "City", "Enter the city", 128),
    address_line("-state", "State or region", "", 128),
    address_line("-postal", "Postal code", "", 32),
    address_line("-country", "Country", "Choose a country", 2),
];
const POSTAL: usize = 4;
const COUNTRY: usize = 5;

/// A parameter as it is asked.
struct Question {
    row: ParameterRow,
    /// One, but six for an address.
    fields: Vec<Field>,
    /// There is a sealed secret that an empty field keeps.
    kept: String,
    /// The vendor says something of the value that stands there.
    marked: bool,
    vault: Vault,
}

impl Question {
    fn new(row: ParameterRow, values: &Values, vault: Vault) -> Self {
        let (value, error) = (values.get(&row.id), values.error(&row.id));
        let mut question = Self { fields: Vec::new(), kept: String::new(), marked: !error.is_empty(), vault, row };
        let row = &question.row;
        let about: Vec<&str> =
            [row.description.as_str(), row.hint.as_str()].into_iter().filter(|words| !words.is_empty()).collect();
        let about = about.join(" ");
        let base = |hint: Words| Field {
            error: (!error.is_empty()).then(|| error.to_owned().into()),
            optional: !row.required,
            ..Field::new(row.id.to_string(), row.title.clone()).hint(hint)
        };
        // what the vendor says of it, and what we add
        let with = |more: Words| if about.is_empty() { more } else { t!("{about} {more}", about, more) };
        match row.type_ {
            Type::Address => {
                let mut lines = value.lines();
                for AddressLine { end, label, words, .. } in ADDRESS {
                    let first = end.is_empty();
                    let label = match first {
                        true => Words::data(&row.title),
                        false => t!("{title}, {part}", title = row.title, part = Words::within(Words::new(label))),
                    };
                    let typed = lines.next().unwrap_or(if end == "-country" { &row.default_value } else { "" });
                    question.fields.push(Field {
                        error: (first && !error.is_empty()).then(|| error.to_owned().into()),
                        optional: words.is_empty() || !row.required,
                        ..Field::new(format!("{}{end}", row.id), label)
                            .hint(if first { about.clone() } else { String::new() })
                            .filled(typed)
                    });
                }
            }
            Type::Password => {
                if !value.is_empty() {
                    value.clone_into(&mut question.kept);
                }
                let mut field = base(match value.is_empty() {
                    true => Words::data(&about),
                    false => with(t!("Leave it empty to keep the current value.")),
                });
                // by this name no form that has to be sent again keeps what was typed
                field.name = format!("{}-password", row.id).into();
                question.fields.push(field);
            }
            Type::Subdomain => {
                let domains = Words::any_of(row.choices().into_iter().map(|one| format!(".{}", one.value)));
                question.fields.push(base(with(t!("A name that ends in {domains}", domains))).filled(value));
            }
            Type::Checkbox => {
                question.fields.push(base(Words::data(about)).filled(value.replace('\n', MANY)));
            }
            Type::Dropdown | Type::Choice if value.is_empty() => {
                question.fields.push(base(Words::data(about)).filled(row.default_value.clone()));
            }
            _ => {
                let hint = match row.placeholder.is_empty() {
                    true => Words::data(&about),
                    false => with(t!("For example {example}", example = row.placeholder)),
                };
                question.fields.push(base(hint).filled(value));
            }
        }
        question
    }

    /// It is answered, and nobody says that the answer will not do.
    fn settled(&self) -> bool {
        let answered = !self.kept.is_empty() || self.fields.iter().any(|field| !field.value.is_empty());
        answered && !self.marked && self.fields.iter().all(|field| field.error.is_none())
    }

    fn typed(mut self, fields: &Fields) -> Self {
        let many = self.row.type_ == Type::Checkbox;
        self.fields = self
            .fields
            .into_iter()
            .map(|field| {
                let field = Field { error: None, ..field };
                if many { field.from_all(fields) } else { field.from(fields) }
            })
            .collect();
        self
    }

    /// What was typed, as it is kept; nothing typed is nothing.
    fn parse(&mut self) -> Option<String> {
        if self.row.type_ == Type::Address {
            return self.parse_address();
        }
        let (row, field) = (&self.row, self.fields.first_mut()?);
        if field.value.trim().is_empty() {
            return Some(self.kept.clone());
        }
        match row.type_ {
            Type::Text => field.text("Enter a text", 4_000),
            Type::Email => field.email(),
            Type::Url => field.link(2_048),
            Type::Phone => match reference::phone(&field.value, &row.default_value) {
                Ok(number) => Some(number),
                Err(why) => {
                    field.fail(why.words);
                    None
                }
            },
            Type::Domain | Type::Subdomain => {
                let typed = typed::key(&field.value).replace('\u{3002}', ".").to_lowercase();
                let below = row.type_ == Type::Domain
                    || row.choices().iter().any(|one| typed.ends_with(&format!(".{}", one.value.to_lowercase())));
                if is_domain(&typed) && below {
                    return Some(typed);
                }
                field.fail(match row.type_ {
                    Type::Domain => "Enter a domain such as example.com",
                    _ => "Enter a name below one of the domains that are offered",
                });
                None
            }
            Type::Password => {
                let typed = field.value.clone();
                let (least, most) = (row.min_length.unwrap_or(1), row.max_length.unwrap_or(1_000));
                let length = typed.chars().count();
                if !(least as usize..=most as usize).contains(&length) {
                    field.fail(t!("Enter {least} to {most} characters", least, most));
                    return None;
                }
                let of = row.id.as_str();
                // the same again is no change
                if self.vault.open(of, &self.kept).is_ok_and(|kept| kept == typed) {
                    return Some(self.kept.clone());
                }
                let sealed = self.vault.seal(of, &typed);
                if sealed.is_err() {
                    field.fail("This could not be kept safely. Try again");
                }
                sealed.ok()
            }
            Type::Object => {
                let typed = field.text("Enter an object", 8_000)?;
                if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&typed).is_ok() {
                    return Some(typed);
                }
                field.fail("Enter an object as JSON, such as {\"size\": 2}");
                None
            }
            Type::Dropdown | Type::Choice | Type::Checkbox => {
                let choices = row.choices();
                let chosen: Vec<&str> = field.values().collect();
                if chosen.iter().all(|value| choices.iter().any(|one| one.value == *value)) {
                    return Some(chosen.join("\n"));
                }
                field.fail("Choose from what is offered");
                None
            }
            Type::Address => None,
        }
    }

    fn parse_address(&mut self) -> Option<String> {
        let typed = |fields: &[Field]| fields[..COUNTRY].iter().any(|field| !field.value.trim().is_empty());
        if !typed(&self.fields) {
            return Some(String::new());
        }
        let mut lines = Vec::new();
        for (field, AddressLine { words, most, .. }) in self.fields.iter_mut().zip(ADDRESS) {
            field.optional = words.is_empty();
            lines.push(field.line(words, most));
        }
        let country = self.fields[COUNTRY].value.clone();
        if !reference::is_country(&country) {
            self.fields[COUNTRY].fail("Choose a country");
        }
        if reference::needs_postal_code(&country) && lines[POSTAL].as_ref().is_some_and(String::is_empty) {
            self.fields[POSTAL].fail("Enter the postal code");
        }
        let whole = self.fields.iter().all(|field| field.error.is_none());
        let lines: Option<Vec<String>> = lines.into_iter().collect();
        lines.filter(|_| whole).map(|lines| lines.join("\n"))
    }

    fn onto(&self, page: FormPage) -> FormPage {
        let picks =
            || -> Vec<Pick> { self.row.choices().into_iter().map(|one| Pick::new(one.value, one.label, "")).collect() };
        let field = &self.fields[0];
        match self.row.type_ {
            Type::Address => {
                let (lines, country) = self.fields.split_at(COUNTRY);
                let page = lines.iter().fold(page, |page, field| page.ask(field, Ask::Line));
                let countries = reference::countries();
                let countries = std::iter::once(Pick::new("", "Choose a country", "")).chain(countries).collect();
                page.ask(&country[0], Ask::Select(countries))
            }
            Type::Text | Type::Domain | Type::Subdomain => page.ask(field, Ask::Line),
            Type::Email => page.ask(field, Ask::Email),
            Type::Phone => page.ask(field, Ask::Phone),
            Type::Url => page.ask(field, Ask::Link),
            Type::Object => page.ask(field, Ask::Text(4)),
            Type::Password => page.ask(field, Ask::Secret),
            Type::Dropdown => {
                let picks = std::iter::once(Pick::new("", "Choose one", "")).chain(picks()).collect();
                page.ask(field, Ask::Select(picks))
            }
            Type::Choice => page.ask(field, Ask::Cards(picks())),
            Type::Checkbox => page.ask(field, Ask::Checks(picks())),
        }
    }
}

/// A form of parameters.
pub struct ValueForm {
    questions: Vec<Question>,
    rows: Vec<ParameterRow>,
    values: Values,
}

impl ValueForm {
    /// Asks those of `rows` that people see and may change, with `values` filled in.
    /// A secret that is typed is sealed before it goes anywhere.
    pub fn new(rows: Vec<ParameterRow>, values: &Values, vault: Vault) -> Self {
        let asked = Values::asked(&rows, values).into_iter();
        Self {
            questions: asked.map(|row| Question::new(row.clone(), values, vault.clone())).collect(),
            values: values.clone(),
            rows,
        }
    }

    /// Nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    pub fn typed(mut self, fields: &Fields) -> Self {
        self.questions = self.questions.into_iter().map(|one| one.typed(fields)).collect();
        self
    }

    /// All values with what was typed; `all`: none that is required may be missing.
    pub fn parse(&mut self, all: bool) -> Option<Values> {
        let mut values = self.values.clone();
        let mut good = true;
        for question in &mut self.questions {
            match question.parse() {
                Some(value) => values.set(&question.row.id, value),
                None => good = false,
            }
        }
        if all && good {
            let missing: Vec<Id<Parameter>> =
                missing(&self.rows, &values).into_iter().map(|row| row.id.clone()).collect();
            for question in self.questions.iter_mut().filter(|one| missing.contains(&one.row.id)) {
                question.fields[0].fail(needed(&question.row).words);
                good = false;
            }
        }
        good.then_some(values)
    }

    /// Of all values those that this form asks, also where they are empty now.
    pub fn own(&self, all: &Values) -> Values {
        let mut own = Values::default();
        for row in self.questions.iter().map(|one| &one.row) {
            own.0.insert(row.id.to_string(), Value { value: all.get(&row.id).to_owned(), error: String::new() });
        }
        own
    }

    /// Whether anything is said at a field.
    pub fn failing(&self) -> bool {
        self.questions.iter().any(|one| one.fields.iter().any(|field| field.error.is_some()))
    }

    /// Says at its field what is wrong with a value, `params.{id}`; gives back what has no field here.
    pub fn fail(&mut self, wrong: Violation) -> Option<Violation> {
        let parameter = wrong.at.strip_prefix(PLACE).unwrap_or_default();
        match self.questions.iter_mut().find(|one| one.row.id.as_str() == parameter) {
            Some(question) => question.fields[0].fail(wrong.why.words),
            None => return Some(wrong),
        }
        None
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.questions.iter().fold(page, |page, one| one.onto(page))
    }

    /// What the vendor says of values stands beside them as a hint: who opens the form has done nothing wrong yet.
    pub fn calm(mut self) -> Self {
        for field in self.questions.iter_mut().flat_map(|one| &mut one.fields) {
            if let Some(why) = field.error.take() {
                field.hint = match field.hint.is_empty() {
                    true => t!("The vendor says: {why}", why),
                    false => t!("The vendor says: {why}. {hint}", why, hint = field.hint),
                };
            }
        }
        self
    }

    /// What is left to answer, and what is answered already; all is left when nothing else is.
    pub fn apart(&self, page: &FormPage) -> (FormPage, FormPage) {
        let all = self.questions.iter().all(Question::settled);
        let (settled, left): (Vec<&Question>, Vec<&Question>) =
            self.questions.iter().partition(|one| one.settled() && !all);
        let onto = |some: Vec<&Question>, page: FormPage| some.into_iter().fold(page, |page, one| one.onto(page));
        (onto(left, page.clone()), onto(settled, page.clone()))
    }
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
