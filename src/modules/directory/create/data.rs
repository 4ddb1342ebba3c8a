//! What is said of a partner that is created, a table for each step.

use crate::{
    choice, input,
    kit::{
        actor::{Rights, Role},
        choice::Choice as _,
        form::Pick,
        form_page::Ask,
        input::{
            Kind,
            kinds::{Email, Key, Line, Link, Maybe, One, Text},
        },
        typed,
        violation::{Violation, Violations, Why, Words as Said},
    },
    modules::contracts::Type,
    t,
};

choice! {
    /// How a partner comes in.
    How without column { Invite = "invite" / "Invite by link", Now = "now" / "Create the account now" }
}

impl How {
    fn about(self) -> &'static str {
        match self {
            Self::Invite => "Your partner opens the link, creates a user and a company, and signs.",
            Self::Now => "You create the company and invite its first administrator, who signs for it.",
        }
    }
}

input! {
    /// What the partner is.
    pub struct Sort, DraftSort {
        "" { role: Role = One::cards("Choose Vendor or Reseller"), "Partner type", at "role", missing "Choose Vendor or Reseller"; }
    }
}

input! {
    /// How it comes in.
    pub struct Way, DraftWay {
        "" {
            how: How = One::cards("Choose one of the two ways").about(How::about), "How", at "how",
                missing "Choose one of the two ways";
        }
    }
}

input! {
    /// The partner's company. Where the link goes is asked of an invitation only.
    pub struct Company, DraftCompany {
        "" {
            name: String = Line(64), "Company name", at "name", missing "Enter a company name",
                hint "Legal entity name. Include the entity type, such as Inc., LLC, GmbH, etc.";
            recipient_email: String = Email, "Partner's email", at "recipient.email",
                hint "For the activation link and reminders.";
            external_id: String = Key(64), "External ID", at "external_id",
                hint "Your own number for this partner. Only your company sees it.";
        }
    }
}

input! {
    /// Who acts for a company that is created now.
    pub struct Representative, DraftRepresentative {
        "" {
            email: String = Email, "Representative's email", at "email", missing "Enter an email address",
                hint "They get an email with a link that makes them the company's administrator. Anyone who has a user here signs in with it; anyone else enters a name and sets a password.";
        }
    }
}

/// The answer that names no agreement: one is created on the way.
pub const NEW: &str = "new";

input! {
    /// On which agreement the contract rests: an id, or [`NEW`].
    pub struct Base, DraftBase {
        "" { agreement: String = Key(32), "Agreement", at "agreement", missing "Choose an agreement"; }
    }
}

choice! {
    /// Where the document of a new agreement comes from.
    Source without column { Text = "text" / "Text", Upload = "upload" / "Upload", Link = "link" / "Link" }
}

impl Source {
    fn about(self) -> &'static str {
        match self {
            Self::Text => "You enter the text below.",
            Self::Upload => "The document is stored here, and its hash is part of every signature.",
            Self::Link => "The document is stored elsewhere. The evidence doesn't include its hash.",
        }
    }
}

input! {
    /// An agreement that is created on the way, before its file is read. All ways are asked; the source decides which counts.
    pub struct Terms, DraftTerms settled by settle {
        "" {
            name: String = Line(100), "Name", at "name", missing "Enter a name";
            description: String = Text(2_000, 3), "Description", at "description", missing "Enter a description",
                hint "What it's for, in a few words. You can use Markdown.";
            source: Source = One::cards("Choose Text, Upload or Link").about(Source::about), "Document source", at "source",
                missing "Choose Text, Upload or Link";
            text: String = Text(50_000, 10), "Agreement text", at "text", hint "Only for Text. You can use Markdown.";
            file: String = Attached, "File", at "file", hint "Only for Upload. PDF, Markdown or plain text, up to 10 MB.";
            link: Option<String> = Maybe(Link(2_048)), "Link", at "link", hint "Only for Link. A web address your partners can open.";
        }
    }
}

/// Only what the source names counts, and that has to be there.
fn settle(draft: &mut DraftTerms, wrong: &mut Violations) {
    let Some(source) = draft.source else { return };
    if source != Source::Link {
        wrong.retain(|one| one.at != "link");
        draft.link = Some(None);
    }
    if source != Source::Text {
        wrong.retain(|one| one.at != "text");
        draft.text = Some(String::new());
    }
    let lacks = match source {
        Source::Text => (draft.text.as_deref() == Some("")).then_some(("text", "Enter the text")),
        Source::Upload => (draft.file.as_deref() == Some("")).then_some(("file", "Choose a file")),
        Source::Link => (draft.link == Some(None)).then_some(("link", "Enter a link")),
    };
    if let Some((at, words)) = lacks {
        wrong.push(Violation::new(at, Why::missing(words)));
    }
}

/// A file that comes along, by its name.
struct Attached;

impl Kind for Attached {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::line(text)
    }

    fn value(&self, text: String, _: &Said) -> Result<String, Why> {
        Ok(text)
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::File(".pdf,.md,.markdown,.txt,application/pdf,text/markdown,text/plain")
    }
}

/// The type of the contract by which a partner of this role comes in.
pub fn type_of(role: Role) -> Type {
    if role == Role::Vendor { Type::Program } else { Type::Service }
}

/// What a company with these rights may create.
pub fn offered(role: Role, rights: Rights) -> bool {
    role != Role::Distributor && type_of(role).written_with(rights)
}

/// The same as cards.
pub fn sorts(rights: Rights) -> Ask {
    let cards = [
        (Role::Vendor, t!("Defines products and fulfills orders, in the Vendor Portal.")),
        (Role::Reseller, t!("Sells products to its own customers, in the Reseller Portal.")),
    ];
    let cards = cards.into_iter().filter(|(role, _)| offered(*role, rights));
    Ask::Cards(cards.map(|(role, about)| Pick::new(role.key(), role.label(), about)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{fields::Fields, input::Form};

    fn terms(pairs: &[(&str, &str)]) -> Form<Terms> {
        Form::typed(&Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    #[test]
    fn the_source_decides_which_field_counts() {
        let begin = [("name", "N"), ("description", "D")];
        let with = |more: &[(&'static str, &'static str)]| terms(&[begin.as_slice(), more].concat());
        assert!(with(&[("source", "text"), ("text", "Terms"), ("link", "nowhere")]).read().is_some());
        assert!(with(&[("source", "link"), ("link", "https://a.example/t.pdf")]).read().is_some());
        for (source, at) in [("text", "text"), ("upload", "file"), ("link", "link")] {
            let mut blank = with(&[("source", source)]);
            assert!(blank.read().is_none());
            assert_eq!(blank.errors()[0].0, at);
        }
    }

    #[test]
    fn one_creates_only_what_one_may_invite() {
        let program = Rights { program: true, ..Rights::default() };
        assert!(offered(Role::Vendor, program));
        assert!(!offered(Role::Reseller, program));
        assert!(!offered(Role::Distributor, Rights { program: true, service: true, ..Rights::default() }));
    }
}
