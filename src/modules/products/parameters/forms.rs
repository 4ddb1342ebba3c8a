//! The form of a parameter: what is asked depends on its type and its phase.

use super::{Choosable, Effect, Parameter, Phase, Scope, Shared, Type, store::ParameterRow};
use crate::{
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        typed,
    },
    modules::marketplaces::reference,
};

/// When another parameter has one of these values, this one is required, hidden or read-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depends {
    pub on: Id<Parameter>,
    pub values: Vec<String>,
    pub effect: Effect,
}

/// A parameter to be made, or what becomes of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParameter {
    pub phase: Phase,
    pub scope: Scope,
    pub type_: Type,
    pub name: String,
    pub title: String,
    pub description: String,
    pub hint: String,
    pub placeholder: String,
    pub default: String,
    pub required: bool,
    pub hidden: bool,
    pub unique: bool,
    pub reconciliation: bool,
    pub shared: Option<Shared>,
    pub min_length: Option<i32>,
    pub max_length: Option<i32>,
    pub choices: Vec<Choosable>,
    pub depends: Option<Depends>,
}

/// What stays for good once a parameter is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    pub phase: Phase,
    pub scope: Scope,
    pub type_: Type,
}

impl Fixed {
    /// As a query or a form says it; `None` when it makes no sense.
    pub fn read(phase: &str, scope: &str, type_: &str) -> Option<Self> {
        let fixed =
            Self { phase: Phase::from_key(phase)?, scope: Scope::from_key(scope)?, type_: Type::from_key(type_)? };
        fixed.phase.scopes().contains(&fixed.scope).then_some(fixed)
    }

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

/// The most choices that a parameter may have.
const MOST_CHOICES: usize = 200;

pub struct ParameterForm {
    fixed: Fixed,
    pub name: Field,
    pub title: Field,
    pub description: Field,
    pub hint: Field,
    pub placeholder: Field,
    pub choices: Field,
    pub default: Field,
    pub required: Field,
    pub hidden: Field,
    pub unique: Field,
    pub reconciliation: Field,
    pub shared: Field,
    pub min: Field,
    pub max: Field,
    pub depends_on: Field,
    pub depends_values: Field,
    pub depends_effect: Field,
}

impl ParameterForm {
    pub fn empty(fixed: Fixed) -> Self {
        let type_ = fixed.type_;
        Self {
            fixed,
            name: Field::new("name", "ID").hint("Letters, digits, _ and -. Templates and programs name it so."),
            title: Field::new("title", "Title").hint("The question, as people read it."),
            description: Field::new("description", "Description").optional(),
            hint: Field::new("hint", "Hint").hint("Shown beside the field.").optional(),
            placeholder: Field::new("placeholder", "Placeholder").hint("An example inside the empty field.").optional(),
            choices: match type_ {
                Type::Subdomain => {
                    Field::new("choices", "Parent domains").hint("One on each line, such as example.com.")
                }
                _ => Field::new("choices", "Choices").hint("One on each line: value | label, or the label alone."),
            },
            default: if type_.has_country() {
                Field::new("default", "Country to begin with").hint("Two letters, such as DE.").optional()
            } else {
                Field::new("default", "Chosen to begin with").hint("One of the values above.").optional()
            },
            required: Field::new("required", "Required"),
            hidden: Field::new("hidden", "Hidden").hint("Programs see it, people do not."),
            unique: Field::new("unique", "Unique").hint("No two subscriptions may have the same value."),
            reconciliation: Field::new("reconciliation", "Reconciliation")
                .hint("Your own key of a subscription in usage files. One parameter of a product has it."),
            shared: Field::new("shared", "Partners").optional(),
            min: Field::new("min_length", "Shortest").hint("Characters, up to 1000.").optional(),
            max: Field::new("max_length", "Longest").hint("Characters, up to 1000.").optional(),
            depends_on: Field::new("depends_on", "Depends on").optional(),
            depends_values: Field::new("depends_values", "When it has one of these values")
                .hint("Values of that parameter, one on each line.")
                .optional(),
            depends_effect: Field::new("depends_effect", "This parameter is").filled(Effect::Required.key()),
        }
    }

