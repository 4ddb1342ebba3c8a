//! The form that asks for values of parameters: those that people see and may change.

use super::{
    Parameter, Type,
    address::AddressForm,
    kinds::ValueOf,
    store::ParameterRow,
    values::{self, Line, PLACE, Values},
};
use crate::{
    kit::{
        fields::Fields,
        form::Field,
        form_page::FormPage,
        id::Id,
        input::Question,
        vault::Vault,
        violation::{Violations, Words},
    },
    t,
};

/// A parameter as it is asked.
struct Asked {
    row: ParameterRow,
    fields: Way,
    /// What an empty field keeps: a sealed secret.
    kept: String,
    /// The vendor says something of the value that stands there.
    marked: bool,
    /// It was answered before, so it is shown and not asked.
    fixed: bool,
}

enum Way {
    One(Box<Question<String>>),
    Address(AddressForm),
}

impl Asked {
    fn new(row: &ParameterRow, values: &Values, vault: &Vault) -> Self {
        let value = values.get(&row.id);
        let about: Vec<&str> =
            [row.description.as_str(), row.hint.as_str()].into_iter().filter(|words| !words.is_empty()).collect();
        let about = about.join(" ");
        let fields = match row.type_ {
            Type::Address => Way::Address(AddressForm::new(row, value, &about)),
            _ => Way::One(Box::new(of_one_field(row, value, about, vault))),
        };
        let kept = if row.type_ == Type::Password { value.to_owned() } else { String::new() };
        let error = values.error(&row.id);
        let mut asked = Self { row: row.clone(), fields, kept, marked: !error.is_empty(), fixed: false };
        if asked.marked {
            asked.fail(error.to_owned());
        }
        asked
    }

    fn fields(&self) -> &[Field] {
        match &self.fields {
            Way::One(question) => std::slice::from_ref(question.field()),
            Way::Address(form) => form.fields(),
        }
    }

    /// It is answered, and nobody says that the answer will not do.
    fn settled(&self) -> bool {
        let fields = self.fields();
        let answered = !self.kept.is_empty() || fields.iter().any(|field| !field.value.is_empty());
        answered && !self.marked && fields.iter().all(|field| field.error.is_none())
    }

    /// What the vendor says stands beside the value as a hint.
    fn calm(&mut self) {
        let say = |why: Words, hint: &Words| match hint.is_empty() {
            true => t!("The vendor says: {why}", why),
            false => t!("The vendor says: {why}. {hint}", why, hint),
        };
        match &mut self.fields {
            Way::One(question) => question.calm(say),
            Way::Address(form) => form.calm(say),
        }
    }

    /// What is fixed stays as it is, unless it was asked again and so came along.
    fn typed(self, sent: &Fields) -> Self {
        if self.fixed && !self.fields().iter().any(|field| sent.has(&field.name)) {
            return self;
        }
        let fields = match self.fields {
            Way::One(question) => Way::One(Box::new(question.typed(sent))),
            Way::Address(form) => Way::Address(form.typed(sent)),
        };
        Self { fields, fixed: false, ..self }
    }

    /// What was typed, as it is kept; nothing typed is nothing.
    fn read(&mut self) -> Option<String> {
        let value = match &mut self.fields {
            Way::One(question) => question.read(),
            Way::Address(form) => form.read(),
        };
        value.map(|value| if value.is_empty() { self.kept.clone() } else { value })
    }

    /// What is refused is asked again.
    fn fail(&mut self, words: impl Into<Words>) {
        self.fixed = false;
        match &mut self.fields {
            Way::One(question) => question.fail(words),
            Way::Address(form) => form.fail(words),
        }
    }

    fn onto(&self, page: FormPage) -> FormPage {
        match &self.fields {
            Way::One(question) => question.onto(page),
            Way::Address(form) => form.onto(page),
        }
    }
}

