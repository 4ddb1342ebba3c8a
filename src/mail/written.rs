//! A letter as a person reads it: the same words as plain text and as HTML.

use askama::Template;

use crate::kit::{
    problem::{Problem, Result},
    words::Words,
};

/// A longer subject is cut: mail programs show less.
const LONGEST_SUBJECT: usize = 160;

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// What a person wrote.
    Said(String),
    /// Something to type.
    Code(String),
    /// An address to follow.
    Link(String),
}

impl Piece {
    /// Its lines, each in pieces between which it may be broken.
    fn lines(&self) -> Vec<Vec<&str>> {
        let (Self::Text(words) | Self::Said(words) | Self::Code(words) | Self::Link(words)) = self;
        words.lines().map(breakable).collect()
    }
}

/// A letter in words, before it is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub pieces: Vec<Piece>,
    /// Where whoever does not want such mails ends them: only reminders have it.
    pub unsubscribe: Option<String>,
}

/// A paragraph.
pub fn text(words: impl Into<Words>) -> Piece {
    Piece::Text(words.into().to_string())
}

/// A sentence, and what a person gave as the reason for it.
pub fn because(sentence: impl Into<Words>, reason: &str) -> Vec<Piece> {
    let sentence: Words = sentence.into();
    match reason.trim() {
        "" => vec![text(format!("{sentence}."))],
        reason => vec![text(format!("{sentence}:")), Piece::Said(reason.to_owned())],
    }
}

/// What has become of something, and why.
pub fn decided(what: &str, outcome: &str, reason: &str) -> Vec<Piece> {
    because(format!("{what} is {} now", outcome.to_lowercase()), reason)
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Plain<'a> {
    pieces: &'a [Piece],
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    subject: &'a str,
    pieces: &'a [Piece],
}

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
    /// Names of companies may stand in a subject, so it is made one line.
    pub fn new(subject: impl Into<Words>, pieces: Vec<Piece>) -> Self {
        let subject = subject.into().to_string().replace(char::is_control, " ");
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SUBJECT).collect();
        Self { subject, pieces, unsubscribe: None }
    }

    pub fn plain(&self) -> Result<String> {
        Plain { pieces: &self.pieces }.render().map_err(Problem::internal)
    }

    pub fn html(&self) -> Result<String> {
        Html { subject: &self.subject, pieces: &self.pieces }.render().map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_whatever_a_company_is_called() {
        let letter = Written::new("Drago\r\nBcc: everybody@example.com\t\u{7} wrote", Vec::new());
        assert_eq!(letter.subject, "Drago Bcc: everybody@example.com wrote");
        assert_eq!(Written::new("x".repeat(500), Vec::new()).subject.len(), LONGEST_SUBJECT);
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
}
