//! A browser's form of an input.

use std::marker::PhantomData;

use super::{Entry, Input};
use crate::kit::{
    fields::Fields,
    form::{self, Field, FieldError},
    form_page::{Ask, FormPage},
    problem::Result,
    violation::{self, Violation, Violations, Words},
};

/// The fields of an input as a page asks for them: what was typed, and what is wrong with it.
#[derive(Clone)]
pub struct Form<I> {
    fields: Vec<Field>,
    input: PhantomData<fn() -> I>,
}

impl<I: Input> Form<I> {
    pub fn empty() -> Self {
        let fields = I::TABLE.iter().map(|entry| {
            let field = Field::new(entry.name, entry.label).hint(entry.hint);
            if entry.missing.is_none() { field.optional() } else { field }
        });
        Self { fields: fields.collect(), input: PhantomData }
    }

    pub fn typed(sent: &Fields) -> Self {
        let mut form = Self::empty();
        for (entry, field) in I::TABLE.iter().zip(&mut form.fields) {
            match (entry.ask)() {
                Ask::Checks(_) => *field = std::mem::take(field).from_all(sent),
                _ => sent.text(&field.name).clone_into(&mut field.value),
            }
        }
        form
    }

    pub fn filled(value: &I) -> Self {
        let mut form = Self::empty();
        for (field, text) in form.fields.iter_mut().zip(value.texts()) {
            field.value = text;
        }
        form
    }

    /// As [`Form::filled`], over which what was sent of the fields that `asked` names was typed.
    pub fn typed_over(value: &I, sent: &Fields, asked: impl Fn(&str) -> bool) -> Self {
        let mut form = Self::filled(value);
        for (field, typed) in form.fields.iter_mut().zip(Self::typed(sent).fields) {
            if asked(&field.name) {
                *field = typed;
            }
        }
        form
    }

    /// The same with a field that begins with something.
    pub fn with(mut self, name: &str, text: &str) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            text.clone_into(&mut field.value);
        }
        self
    }

    /// The same with a field that is asked in other words.
    pub fn saying(mut self, name: &str, label: &'static str, hint: impl Into<Words>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.label = label.into();
            field.hint = hint.into();
        }
        self
    }

    /// A field, for a page that frames it otherwise.
    pub fn field(&self, name: &str) -> Field {
        self.fields.iter().find(|field| field.name == name).cloned().unwrap_or_default()
    }

    /// What is wrong, in the order of the fields.
    pub fn errors(&self) -> Vec<FieldError> {
        form::errors(&self.fields)
    }

    /// Whether something is wrong with a field.
    pub fn failed(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name && field.error.is_some())
    }

    /// The same with a field that has to be filled in here.
    pub fn demanding(mut self, name: &str) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.optional = false;
        }
        self
    }

    /// The same with a field that only one of the two cards right before it asks, the `first` or the `second`, and has to be filled in then.
    pub fn asked_by(mut self, name: &str, card: &'static str) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.optional = false;
            field.only = card;
        }
        self
    }

    /// The fields, for a page that asks them otherwise.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The text of a field, as typed.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str())
    }

    /// Says at each field what somebody else has saved there while this was typed, where it is not the same.
    pub fn compare(&mut self, saved: &I) {
        if let Some(mine) = self.read() {
            self.beside(&mine, saved, saved.shown());
        }
    }

    /// As [`Form::compare`], with a field whose kind knows only ids: these are the names of what was saved there.
    pub fn compare_naming(&mut self, saved: &I, name: &str, names: Words) {
        let Some(mine) = self.read() else { return };
        let told = I::TABLE.iter().zip(saved.shown());
        let told = told.map(|(entry, shown)| if entry.name == name { names.clone() } else { shown });
        self.beside(&mine, saved, told.collect());
    }

    /// The value that was typed; what is wrong is said at its fields.
    pub fn read(&mut self) -> Option<I> {
        let texts: Vec<String> = self.fields.iter().map(|field| field.value.clone()).collect();
        I::read(&texts).map_err(|wrong| self.fail(wrong)).ok()
    }

    /// Acts on the value that was typed. None when it does not do, or the act refused it: the fields say why.
    ///
    /// # Errors
    /// As [`Form::told`].
    pub async fn sent<T, F: Future<Output = Result<T>>>(&mut self, act: impl FnOnce(I) -> F) -> Result<Option<T>> {
        match self.read() {
            Some(value) => self.told(act(value).await),
            None => Ok(None),
        }
    }

    /// What an act came to; none when it was refused for what a field says, which then says why.
    ///
    /// # Errors
    /// Whatever else stops the act, and what is wrong with no field.
    pub fn told<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match violation::told(outcome)? {
            Ok(done) => Ok(Some(done)),
            Err(wrong) => violation::none_left(self.fail(wrong)).map(|()| None),
        }
    }

    /// Says what is wrong at its fields, and gives back what belongs to none of them.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let mut left = Vec::new();
        for Violation { at, why } in wrong {
            match self.fields.iter_mut().find(|field| field.name == at) {
                Some(field) => field.fail(why.words),
                None => left.push(Violation { at, why }),
            }
        }
        left
    }

    fn beside(&mut self, mine: &I, saved: &I, shown: Vec<Words>) {
        let differ = mine.texts().into_iter().zip(saved.texts()).map(|(mine, saved)| mine != saved);
        for ((field, shown), differs) in self.fields.iter_mut().zip(shown).zip(differ) {
            if differs && shown.is_empty() {
                field.fail("Someone else cleared this field");
            } else if differs {
                field.fail(Words::new("Saved by someone else: {value}").with("value", shown.apart()));
            }
        }
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.onto_asking(page, |entry| Some(entry.asked()))
    }

    /// As [`Form::onto`], where what can be chosen depends on who is asked, or on what; none is not asked at all.
    pub fn onto_asking(&self, mut page: FormPage, ask: impl Fn(&Entry) -> Option<Ask>) -> FormPage {
        let mut group = "";
        for (entry, field) in I::TABLE.iter().zip(&self.fields) {
            let Some(ask) = ask(entry) else { continue };
            if entry.group != group {
                group = entry.group;
                page = page.group(group);
            }
            page = page.ask(field, ask);
        }
        page
    }
}
