//! The form by which a vendor asks: what it needs to know, and which values are wrong.

use super::{Parameter, store::ParameterRow, values};
use crate::{
    input,
    kit::{
        fields::Fields,
        form_page::FormPage,
        id::Id,
        input::{
            Form, Input as _, Question, Questions,
            kinds::{Line, Text},
        },
        typed::apart,
        violation::{Violation, Violations},
    },
    t,
};

input! {
    /// What a vendor needs to know.
    pub struct Needed, DraftNeeded {
        "" {
            question: String = Text(2_000, 4), "What do you need to know?", at "question", missing "Enter what you need to know",
                hint "Shown above the form to fill in. Up to 2,000 characters.";
        }
    }
}

/// What is wrong with a value, in the vendor's words.
fn blame(row: &ParameterRow) -> Question<String> {
    let label = t!("Problem with {parameter}", parameter = apart(&row.title));
    Question::new(row.id.to_string(), label, Line(500))
        .at(values::place(&row.id))
        .hint("Leave this empty if the value is correct. Up to 500 characters.")
}

/// The question, and the words at each value that is wrong.
pub type Asked = (String, Vec<(Id<Parameter>, String)>);

/// The stored question to the people who can give these values.
///
/// # Errors
/// What is wrong, at `question`, or at the value of which the words are too long or which nobody there is asked for.
pub fn asked(question: &str, blamed: &[(Id<Parameter>, String)], rows: &[ParameterRow]) -> Result<Asked, Violations> {
    let mut wrong = Violations::new();
    let needed = Needed::read(&[question.to_owned()]).map_err(|all| wrong.extend(all)).ok();
    let mut said = Vec::new();
    for (parameter, words) in blamed {
        let read = match rows.iter().find(|row| row.id == *parameter) {
            Some(row) => blame(row).filled(words.clone()).value(),
            None => Err(Violation::new(values::place(parameter), values::not_asked())),
        };
        match read {
            Ok(words) => said.push((parameter.clone(), words)),
            Err(one) => wrong.push(one),
        }
    }
    match needed {
        Some(needed) if wrong.is_empty() => Ok((needed.question, said)),
        _ => Err(wrong),
    }
}

pub struct Inquiry {
    needed: Form<Needed>,
    blamed: Questions<Id<Parameter>, String>,
}

impl Inquiry {
    /// `ordering`: the parameters that the person asked can answer.
    pub fn new(ordering: &[ParameterRow]) -> Self {
        let seen = ordering.iter().filter(|row| !row.hidden);
        Self { needed: Form::empty(), blamed: seen.map(|row| (row.id.clone(), blame(row))).collect() }
    }

    pub fn typed(self, sent: &Fields) -> Self {
        Self { needed: Form::typed(sent), blamed: self.blamed.typed(sent) }
    }

    pub fn read(&mut self) -> Option<Asked> {
        let (needed, blamed) = (self.needed.read(), self.blamed.read());
        let blamed = blamed?.into_iter().filter(|(_, words)| !words.is_empty());
        let blamed = blamed.map(|(id, words)| (id.clone(), words)).collect();
        Some((needed?.question, blamed))
    }

    /// Says what is wrong at its fields, and gives back what belongs to none of them.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        self.blamed.fail(self.needed.fail(wrong))
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let page = self.needed.onto(page);
        if self.blamed.is_empty() { page } else { self.blamed.onto(page.group("Values to correct")) }
    }
}
