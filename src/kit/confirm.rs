//! A page that asks once more, naming what happens; or says why there is nothing to ask.

use askama::Template;

use super::{
    effect::Effect,
    form::{self, Field, FieldError, Pick},
    input::{Form, Input},
    page::Page,
    shown::{self, Shown},
    words::{Words, filters},
};

#[derive(Template)]
#[template(path = "layouts/confirm.html")]
pub struct Confirm {
    page: Page,
    heading: Words,
    /// What it is done to, when the effects do not name it.
    about: Words,
    back: (String, &'static str),
    effects: Vec<Effect>,
    /// That it cannot be done, and why; then there is no button.
    refusal: Option<(Words, Effect)>,
    errors: Vec<FieldError>,
    note: Option<Field>,
    /// Has to be chosen from besides.
    choice: Option<(Field, Vec<Pick>)>,
    /// Has to be ticked besides.
    tick: Option<Field>,
    button: Words,
    danger: bool,
    /// The act is itself a cancellation.
    cancels: bool,
    /// Fields that are sent along unseen.
    hidden: Vec<(&'static str, String)>,
}

impl Confirm {
    /// `back` is a URL and the words of its link. The button repeats the heading.
    pub fn new<E: Into<Effect>>(
        page: Page,
        heading: impl Into<Words>,
        back: (String, &'static str),
        effects: impl IntoIterator<Item = E>,
    ) -> Self {
        let heading = heading.into();
        Self {
            page,
            button: heading.clone(),
            heading,
            about: Words::default(),
            back,
            effects: effects.into_iter().map(Into::into).collect(),
            refusal: None,
            errors: Vec::new(),
            note: None,
            choice: None,
            tick: None,
            danger: false,
            cancels: false,
            hidden: Vec::new(),
        }
    }

    /// What it is done to, below the heading.
    pub fn about(mut self, thing: impl Into<Words>) -> Self {
        self.about = thing.into();
        self
    }

    /// What is done cannot be undone.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// The act is itself a cancellation, so the way out has to be called something else.
    pub fn cancels(mut self) -> Self {
        self.cancels = true;
        self
    }

    pub fn button(mut self, words: impl Into<Words>) -> Self {
        self.button = words.into();
        self
    }

    /// Says that it cannot be done, as the act itself would refuse it, and why, instead of asking; with a link to what stands in its way.
    pub fn refused(mut self, says: impl Into<Words>, why: Option<impl Into<Effect>>) -> Self {
        self.refusal = why.map(|why| (says.into(), why.into()));
        self
    }

    /// A field that is sent along unseen.
    pub fn hiding(mut self, name: &'static str, value: impl ToString) -> Self {
        self.hidden.push((name, value.to_string()));
        self
    }

    /// What the page shows travels with the form, because the act binds somebody to it.
    pub fn binding(self, shown: &Shown) -> Self {
        self.hiding(shown::FIELD, shown.token())
    }

    /// Asks for words as well.
    pub fn with_note(mut self, note: Field) -> Self {
        self.fails(&note);
        self.note = Some(note);
        self
    }

    /// Asks for words as well: the only field of `form`.
    pub fn asking<I: Input>(self, form: &Form<I>) -> Self {
        match form.fields().first() {
            Some(note) => self.with_note(note.clone()),
            None => self,
        }
    }

    /// Asks for one of these as well, where there are any.
    pub fn choosing(mut self, choice: Option<(Field, Vec<Pick>)>) -> Self {
        self.choice = choice;
        self
    }

    /// Asks once more, by a box that has to be ticked.
    pub fn with_tick(mut self, tick: Field) -> Self {
        self.fails(&tick);
        self.tick = Some(tick);
        self
    }

    fn kind(&self) -> &'static str {
        if self.danger { "danger" } else { "primary" }
    }

    /// What the way out is called: beside a cancellation it says where it leads.
    fn leave(&self) -> &'static str {
        if self.cancels { self.back.1 } else { "Cancel" }
    }

    fn fails(&mut self, field: &Field) {
        let errors = form::errors([field]);
        if self.errors.is_empty() {
            self.page = self.page.clone().with_errors(&errors);
        }
        self.errors.extend(errors);
    }
}
