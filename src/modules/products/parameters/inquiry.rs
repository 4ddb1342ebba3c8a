//! The form by which a vendor asks: what it needs to know, and which values are wrong.

use super::{Parameter, store::ParameterRow};
use crate::{
    kit::{
        fields::Fields,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        typed::apart,
    },
    t,
};

pub struct Inquiry {
    question: Field,
    blamed: Vec<(Id<Parameter>, Field)>,
}

/// The question, and the words at each value that is wrong.
pub type Asked = (String, Vec<(Id<Parameter>, String)>);

impl Inquiry {
    /// `ordering`: the parameters that whoever is asked can answer.
    pub fn new(ordering: Vec<ParameterRow>) -> Self {
        Self {
            question: Field::new("question", "What do you need to know?")
                .hint("It stands above the form that is answered. Up to 2,000 characters."),
            blamed: ordering
                .into_iter()
                .filter(|row| !row.hidden)
                .map(|row| {
                    let field = Field::new(
                        row.id.to_string(),
                        t!("What is wrong with: {parameter}", parameter = apart(&row.title)),
                    )
                    .hint("Leave empty what is right. Up to 500 characters.")
                    .optional();
                    (row.id, field)
                })
                .collect(),
        }
    }

    pub fn typed(self, fields: &Fields) -> Self {
        Self {
            question: self.question.from(fields),
            blamed: self.blamed.into_iter().map(|(id, field)| (id, field.from(fields))).collect(),
        }
    }

    pub fn parse(&mut self) -> Option<Asked> {
        let question = self.question.text("Enter what you need to know", 2_000);
        let words: Option<Vec<_>> = self
            .blamed
            .iter_mut()
            .map(|(id, field)| Some((id.clone(), field.line("Enter what is wrong", 500)?)))
            .collect();
        let blamed = words?.into_iter().filter(|(_, words)| !words.is_empty()).collect();
        Some((question?, blamed))
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let page = page.ask(&self.question, Ask::Text(4));
        let page = if self.blamed.is_empty() { page } else { page.group("Values to correct") };
        self.blamed.iter().fold(page, |page, (_, field)| page.ask(field, Ask::Line))
    }
}
