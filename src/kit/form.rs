//! A form's fields as a page shows them: what was typed, and what is wrong with it. What they mean is read by kinds ([`crate::kit::input`]).

use std::borrow::Cow;

use super::{fields::Fields, violation::Words, words::Lang};

/// One field: its id and name, its label, the text as typed, and the message when it does not do.
#[derive(Debug, Clone, Default)]
pub struct Field {
    pub name: Cow<'static, str>,
    pub label: Words,
    pub value: String,
    pub error: Option<Words>,
    pub hint: Words,
    pub optional: bool,
    /// Which of the two cards right before it asks this, `first` or `second`: it shows with that one. Nothing: it is always asked.
    pub only: &'static str,
}

/// Between the values of several boxes; cannot be typed into one.
pub const MANY: &str = "\u{1f}";

/// One of the things a select or a group of radio cards offers.
#[derive(Debug, Clone)]
pub struct Pick {
    pub value: String,
    pub label: Words,
    pub hint: Words,
    /// Sorted by its label, in the language of the page.
    pub by_label: bool,
    /// Where what it stands for can be read before it is chosen: a card links there.
    pub look: Option<String>,
}

impl Pick {
    pub fn new(value: impl Into<String>, label: impl Into<Words>, hint: impl Into<Words>) -> Self {
        Self { value: value.into(), label: label.into(), hint: hint.into(), by_label: false, look: None }
    }

    /// One of many that people look for by its label.
    pub fn by_label(value: impl Into<String>, label: impl Into<Words>, hint: impl Into<Words>) -> Self {
        Self { by_label: true, ..Self::new(value, label, hint) }
    }

    /// What it stands for can be read at `href` before it is chosen.
    pub fn looked_at(self, href: String) -> Self {
        Self { look: Some(href), ..self }
    }

    /// The languages that there are, behind what is offered to whoever chooses none.
    pub fn languages(none: Self) -> Vec<Self> {
        let all = Lang::all(false).map(|lang| Self::new(lang.tag(), Words::data(lang.name()), ""));
        std::iter::once(none).chain(all).collect()
    }
}

/// A field's id and its message, for the summary at the top of the page.
pub type FieldError = (String, Words);

impl Field {
    pub fn new(name: impl Into<Cow<'static, str>>, label: impl Into<Words>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = hint.into();
        self
    }

    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub fn filled(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// As typed in `fields`.
    pub fn from(mut self, fields: &Fields) -> Self {
        fields.text(&self.name).clone_into(&mut self.value);
        self
    }

    /// Takes every value that was sent under its name: several boxes of one question.
    pub fn from_all(mut self, fields: &Fields) -> Self {
        self.value = fields.all(&self.name).collect::<Vec<_>>().join(MANY);
        self
    }

    /// The values of several boxes.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.value.split(MANY).filter(|value| !value.is_empty())
    }

    /// Whether one of several boxes is ticked.
    pub fn has(&self, value: &str) -> bool {
        self.values().any(|one| one == value)
    }

    /// Whether this checkbox is ticked.
    pub fn ticked(&self) -> bool {
        !self.value.is_empty()
    }

    /// What stands at it as an error becomes its hint; `say` puts it before the hint that was there.
    pub fn calm(&mut self, say: impl FnOnce(Words, &Words) -> Words) {
        if let Some(error) = self.error.take() {
            self.hint = say(error, &self.hint);
        }
    }

    pub fn fail(&mut self, message: impl Into<Words>) {
        if self.error.is_none() {
            self.error = Some(message.into());
        }
    }
}

/// The errors of a form, in the order of its fields.
pub fn errors<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<FieldError> {
    fields.into_iter().filter_map(|field| Some((field.name.to_string(), field.error.clone()?))).collect()
}
