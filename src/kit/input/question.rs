//! Fields that are made from data: what a vendor asks, how much of an item, which of the things that are there now.
//!
//! What is asked of everybody stands in a table ([`crate::input!`]). What rows say is a [`Question`] each, with its own name, label and
//! kind. It is read, refused and asked by the same kinds: a wrong value has the same code, whether a table or a row asked for it.

use super::Kind;
use crate::kit::{
    fields::Fields,
    form::{Field, FieldError},
    form_page::{Ask, FormPage},
    violation::{Path, Violation, Violations, Why, Words},
};

/// A field that is made from data, and the kind that reads it.
pub struct Question<V> {
    field: Field,
    /// Where its violations lie.
    at: Path,
    /// Asks for it when it is empty. Without any it may be.
    missing: Option<Words>,
    kind: Box<dyn Kind<Value = V> + Send + Sync>,
}

impl<V> Question<V> {
    /// May be left out, and its violations lie at its name, until something else is said.
    pub fn new(
        name: impl Into<Path>,
        label: impl Into<Words>,
        kind: impl Kind<Value = V> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        Self { at: name.clone(), field: Field::new(name, label).optional(), missing: None, kind: Box::new(kind) }
    }

    /// Its violations lie at another place, `items.PRD-…`.
    pub fn at(self, at: impl Into<Path>) -> Self {
        Self { at: at.into(), ..self }
    }

    pub fn hint(self, hint: impl Into<Words>) -> Self {
        Self { field: self.field.hint(hint), ..self }
    }

    /// It has to be filled in; `words` ask for it.
    pub fn missing(self, words: impl Into<Words>) -> Self {
        Self { missing: Some(words.into()), ..self.wanted() }
    }

    /// It is wanted, and whoever acts on it asks for it: what is sent may leave it out.
    pub fn wanted(mut self) -> Self {
        self.field.optional = false;
        self
    }

    pub fn filled(self, text: impl Into<String>) -> Self {
        Self { field: self.field.filled(text), ..self }
    }

    /// Filled with a value.
    pub fn holding(self, value: &V) -> Self {
        let text = self.kind.text(value);
        self.filled(text)
    }

    pub fn typed(self, sent: &Fields) -> Self {
        let field = Field { error: None, ..self.field };
        let field = match self.kind.ask() {
            Ask::Checks(_) => field.from_all(sent),
            _ => field.from(sent),
        };
        Self { field, ..self }
    }

    /// The field as a page shows it.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Says something at the field.
    pub fn fail(&mut self, words: impl Into<Words>) {
        self.field.fail(words);
    }

    /// As [`Field::calm`].
    pub fn calm(&mut self, say: impl FnOnce(Words, &Words) -> Words) {
        self.field.calm(say);
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.onto_as(page, self.kind.ask())
    }

    /// As [`Question::onto`], where a page offers some of what can be answered.
    pub fn onto_as(&self, page: FormPage, ask: Ask) -> FormPage {
        page.ask(&self.field, ask)
    }
}

impl<V: Default> Question<V> {
    /// The value of what was typed; what may be left out has a default.
    ///
    /// # Errors
    /// What is wrong, at its place.
    pub fn value(&self) -> Result<V, Violation> {
        let text = self.kind.tidy(&self.field.value);
        let value = match (&self.missing, text.is_empty()) {
            (Some(words), true) => Err(Why::new("missing", words.clone())),
            (None, true) => Ok(V::default()),
            (_, false) => self.kind.value(text, &self.field.label),
        };
        value.map_err(|why| Violation::new(self.at.clone(), why))
    }

    /// The same; what is wrong is said at the field.
    pub fn read(&mut self) -> Option<V> {
        self.value().map_err(|wrong| self.fail(wrong.why.words)).ok()
    }
}

/// Several of them, each of one thing `K`.
pub struct Questions<K, V>(Vec<(K, Question<V>)>);

impl<K, V> FromIterator<(K, Question<V>)> for Questions<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, Question<V>)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl<K, V> IntoIterator for Questions<K, V> {
    type Item = (K, Question<V>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K, V> Questions<K, V> {
    pub fn typed(self, sent: &Fields) -> Self {
        self.0.into_iter().map(|(of, one)| (of, one.typed(sent))).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(K, Question<V>)> {
        self.0.iter()
    }

    /// What is wrong, in the order of the fields.
    pub fn errors(&self) -> Vec<FieldError> {
        crate::kit::form::errors(self.iter().map(|(_, one)| &one.field))
    }

    /// Says something at the first, where it is of all of them.
    pub fn fail_first(&mut self, words: impl Into<Words>) {
        if let Some((_, first)) = self.0.first_mut() {
            first.fail(words);
        }
    }

    /// Says what is wrong at its fields, and gives back what belongs to none of them.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let mut left = Violations::new();
        for one in wrong {
            match self.0.iter_mut().find(|(_, question)| question.at == one.at) {
                Some((_, question)) => question.fail(one.why.words),
                None => left.push(one),
            }
        }
        left
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        self.iter().fold(page, |page, (_, one)| one.onto(page))
    }
}

impl<K, V: Default> Questions<K, V> {
    /// What was typed of each, in their order. None when one of them does not do: its field says why.
    pub fn read(&mut self) -> Option<Vec<(&K, V)>> {
        // all of them, so that all that is wrong is said at once
        let read: Vec<_> = self.0.iter_mut().map(|(of, one)| (&*of, one.read())).collect();
        read.into_iter().map(|(of, value)| Some((of, value?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::kinds::{Key, Line};

    fn sent(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_question_is_refused_at_its_place_by_its_kind() {
        let question = || Question::new("HB-1", "Account", Key(5)).at("hubs.HB-1");
        let value = |question: Question<String>| question.value().map_err(|one| (one.at.to_string(), one.why.code));
        assert_eq!(value(question().filled(" a-1\u{200b} ")), Ok("a-1".to_owned()));
        assert_eq!(value(question()), Ok(String::new()));
        assert_eq!(value(question().missing("Enter it")), Err(("hubs.HB-1".to_owned(), "missing")));
        assert_eq!(value(question().filled("123456")), Err(("hubs.HB-1".to_owned(), "too_long")));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let all = || -> Questions<u8, String> {
            (1..=3).map(|n| (n, Question::new(format!("q{n}"), "Q", Line(3)).missing("Enter it"))).collect()
        };
        let mut some = all().typed(&sent(&[("q1", "long"), ("q3", "yes")]));
        assert_eq!(some.read(), None);
        assert_eq!(some.errors().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["q1", "q2"]);
        let mut good = all().typed(&sent(&[("q1", "a"), ("q2", "b"), ("q3", "c")]));
        assert_eq!(good.read(), Some(vec![(&1, "a".into()), (&2, "b".into()), (&3, "c".into())]));
        let elsewhere = Violation::new("q4", Why::missing("Enter it"));
        assert_eq!(good.fail(vec![elsewhere.clone()]), [elsewhere]);
    }
}
