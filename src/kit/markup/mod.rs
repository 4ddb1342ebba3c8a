//! Text that people wrote, as HTML that is safe to show and hides nothing of it; and the difference between two texts.
//!
//! What is hashed and signed must be what is read. So every letter, digit and sign of the source stands on the page: HTML is shown as
//! the text that it is, links and pictures say their addresses, definitions that Markdown would swallow stand where they were written,
//! and signs without a shape are named. Where Markdown would hide anything all the same, or grows beyond a bound, the whole text is
//! shown as plain text.
//!
//! All of it takes time in proportion to the length of the text, whatever it says.

mod blocks;
mod differences;
mod fill;
mod kept;
mod signs;
mod steps;
mod write;

use std::sync::Arc;

use askama::filters::Safe;

pub use blocks::Sort;
pub use differences::{Change, Compared, Differences, Passage, Piece, differences};
pub use fill::{Part, fill};
pub use signs::with_shape;
pub use steps::steps;

/// Raised whenever the same text becomes other HTML. What was kept under an older number is made anew.
pub const RENDERER: i32 = 1;

crate::choice! {
    /// How the bytes of a text are read.
    Format { Markdown = "markdown" / "Markdown", Plain = "plain" / "text" }
}

/// HTML of fixed tags around escaped text. Only this module makes it, and templates print it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml(Arc<str>);

impl SafeHtml {
    fn made(html: String) -> Self {
        Self(html.into())
    }

    /// HTML that [`document`] made and somebody kept under a seal that was checked. Nothing else may come in here.
    pub fn sealed(html: String) -> Self {
        Self::made(html)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For templates, which print everything else as text.
    pub fn html(&self) -> Safe<&str> {
        Safe(&self.0)
    }
}

/// A document as HTML. Takes up to 50 ms for 300 KB: call it in a workshop, and keep what it made.
pub fn document(format: Format, text: &str) -> SafeHtml {
    SafeHtml::made(match format {
        Format::Markdown => write::markdown(text),
        Format::Plain => write::plain(text),
    })
}

/// Markdown of a field, at most some thousand characters, as HTML. The program remembers what it made of a text.
pub fn markdown(text: &str) -> SafeHtml {
    static KEPT: kept::Cache = kept::Cache::of(write::markdown);
    KEPT.html(text)
}

/// One stretch of text, with the signs that have no shape made visible.
pub fn text(text: &str) -> SafeHtml {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    signs::write(&mut html, text, None);
    SafeHtml::made(html)
}

#[cfg(test)]
mod tests;
