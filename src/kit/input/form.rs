//! A browser's form of an input.

use std::marker::PhantomData;

use super::{Entry, Input};
use crate::kit::{
    fields::Fields,
    form::Field,
    form_page::{Ask, FormPage},
    typed::apart,
    violation::{Violation, Violations, Words},
};

/// The fields of an input as a page asks for them: what was typed, and what is wrong with it.
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

    /// The value that was typed; what is wrong is said at its fields.
    pub fn read(&mut self) -> Option<I> {
        let texts: Vec<String> = self.fields.iter().map(|field| field.value.clone()).collect();
        I::read(&texts).map_err(|wrong| self.fail(wrong)).ok()
    }

    /// Says what is wrong at its fields, and gives back what belongs to none of them.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let mut left = Vec::new();
        for Violation { at, why } in wrong {
            match self.fields.iter_mut().find(|field| field.name == at) {
                Some(field) => field.fail(why.words.to_string()),
                None => left.push(Violation { at, why }),
            }
        }
        left
    }

    /// Says at each field what somebody else has saved there while this was typed, where it is not the same.
    pub fn beside(&mut self, mine: &I, saved: &I) {
        let differ = mine.texts().into_iter().zip(saved.texts()).map(|(mine, saved)| mine != saved);
        for ((field, shown), differs) in self.fields.iter_mut().zip(saved.shown()).zip(differ) {
            if differs && shown.is_empty() {
                field.fail("Somebody emptied this meanwhile");
            } else if differs {
                field.fail(Words::new("Saved meanwhile: {value}").with("value", apart(&shown)).to_string());
            }
        }
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.asked(page, Entry::asked)
    }

    /// As [`Form::onto`], where what can be chosen depends on who is asked.
    pub fn onto_asking(&self, page: FormPage, ask: impl Fn() -> Ask) -> FormPage {
        self.asked(page, |_| ask())
    }

    fn asked(&self, mut page: FormPage, ask: impl Fn(&Entry) -> Ask) -> FormPage {
        let mut group = "";
        for (entry, field) in I::TABLE.iter().zip(&self.fields) {
            if entry.group != group {
                group = entry.group;
                page = page.group(group);
            }
            page = page.ask(field, ask(entry));
        }
        page
    }
}
