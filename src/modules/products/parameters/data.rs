//! The data of a parameter. Its fields depend on its type and phase.

use serde_json::{Value, json};

use super::{Choosable, Effect, Parameter, Phase, Scope, Shared, Type, store::ParameterRow};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        input::{
            Form, Kind, json as bodies,
            kinds::{IdOf, Line, Lines, Maybe, One, Text, Tick, Whole},
        },
        typed,
        violation::{Violation, Violations, Why, Words},
    },
    modules::marketplaces::reference,
};

input! {
    /// A parameter to be made, or what becomes of one. Phase, scope and type stay for good.
    pub struct NewParameter, Draft settled by settle {
        "" {
            phase: Phase = One::cards("Choose when it gets its value"), "Phase", at "phase", missing "Choose when it gets its value";
            scope: Scope = One::cards("Choose a scope that matches the phase"), "Scope", at "scope",
                missing "Choose a scope that matches the phase";
            type_ as "type": Type = One::list("Choose a type", "Choose a type of value"), "Type", at "type",
                missing "Choose a type of value";
            name: String = Name, "ID", at "name", missing "Enter an ID",
                hint "Letters, digits, _ and -. Used in templates and by programs.";
            title: String = Line(255), "Title", at "title", missing "Enter a title", hint "The question shown to people.";
            description: String = Text(1_000, 2), "Description", at "description";
            choices: Vec<Choosable> = Choices, "Choices", at "constraints.choices", missing "Enter at least one line";
            /// The country, or the choice, to begin with.
            default: String = Line(255), "Selected by default", at "constraints.default", hint "One of the values above.";
            min_length: Option<i32> = Maybe(Whole(1, 1_000)), "Minimum length", at "constraints.min_length", hint "Number of characters, up to 1000.";
            max_length: Option<i32> = Maybe(Whole(1, 1_000)), "Maximum length", at "constraints.max_length", hint "Number of characters, up to 1000.";
            hint: String = Line(255), "Hint", at "constraints.hint", hint "Shown next to the field.";
            placeholder: String = Line(255), "Placeholder", at "constraints.placeholder", hint "An example shown in the empty field.";
        }
        "Constraints" {
            required: bool = Tick, "Required", at "constraints.required";
            hidden: bool = Tick, "Hidden", at "constraints.hidden", hint "Visible to programs but not to people.";
            unique: bool = Tick, "Unique", at "constraints.unique", hint "No two subscriptions can have the same value.";
            reconciliation: bool = Tick, "Reconciliation", at "constraints.reconciliation",
                hint "Your own key for a subscription in usage files. Only one parameter of a product can be this.";
            shared: Option<Shared> = Maybe(One::list("Cannot see it", "Choose what partners can do")), "Partners", at "constraints.shared";
        }
        // when another parameter has one of these values, this one is required, hidden or read-only
        "Dependency" {
            depends_on: Option<Id<Parameter>> = Maybe(IdOf::new(NOT_LISTED)), "Depends on", at "constraints.dependency.parameter.id";
            depends_values: Vec<String> = Lines(3), "When it has one of these values", at "constraints.dependency.values",
                hint "Values of that parameter, one per line.";
            depends_effect: Option<Effect> = Maybe(One::list("", "Choose what happens then")), "This parameter is",
                at "constraints.dependency.effect", missing "Choose what happens then";
        }
    }
}

/// Said of a parameter that this one cannot depend on.
pub const NOT_LISTED: &str = "Choose a parameter from the list";

input! {
    /// What stays for good once a parameter is made.
    #[derive(Copy)]
    pub struct Fixed, DraftFixed settled by settle_fixed {
        "" {
            phase: Phase = One::cards("Choose when it gets its value"), "Phase", at "phase", missing "Choose when it gets its value";
            scope: Scope = One::cards("Choose a scope that matches the phase"), "Scope", at "scope",
                missing "Choose a scope that matches the phase";
            type_ as "type": Type = One::list("Choose a type", "Choose a type of value"), "Type", at "type",
                missing "Choose a type of value";
        }
    }
}

