//! A page with one plain form: which fields, in which order, asked how.

use askama::Template;

use super::{
    effect::Effect,
    form::{self, Field, FieldError, Pick},
    markup::SafeHtml,
    page::Page,
    shown::{self, Shown},
    words::{Words, filters},
};

/// How a field is asked.
#[derive(Clone)]
pub enum Ask {
    Line,
    /// A whole number, on a keyboard of digits where there is one.
    Whole,
    Email,
    Phone,
    Link,
    /// So many rows.
    Text(u8),
    Select(Vec<Pick>),
    Cards(Vec<Pick>),
    Tick,
    /// Several boxes of one question.
    Checks(Vec<Pick>),
    /// A line of text for each of several things.
    Each(Each),
    /// What is typed is not shown.
    Secret,
    Day,
    /// A day and a minute.
    Moment,
    /// Endings and types that the browser offers.
    File(&'static str),
}

/// A line of text for each of several things: the thing's key is sent as `key`, beside its text as `text`.
#[derive(Clone)]
pub struct Each {
    pub about: &'static str,
    pub key: &'static str,
    pub text: &'static str,
    pub lines: Vec<(Pick, Field)>,
}

impl Ask {
    /// A list, with a first line that chooses nothing.
    pub fn from_list(first: &'static str, picks: Vec<Pick>) -> Self {
        Self::Select(std::iter::once(Pick::new("", first, "")).chain(picks).collect())
    }

    /// One of several: few are shown as cards, many as a list.
    pub fn one_of(picks: Vec<Pick>) -> Self {
        const CARDS: usize = 8;
        if picks.len() <= CARDS {
            return Self::Cards(picks);
        }
        Self::from_list("Choose one", picks)
    }
}

/// A field with its way of asking; a heading above begins a group.
#[derive(Clone)]
pub struct Asked {
    pub field: Field,
    pub ask: Ask,
    pub group: Option<Words>,
}

#[derive(Clone, Template)]
#[template(path = "layouts/form.html")]
pub struct FormPage {
    page: Page,
    heading: Words,
    sub: Words,
    back: (String, &'static str),
    /// What somebody needs to fill in the form, beside its heading: words and a URL.
    needs: Vec<(&'static str, String)>,
    errors: Vec<FieldError>,
    asked: Vec<Asked>,
    hidden: Vec<(&'static str, String)>,
    button: &'static str,
    /// A second button that only shows, and its name.
    also: Option<(&'static str, &'static str)>,
    shown: Option<(&'static str, SafeHtml)>,
    group: Option<Words>,
    files: bool,
    /// Above the effects, when they depend on what is chosen.
    lead: &'static str,
    effects: Vec<Effect>,
    danger: bool,
}

impl FormPage {
    /// `back` is a URL and the words of its link.
    pub fn new(page: Page, heading: impl Into<Words>, back: (String, &'static str), button: &'static str) -> Self {
        Self {
            page,
            heading: heading.into(),
            sub: Words::default(),
            back,
            needs: Vec::new(),
            errors: Vec::new(),
            asked: Vec::new(),
            hidden: Vec::new(),
            button,
            also: None,
            shown: None,
            group: None,
            files: false,
            lead: "",
            effects: Vec::new(),
            danger: false,
        }
    }

    /// A line below the heading.
    pub fn below_heading(mut self, words: impl Into<Words>) -> Self {
        self.sub = words.into();
        self
    }

    /// What somebody needs to fill in the form, such as a file to start from.
    pub fn needing(mut self, words: &'static str, href: String) -> Self {
        self.needs.push((words, href));
        self
    }

    /// What sending the form does, above its fields.
    pub fn effects(mut self, effects: Vec<Effect>) -> Self {
        self.effects = effects;
        self
    }

    /// What sending the form does when something is chosen, as `lead` says.
    pub fn effects_if(mut self, lead: &'static str, effects: Vec<Effect>) -> Self {
        self.lead = lead;
        self.effects(effects)
    }

    /// What is done ends something, as the effects say.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    fn kind(&self) -> &'static str {
        if self.danger { "danger" } else { "primary" }
    }

    /// The fields that follow belong together.
    pub fn group(mut self, heading: impl Into<Words>) -> Self {
        self.group = Some(heading.into());
        self
    }

    pub fn ask(mut self, field: &Field, ask: Ask) -> Self {
        let mut failed = form::errors([field]);
        if let Ask::Each(each) = &ask {
            failed.extend(form::errors(each.lines.iter().map(|(_, line)| line)));
        }
        if self.errors.is_empty() {
            self.page = self.page.with_errors(&failed);
        }
        self.errors.extend(failed);
        self.files |= matches!(ask, Ask::File(_));
        self.asked.push(Asked { field: field.clone(), ask, group: self.group.take() });
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

    /// Something that is wrong with no single field.
    pub fn failing(mut self, words: impl Into<Words>) -> Self {
        let failed = vec![("main".to_owned(), words.into())];
        if self.errors.is_empty() {
            self.page = self.page.with_errors(&failed);
        }
        self.errors.splice(0..0, failed);
        self
    }

    /// Somebody else saved meanwhile: what was typed stays, what was saved stands at the fields, and sending it again is a choice.
    pub fn overtaken(self) -> Self {
        self.failing(
            "Someone else saved changes while you were editing. Your changes are not saved yet. Save again to keep \
             what you see here, or cancel to keep theirs.",
        )
    }

    /// What is wrong with the fields, in their order.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The page, which knows of errors, and the fields, for a page that frames them otherwise.
    pub fn into_asked(self) -> (Page, Vec<Asked>) {
        (self.page, self.asked)
    }

    /// The fields alone, for a page that frames them otherwise.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// A second button, `name`, beside the first.
    pub fn also(mut self, name: &'static str, words: &'static str) -> Self {
        self.also = Some((name, words));
        self
    }

    /// Something to look at below the form.
    pub fn showing(mut self, heading: &'static str, what: SafeHtml) -> Self {
        self.shown = Some((heading, what));
        self
    }
}