    pub fn filled(row: &ParameterRow) -> Self {
        let form = Self::empty(Fixed::of(row));
        let tick = |field: Field, on: bool| field.filled(if on { "yes" } else { "" });
        let number = |field: Field, number: Option<i32>| field.filled(number.map_or(String::new(), |n| n.to_string()));
        let choices: Vec<String> = row
            .choices()
            .into_iter()
            .map(|one| if one.value == one.label { one.value } else { format!("{} | {}", one.value, one.label) })
            .collect();
        Self {
            fixed: form.fixed,
            name: form.name.filled(&row.name),
            title: form.title.filled(&row.title),
            description: form.description.filled(&row.description),
            hint: form.hint.filled(&row.hint),
            placeholder: form.placeholder.filled(&row.placeholder),
            choices: form.choices.filled(choices.join("\n")),
            default: form.default.filled(&row.default_value),
            required: tick(form.required, row.required),
            hidden: tick(form.hidden, row.hidden),
            unique: tick(form.unique, row.is_unique),
            reconciliation: tick(form.reconciliation, row.reconciliation),
            shared: form.shared.filled(row.shared.map_or("", |shared| shared.key())),
            min: number(form.min, row.min_length),
            max: number(form.max, row.max_length),
            depends_on: form.depends_on.filled(row.depends_on_id.as_ref().map_or("", |id| id.as_str())),
            depends_values: form.depends_values.filled(row.depends_values.join("\n")),
            depends_effect: form
                .depends_effect
                .filled(row.depends_effect.map_or(Effect::Required.key(), |effect| effect.key())),
        }
    }

    pub fn typed(fixed: Fixed, fields: &Fields) -> Self {
        let form = Self::empty(fixed);
        Self {
            fixed,
            name: form.name.from(fields),
            title: form.title.from(fields),
            description: form.description.from(fields),
            hint: form.hint.from(fields),
            placeholder: form.placeholder.from(fields),
            choices: form.choices.from(fields),
            default: form.default.from(fields),
            required: form.required.from(fields),
            hidden: form.hidden.from(fields),
            unique: form.unique.from(fields),
            reconciliation: form.reconciliation.from(fields),
            shared: form.shared.from(fields),
            min: form.min.from(fields),
            max: form.max.from(fields),
            depends_on: form.depends_on.from(fields),
            depends_values: form.depends_values.from(fields),
            depends_effect: form.depends_effect.from(fields),
        }
    }

    /// `dependable`: see [`Fixed::dependable`].
    pub fn parse(&mut self, dependable: &[ParameterRow]) -> Option<NewParameter> {
        let Fixed { phase, scope, type_ } = self.fixed;
        let name = self.parse_name();
        let (title, description) = (self.title.line("a title", 255), self.description.text("a description", 1_000));
        let hint = if type_.has_hint() { self.hint.line("a hint", 255) } else { Some(String::new()) };
        let placeholder =
            if type_.has_placeholder() { self.placeholder.line("a placeholder", 255) } else { Some(String::new()) };
        let choices = if type_.has_choices() { self.parse_choices() } else { Some(Vec::new()) };
        let default = self.parse_default(choices.as_deref().unwrap_or_default());
        let lengths = if type_ == Type::Password { self.parse_lengths() } else { Some((None, None)) };
        let shared = match (phase, self.shared.value.as_str()) {
            (Phase::Configuration, value) if !value.is_empty() => {
                self.shared.choice("Choose what partners may do").map(Some)
            }
            _ => Some(None),
        };
        let depends = self.parse_depends(dependable);
        let (min_length, max_length) = lengths?;
        Some(NewParameter {
            phase,
            scope,
            type_,
            name: name?,
            title: title?,
            description: description?,
            hint: hint?,
            placeholder: placeholder?,
            default: default?,
            required: self.required.ticked(),
            hidden: self.hidden.ticked(),
            unique: self.unique.ticked(),
            reconciliation: phase == Phase::Fulfillment && self.reconciliation.ticked(),
            shared: shared?,
            min_length,
            max_length,
            choices: choices?,
            depends: depends?,
        })
    }

    fn parse_name(&mut self) -> Option<String> {
        let name = self.name.key("an ID", 100)?;
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Some(name);
        }
        self.name.fail("An ID may have letters, digits, _ and - only, such as license_key");
        None
    }