fn settle_fixed(draft: &mut DraftFixed, wrong: &mut Violations) {
    if let (Some(phase), Some(scope)) = (draft.phase, draft.scope) {
        wrong.extend(against_scope(phase, scope));
    }
}

/// What is wrong with a scope of this phase.
fn against_scope(phase: Phase, scope: Scope) -> Option<Violation> {
    let why = || Why::new("choice", "Choose a scope that matches the phase");
    (!phase.scopes().contains(&scope)).then(|| Violation::new("scope", why()))
}

impl Fixed {
    pub fn of(row: &ParameterRow) -> Self {
        Self { phase: row.phase, scope: row.scope, type_: row.type_ }
    }

    /// Other parameters whose values this one may depend on.
    pub fn dependable(self, all: &[ParameterRow], but: Option<&Id<Parameter>>) -> Vec<ParameterRow> {
        all.iter()
            .filter(|one| {
                one.phase == self.phase
                    && one.scope == self.scope
                    && one.type_.has_choices()
                    && one.type_ != Type::Subdomain
                    && Some(&one.id) != but
            })
            .cloned()
            .collect()
    }
}

impl NewParameter {
    pub fn fixed(&self) -> Fixed {
        Fixed { phase: self.phase, scope: self.scope, type_: self.type_ }
    }

    pub fn of(row: &ParameterRow) -> Self {
        Self {
            phase: row.phase,
            scope: row.scope,
            type_: row.type_,
            name: row.name.clone(),
            title: row.title.clone(),
            description: row.description.clone(),
            choices: row.choices(),
            default: row.default_value.clone(),
            min_length: row.min_length,
            max_length: row.max_length,
            hint: row.hint.clone(),
            placeholder: row.placeholder.clone(),
            required: row.required,
            hidden: row.hidden,
            unique: row.is_unique,
            reconciliation: row.reconciliation,
            shared: row.shared,
            depends_on: row.depends_on_id.clone(),
            depends_values: row.depends_values.clone(),
            depends_effect: row.depends_effect,
        }
    }
}

/// What goes with type and phase; what does not is left out, whatever was given.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    let (Some(phase), Some(scope), Some(type_)) = (draft.phase, draft.scope, draft.type_) else { return };
    let none = |has: bool, names: &[&'static str]| if has { Vec::new() } else { names.to_vec() };
    let unasked = [
        none(type_.has_choices(), &["choices"]),
        none(type_.has_choices() || type_.has_country(), &["default"]),
        none(type_ == Type::Password, &["min_length", "max_length"]),
        none(type_.has_hint(), &["hint"]),
        none(type_.has_placeholder(), &["placeholder"]),
        none(phase == Phase::Configuration, &["shared"]),
        none(!matches!(draft.depends_on, Some(None)), &["depends_values", "depends_effect"]),
    ]
    .concat();
    wrong.retain(|one| !unasked.contains(&one.at.as_ref()));
    for name in unasked {
        match name {
            "choices" => draft.choices = Some(Vec::new()),
            "default" => draft.default = Some(String::new()),
            "min_length" => draft.min_length = Some(None),
            "max_length" => draft.max_length = Some(None),
            "hint" => draft.hint = Some(String::new()),
            "placeholder" => draft.placeholder = Some(String::new()),
            "depends_values" => draft.depends_values = Some(Vec::new()),
            "depends_effect" => draft.depends_effect = Some(None),
            _ => draft.shared = Some(None),
        }
    }
    draft.reconciliation = draft.reconciliation.map(|on| on && phase == Phase::Fulfillment);
    wrong.extend(against_scope(phase, scope));
    let mut say = |at: &'static str, why: Why| wrong.push(Violation::new(at, why));
    if let Some(choices) = draft.choices.as_ref().filter(|_| type_.has_choices()) {
        let strange = choices.iter().find(|one| type_ == Type::Subdomain && !is_domain(&one.value));
        if let Some(one) = strange {
            let words = Words::new("{value} is not a domain such as example.com").with("value", &one.value);
            say("choices", Why::new("domain", words));
        }
    }
    if let Some(default) = draft.default.as_mut().filter(|default| !default.is_empty()) {
        let choices = draft.choices.as_deref().unwrap_or_default();
        if type_.has_country() {
            *default = typed::key(default).to_uppercase();
            if !reference::is_country(default) {
                say("default", Why::new("country", "Enter a two-letter country code, such as DE"));
            }
        } else if !choices.is_empty() && !choices.iter().any(|one| one.value == *default) {
            say("default", Why::new("choice", "Enter one of the values above"));
        }
    }
    if let (Some(Some(min)), Some(Some(max))) = (draft.min_length, draft.max_length)
        && min > max
    {
        say("max_length", Why::new("range", "The maximum must not be less than the minimum"));
    }
    if matches!(draft.depends_on, Some(Some(_))) && draft.depends_values.as_ref().is_some_and(Vec::is_empty) {
        say("depends_values", Why::missing("Enter at least one value of that parameter"));
    }
}

