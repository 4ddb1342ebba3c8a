//! What an agreement and its versions are made of: a table for each part, since forms put them together differently.

use super::{
    Type,
    documents::{self, Prepared, Stored},
};
use crate::{
    choice, input,
    kit::{
        actor::Rights,
        choice::Choice as _,
        fields::Fields,
        form::Pick,
        form_page::{Ask, FormPage},
        input::{
            Form, Kind,
            kinds::{Line, Link, Maybe, One, Text, Tick},
        },
        problem::Result,
        typed,
        violation::{Violation, Violations, Why},
        visit::House,
        words,
    },
    t,
};

input! {
    /// What an agreement is for. It stays for good.
    pub struct Purpose, DraftPurpose {
        "" { type_ as "type": Type = One::cards("Choose Program or Service"), "Type", at "type", missing "Choose Program or Service"; }
    }
}

input! {
    /// What an agreement says of itself.
    pub struct Words, DraftWords {
        "" {
            name: String = Line(100), "Name", at "name", missing "Enter a name";
            description: String = Text(2_000, 3), "Description", at "description", missing "Enter a description",
                hint "What it's for, in a few words. You can use Markdown.";
        }
    }
}

choice! {
    /// Where the document of a version is.
    Source without column { Link = "link" / "Link", Upload = "upload" / "Upload" }
}

impl Source {
    fn about(self) -> &'static str {
        match self {
            Self::Link => "The document is stored elsewhere. The evidence doesn't include its hash.",
            Self::Upload => "The document is stored here, and its hash is part of every signature.",
        }
    }
}

input! {
    /// The document of a version, before its file is read. Both ways are asked; the source decides which counts.
    pub struct Named, DraftNamed settled by settle {
        "" {
            source: Source = One::cards("Choose Link or Upload").about(Source::about), "Document source", at "source",
                missing "Choose Link or Upload";
            link: Option<String> = Maybe(Link(2_048)), "Link", at "link",
                hint "A web address your partners can open.";
            file: String = Attached, "File", at "file", hint "PDF, Markdown or plain text, up to 10 MB.";
        }
    }
}

/// Only what the source names counts, and that has to be there.
fn settle(draft: &mut DraftNamed, wrong: &mut Violations) {
    match draft.source {
        Some(Source::Link) if draft.link == Some(None) => {
            wrong.push(Violation::new("link", Why::missing("Enter a link")))
        }
        Some(Source::Upload) => {
            wrong.retain(|one| one.at != "link");
            draft.link = Some(None);
            if draft.file.as_deref() == Some("") {
                wrong.push(Violation::new("file", Why::missing("Choose a file")));
            }
        }
        _ => {}
    }
}

/// A file that comes along, by its name.
struct Attached;

impl Kind for Attached {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::line(text)
    }

    fn value(&self, text: String, _: &words::Words) -> Result<String, Why> {
        Ok(text)
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::File(".pdf,.md,.markdown,.txt,application/pdf,text/markdown,text/plain")
    }
}

/// A document as it was given, its file read.
#[derive(Debug, Clone)]
pub enum NewDocument {
    Link(String),
    File(Prepared),
    /// One that was kept before.
    Stored(Stored),
}

/// The form of [`Named`], for a new page.
pub fn document() -> Form<Named> {
    by_source(Form::empty().with("source", Source::Link.key()))
}

/// The form of [`Named`] as it was sent, with the name of its file.
pub fn document_sent(sent: &Fields) -> Form<Named> {
    by_source(Form::typed(sent).with("file", sent.file("file").map_or("", |file| &file.file_name)))
}

/// The link and the file, each asked by its source.
fn by_source(form: Form<Named>) -> Form<Named> {
    form.asked_by("link", "first").asked_by("file", "second")
}

impl Named {
    /// Reads the file that came along.
    ///
    /// # Errors
    /// What is wrong with it, at `file`; [`crate::kit::problem::Problem::Busy`] when too many documents are being read.
    pub async fn read(self, sent: &Fields, house: &House) -> Result<NewDocument> {
        match (self.link, sent.file("file")) {
            (Some(link), _) => Ok(NewDocument::Link(link)),
            (None, Some(upload)) => documents::prepare(upload.clone(), house).await.map(NewDocument::File),
            (None, None) => Err(Violation::new("file", Why::missing("Choose a file")).into()),
        }
    }
}

input! {
    /// Whether partners sign a version from now on.
    pub struct Start, DraftStart {
        "" {
            activate: bool = Tick, "Activate version", at "activate",
                hint "Contracts can only be created from an active version. You can also activate it later.";
        }
    }
}

/// The types that a company with these rights may write, as cards.
pub fn types(rights: Rights) -> Ask {
    let written = Type::INVITING.iter().filter(|type_| type_.written_with(rights));
    let cards = written.map(|type_| {
        let about = match type_ {
            Type::Program | Type::Distribution => t!("General terms for vendors."),
            Type::Service | Type::Syndication | Type::Referral => t!("Terms for resellers."),
        };
        Pick::new(type_.key(), type_.label(), about)
    });
    Ask::Cards(cards.collect())
}

/// Create Agreement.
pub struct NewForm {
    pub purpose: Form<Purpose>,
    pub words: Form<Words>,
    pub document: Form<Named>,
    pub start: Form<Start>,
}

impl NewForm {
    pub fn empty(type_: &str) -> Self {
        Self {
            purpose: Form::empty().with("type", type_),
            words: Form::empty(),
            document: document(),
            start: Form::empty(),
        }
    }

    pub fn typed(sent: &Fields) -> Self {
        Self {
            purpose: Form::typed(sent),
            words: Form::typed(sent),
            document: document_sent(sent),
            start: Form::typed(sent),
        }
    }

    /// All that was typed, or what is wrong at its fields.
    pub fn read(&mut self) -> Option<(Purpose, Words, Named, Start)> {
        let (purpose, words) = (self.purpose.read(), self.words.read());
        let (document, start) = (self.document.read(), self.start.read());
        Some((purpose?, words?, document?, start?))
    }

    /// `starts`: whether the person may activate a version.
    pub fn onto(&self, page: FormPage, rights: Rights, starts: bool) -> FormPage {
        let page = self.purpose.onto_asking(page, |_| Some(types(rights)));
        let page = self.document.onto(self.words.onto(page));
        if starts { self.start.onto(page) } else { page }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> NewForm {
        NewForm::typed(&Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    fn errors(form: &NewForm) -> Vec<String> {
        let fields = [form.purpose.errors(), form.words.errors(), form.document.errors()];
        fields.into_iter().flatten().map(|(field, _)| field).collect()
    }

    #[test]
    fn a_blank_form_says_all_that_is_missing() {
        let mut blank = form(&[("source", "upload")]);
        assert!(blank.read().is_none());
        assert_eq!(errors(&blank), ["type", "name", "description", "file"]);
    }

    #[test]
    fn the_source_decides_which_field_counts() {
        let typed = [("type", "service"), ("name", "N"), ("description", "D"), ("source", "link")];
        let with = |link| [typed.as_slice(), &[("link", link)]].concat();
        assert!(form(&with("https://a.example/t.pdf")).read().is_some());
        for wrong in ["nowhere", ""] {
            let mut form = form(&with(wrong));
            assert!(form.read().is_none());
            assert_eq!(errors(&form), ["link"]);
        }
        let mut unread = form(&[&with("nowhere")[..3], &[("source", "upload"), ("link", "nowhere")]].concat());
        assert!(unread.read().is_none());
        assert_eq!(errors(&unread), ["file"]);
    }
}
