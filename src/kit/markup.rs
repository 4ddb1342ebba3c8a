//! Text of documents as HTML that is safe to show, and the difference between two texts.

use std::borrow::Cow;

use askama::filters::Safe;
use pulldown_cmark::{Event, Options, Parser, html};
use similar::{ChangeTag, TextDiff};

use super::typed;

/// HTML that went through the sanitiser; only this module makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// For templates, which print everything else as text. Without signs that turn what follows, as everywhere.
    pub fn html(&self) -> Safe<Cow<'_, str>> {
        Safe(typed::unturned(&self.0))
    }

    /// HTML that [`markdown`] or [`plain`] made and the database kept. Cleaned again: what is stored may be older than the sanitiser.
    pub fn stored(html: &str) -> Self {
        Self(sanitise(html))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Markdown as HTML; HTML inside it is dropped.
pub fn markdown(text: &str) -> SafeHtml {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let events = Parser::new_ext(text, options).filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let mut rendered = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut rendered, events);
    SafeHtml(sanitise(&rendered))
}

/// Plain text as paragraphs.
pub fn plain(text: &str) -> SafeHtml {
    let paragraphs = text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| {
            format!("<p>{}</p>", ammonia::clean_text(paragraph.trim()).replace("&#10;", "<br>").replace('\n', "<br>"))
        })
        .collect::<String>();
    SafeHtml(sanitise(&paragraphs))
}

fn sanitise(html: &str) -> String {
    // a document's headings stand below the page's own, and it may not reach out to other hosts by images
    ammonia::Builder::default()
        .rm_tags(["img", "h1"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_schemes(["http", "https", "mailto"].into())
        .id_prefix(Some("document-"))
        .clean(&html.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
        .to_string()
}

/// A stretch of words that both texts share, or only one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub kind: Change,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Same,
    Added,
    Removed,
}

/// The difference between two texts, word by word.
pub fn differences(old: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(std::time::Duration::from_millis(500)).diff_unicode_words(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Insert => Change::Added,
            ChangeTag::Delete => Change::Removed,
        };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => pieces.push(Piece { kind, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_active_survives() {
        for text in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "![x](https://elsewhere.example/pixel.png)",
            "<svg onload=alert(1)>",
            "<p style=\"position:fixed\">x</p>",
        ] {
            let html = markdown(text).as_str().to_owned();
            for bad in ["<script", "javascript:", "onerror", "<img", "<svg", "style="] {
                assert!(!html.contains(bad), "{text} became {html}");
            }
        }
    }

    #[test]
    fn a_documents_title_stands_below_the_pages() {
        assert_eq!(markdown("# Terms").as_str().to_owned().trim(), "<h2>Terms</h2>");
    }

    #[test]
    fn plain_text_keeps_its_lines_and_its_signs() {
        assert_eq!(plain("a < b\nc\n\nd").as_str().to_owned(), "<p>a &lt; b<br>c</p><p>d</p>");
    }

    #[test]
    fn differences_are_told_by_words() {
        let pieces = differences("Pay within 30 days.", "Pay within 14 days.");
        let changed: Vec<_> =
            pieces.iter().filter(|piece| piece.kind != Change::Same).map(|piece| piece.text.as_str()).collect();
        assert_eq!(changed, ["30", "14"]);
    }
}