/// What programs call it.
struct Name;

impl Kind for Name {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, label: &Words) -> Result<String, Why> {
        const MOST: usize = 100;
        if text.chars().count() > MOST {
            return Err(Why::too_long(label, MOST));
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Ok(text);
        }
        Err(Why::new("name", "An ID can only contain letters, digits, _ and -, such as license_key"))
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

/// Values with their labels, one on each line.
struct Choices;

/// The most choices that a parameter may have.
const MOST_CHOICES: usize = 200;

impl Kind for Choices {
    type Value = Vec<Choosable>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        let mut choices: Vec<Choosable> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (value, label) = line.split_once('|').unwrap_or((line, line));
            let (value, label) = (value.trim().to_owned(), label.trim().to_owned());
            if value.is_empty() || label.is_empty() || value.chars().count() > 255 || label.chars().count() > 255 {
                return Err(Why::new("choices", "Each line needs a value and a label of up to 255 characters"));
            }
            if choices.iter().any(|one| one.value == value) {
                let words = Words::new("The value {value} is entered twice").with("value", value);
                return Err(Why::new("repeated", words));
            }
            choices.push(Choosable { value, label });
        }
        match choices.len() {
            0..=MOST_CHOICES => Ok(choices),
            _ => Err(Why::new("too_many", "Enter up to 200 lines")),
        }
    }

    fn text(&self, value: &Self::Value) -> String {
        let line = |one: &Choosable| match one.value == one.label {
            true => one.value.clone(),
            false => format!("{} | {}", one.value, one.label),
        };
        value.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(5)
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        if value.is_null() {
            return Ok(String::new());
        }
        serde_json::from_value(value.clone())
            .map(|choices| self.text(&choices))
            .or_else(|_| bodies::text(value).map_err(|_| Why::new("type", "Send a list of values and labels here")))
    }

    fn to_json(&self, value: &Self::Value) -> Value {
        json!(value)
    }
}

/// The form, in the words of the type.
fn worded(form: Form<NewParameter>, type_: Type) -> Form<NewParameter> {
    let form = match type_ {
        Type::Subdomain => form.saying("choices", "Parent domains", "One per line, such as example.com."),
        _ => form.saying("choices", "Choices", "One per line: value | label, or just the label."),
    };
    match type_.has_country() {
        true => form.saying("default", "Default country", "Two letters, such as DE."),
        false => form,
    }
}

/// A form of a new parameter.
pub fn empty(fixed: Fixed) -> Form<NewParameter> {
    Form::empty()
        .with("phase", fixed.phase.key())
        .with("scope", fixed.scope.key())
        .with("type", fixed.type_.key())
        .with("depends_effect", Effect::Required.key())
}

/// A form of a parameter that is there.
pub fn filled(row: &ParameterRow) -> Form<NewParameter> {
    let form = Form::filled(&NewParameter::of(row));
    if row.depends_effect.is_some() { form } else { form.with("depends_effect", Effect::Required.key()) }
}