    fn parse_choices(&mut self) -> Option<Vec<Choosable>> {
        let mut choices: Vec<Choosable> = Vec::new();
        let typed = self.choices.value.clone();
        for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (value, label) = line.split_once('|').unwrap_or((line, line));
            let (value, label) = (value.trim().to_owned(), label.trim().to_owned());
            if value.is_empty() || label.is_empty() || value.chars().count() > 255 || label.chars().count() > 255 {
                self.choices.fail("Each line needs a value and a label of up to 255 characters");
            } else if choices.iter().any(|one| one.value == value) {
                self.choices.fail(format!("The value {value} stands there twice"));
            } else if self.fixed.type_ == Type::Subdomain && !is_domain(&value) {
                self.choices.fail(format!("{value} is no domain such as example.com"));
            }
            choices.push(Choosable { value, label });
        }
        match choices.len() {
            0 => self.choices.fail(format!("Enter at least one line under {}", self.choices.label)),
            1..=MOST_CHOICES => {}
            _ => self.choices.fail("There may be up to 200 lines"),
        }
        self.choices.error.is_none().then_some(choices)
    }

    fn parse_default(&mut self, choices: &[Choosable]) -> Option<String> {
        let type_ = self.fixed.type_;
        let value =
            if type_.has_country() { typed::key(&self.default.value) } else { typed::line(&self.default.value) };
        if value.is_empty() || !(type_.has_choices() || type_.has_country()) {
            return Some(String::new());
        }
        if type_.has_country() {
            let country = value.to_uppercase();
            if reference::is_country(&country) {
                return Some(country);
            }
            self.default.fail("Enter a country by its two letters, such as DE");
            return None;
        }
        if !choices.is_empty() && !choices.iter().any(|one| one.value == value) {
            self.default.fail("Enter one of the values above");
            return None;
        }
        Some(value)
    }

    fn parse_lengths(&mut self) -> Option<(Option<i32>, Option<i32>)> {
        fn length(field: &mut Field) -> Option<Option<i32>> {
            if field.value.trim().is_empty() {
                return Some(None);
            }
            field.whole(1, 1_000).and_then(|number| i32::try_from(number).ok()).map(Some)
        }
        let (min, max) = (length(&mut self.min), length(&mut self.max));
        let (min, max) = (min?, max?);
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            self.max.fail("The longest must not be shorter than the shortest");
            return None;
        }
        Some((min, max))
    }

    fn parse_depends(&mut self, dependable: &[ParameterRow]) -> Option<Option<Depends>> {
        if self.depends_on.value.is_empty() {
            return Some(None);
        }
        let Some(other) = dependable.iter().find(|one| one.id.as_str() == self.depends_on.value) else {
            self.depends_on.fail("Choose a parameter from the list");
            return None;
        };
        let known = other.choices();
        let values: Vec<String> = self
            .depends_values
            .value
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        if values.is_empty() {
            self.depends_values.fail("Enter at least one value of that parameter");
        } else if let Some(strange) = values.iter().find(|value| !known.iter().any(|one| one.value == **value)) {
            self.depends_values.fail(format!("{} has no value {strange}", other.title));
        }
        let effect = self.depends_effect.choice("Choose what happens then");
        if self.depends_values.error.is_some() {
            return None;
        }
        Some(Some(Depends { on: other.id.clone(), values, effect: effect? }))
    }

    pub fn onto(&self, page: FormPage, dependable: &[ParameterRow]) -> FormPage {
        let Fixed { phase, type_, .. } = self.fixed;
        let mut page = page.ask(&self.name, Ask::Line).ask(&self.title, Ask::Line).ask(&self.description, Ask::Text(2));
        if type_.has_choices() {
            page = page.ask(&self.choices, Ask::Text(5));
        }
        if type_.has_choices() || type_.has_country() {
            page = page.ask(&self.default, Ask::Line);
        }
        if type_ == Type::Password {
            page = page.ask(&self.min, Ask::Whole).ask(&self.max, Ask::Whole);
        }
        if type_.has_hint() {
            page = page.ask(&self.hint, Ask::Line);
        }
        if type_.has_placeholder() {
            page = page.ask(&self.placeholder, Ask::Line);
        }
        page = page.group("Constraints").ask(&self.required, Ask::Tick).ask(&self.hidden, Ask::Tick);
        page = page.ask(&self.unique, Ask::Tick);
        if phase == Phase::Fulfillment {
            page = page.ask(&self.reconciliation, Ask::Tick);
        }
        if phase == Phase::Configuration {
            let picks = Shared::ALL.iter().map(|one| Pick::new(one.key(), one.label(), ""));
            let picks = std::iter::once(Pick::new("", "Do not see it", "")).chain(picks).collect();
            page = page.ask(&self.shared, Ask::Select(picks));
        }
        if !dependable.is_empty() {
            let picks = dependable.iter().map(|one| Pick::new(one.id.as_str(), &one.title, ""));
            let picks = std::iter::once(Pick::new("", "Nothing", "")).chain(picks).collect();
            let effects = Effect::ALL.iter().map(|one| Pick::new(one.key(), one.label(), "")).collect();
            page = page
                .group("Dependency")
                .ask(&self.depends_on, Ask::Select(picks))
                .ask(&self.depends_values, Ask::Text(3))
                .ask(&self.depends_effect, Ask::Select(effects));
        }
        page
    }
}

