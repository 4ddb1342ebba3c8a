//! A page that asks once more, naming what happens; or says why there is nothing to ask.

use askama::Template;

use super::{
    form::{self, Field, FieldError},
    page::Page,
};

#[derive(Template)]
#[template(path = "layouts/confirm.html")]
pub struct Confirm {
    page: Page,
    heading: String,
    back: (String, &'static str),
    effects: Vec<String>,
    /// Why it cannot be done; then there is no button.
    refusal: Option<String>,
    errors: Vec<FieldError>,
    note: Option<Field>,
    button: String,
    danger: bool,
    /// A field that is sent along unseen.
    hidden: Option<(&'static str, &'static str)>,
}

impl Confirm {
    /// `back` is a URL and the words of its link. The button repeats the heading.
    pub fn new(page: Page, heading: impl Into<String>, back: (String, &'static str), effects: Vec<String>) -> Self {
        let heading = heading.into();
        Self {
            page,
            button: heading.clone(),
            heading,
            back,
            effects,
            refusal: None,
            errors: Vec::new(),
            note: None,
            danger: false,
            hidden: None,
        }
    }

    /// What is done cannot be undone.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    pub fn button(mut self, words: impl Into<String>) -> Self {
        self.button = words.into();
        self
    }

    pub fn refused(mut self, why: Option<impl Into<String>>) -> Self {
        self.refusal = why.map(Into::into);
        self
    }

    pub fn hiding(mut self, name: &'static str, value: &'static str) -> Self {
        self.hidden = Some((name, value));
        self
    }

    /// Asks for words as well.
    pub fn with_note(mut self, note: Field) -> Self {
        self.errors = form::errors([&note]);
        self.page = self.page.with_errors(&self.errors);
        self.note = Some(note);
        self
    }
}