fn of_one_field(row: &ParameterRow, value: &str, about: String, vault: &Vault) -> Question<String> {
    let kind = ValueOf::new(row.clone(), vault.clone()).sealed(value);
    // what the vendor says of it, and what we add
    let with = |more: Words| if about.is_empty() { more } else { t!("{about} {more}", about, more) };
    let hint = match row.type_ {
        Type::Password if !value.is_empty() => with(t!("Leave empty to keep the current value.")),
        Type::Subdomain => {
            let domains = Words::any_of(row.choices().into_iter().map(|one| format!(".{}", one.value)));
            with(t!("A name ending in {domains}", domains))
        }
        Type::Password | Type::Checkbox | Type::Dropdown | Type::Choice => Words::data(&about),
        _ if row.placeholder.is_empty() => Words::data(&about),
        _ => with(t!("Example: {example}", example = row.placeholder)),
    };
    let name = match row.type_ {
        // by this name no form that has to be sent again keeps what was typed
        Type::Password => format!("{}-password", row.id),
        _ => row.id.to_string(),
    };
    let begins = match row.type_ {
        Type::Dropdown | Type::Choice if value.is_empty() => &row.default_value,
        _ => value,
    };
    let question =
        Question::new(name, row.title.clone(), kind).at(values::place(&row.id)).hint(hint).holding(&begins.to_owned());
    if row.required { question.wanted() } else { question }
}

/// A form of parameters.
pub struct ValueForm {
    asked: Vec<Asked>,
    rows: Vec<ParameterRow>,
    values: Values,
}

impl ValueForm {
    /// Asks those of `rows` that people see and may change, with `values` filled in.
    /// A secret that is typed is sealed before it goes anywhere.
    pub fn new(rows: Vec<ParameterRow>, values: &Values, vault: Vault) -> Self {
        let asked = Values::asked(&rows, values).into_iter().map(|row| Asked::new(row, values, &vault)).collect();
        Self { asked, values: values.clone(), rows }
    }

    /// Nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    pub fn typed(mut self, sent: &Fields) -> Self {
        self.asked = self.asked.into_iter().map(|one| one.typed(sent)).collect();
        self
    }

    /// All parameters that the form is of, asked or not.
    pub fn rows(&self) -> &[ParameterRow] {
        &self.rows
    }

    /// All values with what was typed; `all`: none that is required may be missing.
    pub fn read(&mut self, all: bool) -> Option<Values> {
        let mut values = self.values.clone();
        let mut good = true;
        for one in self.asked.iter_mut().filter(|one| !one.fixed) {
            match one.read() {
                Some(value) => values.set(&one.row.id, value),
                None => good = false,
            }
        }
        if all && good {
            let missing: Vec<Id<Parameter>> =
                values::missing(&self.rows, &values).into_iter().map(|row| row.id.clone()).collect();
            for one in self.asked.iter_mut().filter(|one| missing.contains(&one.row.id)) {
                let words = values::needed(&one.row).words;
                one.fail(words);
                good = false;
            }
        }
        good.then_some(values)
    }

    /// Of all values those that this form asks, also where they are empty now.
    pub fn own(&self, all: &Values) -> Values {
        all.given(self.asked.iter().map(|one| &one.row))
    }

    /// Says at its field what is wrong with a value, `params.{id}`; gives back what has no field here.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let mut left = Violations::new();
        for one in wrong {
            let parameter = one.at.strip_prefix(PLACE).unwrap_or_default();
            match self.asked.iter_mut().find(|asked| asked.row.id.as_str() == parameter) {
                Some(asked) => asked.fail(one.why.words),
                None => left.push(one),
            }
        }
        left
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.asked.iter().fold(page, |page, one| one.onto(page))
    }

    /// What the vendor says of values stands beside them as a hint: who opens the form has done nothing wrong yet.
    pub fn calm(mut self) -> Self {
        self.asked.iter_mut().for_each(Asked::calm);
        self
    }

    /// Whatever was answered before is shown and not asked; all is asked when nothing else is.
    pub fn fixing(mut self) -> Self {
        let settled: Vec<bool> = self.asked.iter().map(Asked::settled).collect();
        if settled.contains(&false) {
            self.asked.iter_mut().zip(settled).for_each(|(one, settled)| one.fixed = settled);
        }
        self
    }

    /// What is asked, on the page, and what was answered before.
    pub fn apart(&self, page: FormPage) -> (FormPage, Vec<Line>) {
        let (fixed, left): (Vec<&Asked>, Vec<&Asked>) = self.asked.iter().partition(|one| one.fixed);
        let fixed: Vec<ParameterRow> = fixed.into_iter().map(|one| one.row.clone()).collect();
        (left.into_iter().fold(page, |page, one| one.onto(page)), values::lines(&fixed, &self.values))
    }
}