/// Labels of letters, digits and dashes, at least two.
/// Whether name servers may know it, whatever script it is written in.
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

    fn form(type_: Type, pairs: &[(&str, &str)]) -> ParameterForm {
        let fixed = Fixed { phase: Phase::Ordering, scope: Scope::Asset, type_ };
        let all = [("title", "A question")].iter().chain(pairs);
        ParameterForm::typed(fixed, &Fields::new(all.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    #[test]
    fn an_id_is_one_word() {
        for (name, good) in [("license_key", true), ("a-1", true), ("license key", false), ("ключ", false), ("", false)]
        {
            assert_eq!(form(Type::Text, &[("name", name)]).parse(&[]).is_some(), good, "{name}");
        }
    }

    #[test]
    fn choices_are_lines_and_the_one_to_begin_with_is_among_them() {
        let typed = [("name", "size"), ("choices", "s | Small\nl | Large\n\n"), ("default", "l")];
        let new = form(Type::Dropdown, &typed).parse(&[]).unwrap();
        assert_eq!(new.choices.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Small", "Large"]);
        for bad in [
            [("name", "size"), ("choices", ""), ("default", "")],
            [("name", "size"), ("choices", "s | Small\ns | Other"), ("default", "")],
            [("name", "size"), ("choices", "s | Small"), ("default", "xl")],
        ] {
            assert!(form(Type::Dropdown, &bad).parse(&[]).is_none(), "{bad:?}");
        }
        assert!(form(Type::Subdomain, &[("name", "site"), ("choices", "not a domain")]).parse(&[]).is_none());
        assert!(form(Type::Subdomain, &[("name", "site"), ("choices", "example.com")]).parse(&[]).is_some());
    }

    #[test]
    fn lengths_of_a_password_make_a_range() {
        let made =
            |min, max| form(Type::Password, &[("name", "p"), ("min_length", min), ("max_length", max)]).parse(&[]);
        assert!(made("", "").is_some());
        assert_eq!(made("8", "100").map(|new| (new.min_length, new.max_length)), Some((Some(8), Some(100))));
        for (min, max) in [("9", "8"), ("0", ""), ("x", ""), ("", "1001"), ("1.000", ""), ("+8", "")] {
            assert!(made(min, max).is_none(), "{min} to {max}");
        }
    }

    #[test]
    fn every_type_makes_a_parameter() {
        for type_ in Type::ALL {
            let choices = if *type_ == Type::Subdomain { "example.com" } else { "a\nb" };
            assert!(form(*type_, &[("name", "x"), ("choices", choices)]).parse(&[]).is_some(), "{type_}");
        }
    }

    #[test]
    fn a_scope_goes_with_its_phase() {
        assert!(Fixed::read("ordering", "asset", "text").is_some());
        assert!(Fixed::read("configuration", "asset", "text").is_none());
        assert!(Fixed::read("ordering", "item", "text").is_none());
    }
}