pub fn onto(form: &Form<NewParameter>, page: FormPage, fixed: Fixed, dependable: &[ParameterRow]) -> FormPage {
    let Fixed { phase, type_, .. } = fixed;
    worded(form.clone(), type_).onto_asking(page, |entry| {
        let asked = match entry.name {
            "phase" | "scope" | "type" => false,
            "choices" => type_.has_choices(),
            "default" => type_.has_choices() || type_.has_country(),
            "min_length" | "max_length" => type_ == Type::Password,
            "hint" => type_.has_hint(),
            "placeholder" => type_.has_placeholder(),
            "reconciliation" => phase == Phase::Fulfillment,
            "shared" => phase == Phase::Configuration,
            "depends_on" | "depends_values" | "depends_effect" => !dependable.is_empty(),
            _ => true,
        };
        let others = || dependable.iter().map(|one| Pick::new(one.id.as_str(), &one.title, "")).collect();
        asked.then(|| if entry.name == "depends_on" { Ask::from_list("Nothing", others()) } else { entry.asked() })
    })
}

/// Whether name servers may know it, whatever script it is written in: labels of letters, digits and dashes, at least two.
pub(super) fn is_domain(text: &str) -> bool {
    let Ok(text) = idna::domain_to_ascii(text) else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::fields::Fields;

    fn read(type_: Type, pairs: &[(&str, &str)]) -> Option<NewParameter> {
        let fixed = [("phase", "ordering"), ("scope", "asset"), ("type", type_.key()), ("title", "A question")];
        let all = fixed.iter().chain(pairs);
        Form::typed(&Fields::new(all.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())).read()
    }

    #[test]
    fn an_id_is_one_word() {
        for (name, good) in [("license_key", true), ("a-1", true), ("license key", false), ("ключ", false), ("", false)]
        {
            assert_eq!(read(Type::Text, &[("name", name)]).is_some(), good, "{name}");
        }
    }

    #[test]
    fn choices_are_lines_and_the_one_to_begin_with_is_among_them() {
        let typed = [("name", "size"), ("choices", "s | Small\nl | Large\n\n"), ("default", "l")];
        let new = read(Type::Dropdown, &typed).unwrap();
        assert_eq!(new.choices.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Small", "Large"]);
        for bad in [
            [("name", "size"), ("choices", ""), ("default", "")],
            [("name", "size"), ("choices", "s | Small\ns | Other"), ("default", "")],
            [("name", "size"), ("choices", "s | Small"), ("default", "xl")],
        ] {
            assert!(read(Type::Dropdown, &bad).is_none(), "{bad:?}");
        }
        assert!(read(Type::Subdomain, &[("name", "site"), ("choices", "not a domain")]).is_none());
        assert!(read(Type::Subdomain, &[("name", "site"), ("choices", "example.com")]).is_some());
    }

    #[test]
    fn lengths_of_a_password_make_a_range() {
        let made = |min, max| read(Type::Password, &[("name", "p"), ("min_length", min), ("max_length", max)]);
        assert!(made("", "").is_some());
        assert_eq!(made("8", "100").map(|new| (new.min_length, new.max_length)), Some((Some(8), Some(100))));
        for (min, max) in [("9", "8"), ("0", ""), ("x", ""), ("", "1001"), ("1.000", ""), ("+8", "")] {
            assert!(made(min, max).is_none(), "{min} to {max}");
        }
    }

    #[test]
    fn every_type_makes_a_parameter_that_reads_back_as_the_same() {
        use crate::kit::input::Input as _;
        for type_ in Type::ALL {
            let choices = if *type_ == Type::Subdomain { "example.com" } else { "a\nb | B" };
            let new = read(*type_, &[("name", "x"), ("choices", choices)]).unwrap();
            assert_eq!(NewParameter::read(&new.texts()), Ok(new.clone()), "{type_}");
            let body = Value::Object(bodies::publish(NewParameter::TABLE, new.values()));
            assert_eq!(bodies::read::<NewParameter>(&body, None), Ok(new), "{type_}");
        }
    }

    #[test]
    fn a_scope_goes_with_its_phase() {
        use crate::kit::input::Input as _;
        let fits = |texts: [&str; 3]| Fixed::read(&texts.map(str::to_owned)).is_ok();
        assert!(fits(["ordering", "asset", "text"]));
        assert!(!fits(["configuration", "asset", "text"]));
        assert!(!fits(["ordering", "item", "text"]));
        assert!(read(Type::Text, &[("name", "x")]).is_some());
    }
}
