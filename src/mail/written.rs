//! A letter as a person reads it: the same words as plain text and as HTML.

use askama::Template;

use crate::{
    accounts::brands::OfMail,
    kit::{
        problem::{Problem, Result},
        words::{Lang, Reader, Say as _, ToArg, Words},
    },
    t,
};

/// A longer subject is cut: mail programs show less.
const LONGEST_SUBJECT: usize = 160;

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(Words),
    /// What a person wrote.
    Said(String),
    /// What a company says in its own mails, above or below the rest.
    Own(String),
    /// Something to type.
    Code(String),
    /// An address to follow.
    Link(String),
}

/// A paragraph in the language of whoever reads it.
struct Told<'a> {
    piece: &'a Piece,
    text: String,
}

impl<'a> Told<'a> {
    fn new(piece: &'a Piece, lang: Lang) -> Self {
        let text = match piece {
            Piece::Text(words) => words.said(lang),
            Piece::Said(text) | Piece::Own(text) | Piece::Code(text) | Piece::Link(text) => text.clone(),
        };
        Self { piece, text }
    }

    /// Its lines, each in pieces between which it may be broken.
    fn lines(&self) -> Vec<Vec<&str>> {
        self.text.lines().map(breakable).collect()
    }
}

/// A letter in words, before it is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub subject: Words,
    pub pieces: Vec<Piece>,
    /// In which language it is read: that of its recipient.
    pub lang: Lang,
    /// Where whoever does not want such mails ends them: only reminders have it.
    pub unsubscribe: Option<String>,
    /// Whose name and logo it bears.
    pub brand: OfMail,
}

/// A paragraph.
pub fn text(words: impl Into<Words>) -> Piece {
    Piece::Text(words.into())
}

/// A sentence without its full stop, and what a person gave as the reason for it.
pub fn because(sentence: impl Into<Words>, reason: &str) -> Vec<Piece> {
    let sentence: Words = sentence.into();
    match reason.trim() {
        "" => vec![text(t!("{sentence}.", sentence))],
        reason => vec![text(t!("{sentence}:", sentence)), Piece::Said(reason.to_owned())],
    }
}

/// What has become of something, and why.
pub fn decided(what: impl Into<Words>, outcome: impl ToArg, reason: &str) -> Vec<Piece> {
    because(t!("{what} is now {outcome}", what = what.into(), outcome = Words::within(outcome)), reason)
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Plain<'a> {
    pieces: &'a [Told<'a>],
    brand: &'a OfMail,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    lang: Lang,
    subject: String,
    pieces: &'a [Told<'a>],
    brand: &'a OfMail,
    logo: &'static str,
}

/// By what the HTML names the logo that the mail carries.
pub(super) const LOGO: &str = "logo";

/// A piece of a word without a place to break it: longer ones would be wider than a phone.
const LONGEST_PIECE: usize = 24;

/// `text` in pieces between which a line may be broken, besides at its spaces: addresses and codes have none.
fn breakable(text: &str) -> Vec<&str> {
    let (mut pieces, mut begin, mut run) = (Vec::new(), 0, 0);
    for (at, sign) in text.char_indices() {
        if sign.is_whitespace() {
            run = 0;
            continue;
        }
        if run == LONGEST_PIECE {
            pieces.extend(text.get(begin..at));
            (begin, run) = (at, 0);
        }
        run += 1;
    }
    pieces.extend(text.get(begin..));
    pieces
}

impl Written {
    pub fn new(subject: impl Into<Words>, pieces: Vec<Piece>) -> Self {
        Self { subject: subject.into(), pieces, lang: Lang::ENGLISH, unsubscribe: None, brand: OfMail::default() }
    }

    /// Names of companies may stand in a subject, so it is made one line.
    pub fn subject(&self) -> String {
        let subject = self.subject.said(self.lang).replace(char::is_control, " ");
        subject.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SUBJECT).collect()
    }

    fn told(&self) -> Vec<Told<'_>> {
        self.pieces.iter().map(|piece| Told::new(piece, self.lang)).collect()
    }

    fn printed(&self, template: &impl Template) -> Result<String> {
        template.render_with_values(&Reader { lang: self.lang }).map_err(Problem::internal)
    }

    pub fn plain(&self) -> Result<String> {
        self.printed(&Plain { pieces: &self.told(), brand: &self.brand })
    }

    pub fn html(&self) -> Result<String> {
        let (lang, subject) = (self.lang, self.subject());
        self.printed(&Html { lang, subject, pieces: &self.told(), brand: &self.brand, logo: LOGO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_whatever_a_company_is_called() {
        let letter = Written::new("Drago\r\nBcc: everybody@example.com\t\u{7} wrote", Vec::new());
        assert_eq!(letter.subject(), "Drago Bcc: everybody@example.com wrote");
        assert_eq!(Written::new("x".repeat(500), Vec::new()).subject().len(), LONGEST_SUBJECT);
    }

    #[test]
    fn long_words_may_be_broken_and_nothing_is_lost() {
        let text = format!("see {} here", "ü".repeat(60));
        let pieces = breakable(&text);
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces.iter().map(|piece| piece.chars().count()).collect::<Vec<_>>(), [28, 24, 17]);
        assert_eq!(breakable("short words stay whole"), ["short words stay whole"]);
        assert_eq!(breakable(""), [""]);
    }

    #[test]
    fn html_shows_what_was_written_and_runs_nothing() {
        let said = Piece::Said("<b>1 & 2</b>\nsecond".into());
        let letter = Written::new("<s>", vec![said]);
        assert!(letter.html().unwrap().contains("&#60;b&#62;1 &#38; 2&#60;/b&#62;<br>\nsecond"));
        assert!(letter.plain().unwrap().contains("    <b>1 & 2</b>\n    second\n"));
    }

    #[test]
    fn a_letter_is_read_in_one_language_and_what_others_wrote_stays() {
        let pieces = because(t!("{company} wrote about {object}", company = "Drago", object = "CRS-1"), "Not now");
        let letter = Written { lang: Lang::PSEUDO, ..Written::new(t!("Your password was changed"), pieces) };
        assert!(letter.subject().starts_with("⟦Ýöûŕ"), "{}", letter.subject());
        let html = letter.html().unwrap();
        assert!(html.contains("<html lang=\"en-XA\">") && html.contains("Drago ŵŕöţé åƀöûţ CRS-1"), "{html}");
        assert!(html.contains("<blockquote>Not now</blockquote>"), "{html}");
    }
}
