//! A document as the blocks that people read one after another: for comparing two versions of it.

use std::{ops::Range, panic};

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use super::{Format, write};

/// What a block is, so that it can be shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    Heading,
    Paragraph,
    Item,
    Row,
    Code,
}

impl Sort {
    /// For the style sheet.
    pub fn key(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::Paragraph => "paragraph",
            Self::Item => "item",
            Self::Row => "row",
            Self::Code => "code",
        }
    }
}

/// One block: what it says, without the signs of its markup, and how it was written. Two blocks are the same when both are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block<'a> {
    pub sort: Sort,
    pub text: String,
    pub source: &'a str,
}

/// The blocks of a text. Every word of the source is in one of them: what the parser passes over is a paragraph as it was written.
pub fn blocks(format: Format, source: &str) -> Vec<Block<'_>> {
    match format {
        Format::Markdown => {
            // a fault in the parser costs a text its layout, and nobody the page
            let read = || Reader { source, blocks: Vec::new(), reached: 0, open: None }.read();
            panic::catch_unwind(read).unwrap_or_else(|_| paragraphs(source, 0..source.len()).collect())
        }
        Format::Plain => paragraphs(source, 0..source.len()).collect(),
    }
}

/// A stretch of the source by its blank lines.
fn paragraphs(source: &str, range: Range<usize>) -> impl Iterator<Item = Block<'_>> {
    source[range].split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(|text| Block {
        sort: Sort::Paragraph,
        text: text.to_owned(),
        source: text,
    })
}

struct Reader<'a> {
    source: &'a str,
    blocks: Vec<Block<'a>>,
    /// How far the blocks go.
    reached: usize,
    open: Option<Open>,
}

/// The block whose words are being collected.
struct Open {
    sort: Sort,
    /// From its first sign to the last word that was said.
    range: Range<usize>,
    text: String,
    /// Where links lead that are open: said behind their words, unless they are the same.
    links: Vec<Option<String>>,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Vec<Block<'a>> {
        for (event, range) in Parser::new_ext(self.source, write::options()).into_offset_iter() {
            match event {
                Event::Start(tag) => self.start(&tag, range),
                Event::End(tag) => self.end(&tag, range),
                Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                    self.say(&text, range);
                }
                Event::SoftBreak | Event::HardBreak => self.say(" ", range),
                Event::FootnoteReference(label) => self.say(&format!("[{label}]"), range),
                _ => {}
            }
        }
        self.close();
        self.pass(self.source.len());
        self.blocks
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let sort = match tag {
            Tag::Heading { .. } => Sort::Heading,
            Tag::Item => Sort::Item,
            Tag::TableHead | Tag::TableRow => Sort::Row,
            Tag::CodeBlock(_) => Sort::Code,
            // a paragraph of an item goes on with it
            Tag::Paragraph if self.within(Sort::Item) => return,
            Tag::Paragraph | Tag::HtmlBlock => Sort::Paragraph,
            Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. } => {
                if let Some(open) = &mut self.open {
                    // one between angle brackets is its own words
                    let said = matches!(link_type, LinkType::Autolink | LinkType::Email);
                    open.links.push((!said).then(|| dest_url.to_string()));
                }
                return;
            }
            _ => return,
        };
        self.close();
        self.pass(range.start);
        self.open = Some(Open { sort, range: range.start..range.start, text: String::new(), links: Vec::new() });
    }

    fn end(&mut self, tag: &TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Link | TagEnd::Image => {
                let Some(open) = &mut self.open else { return };
                let Some(to) = open.links.pop() else { return };
                open.range.end = open.range.end.max(range.end);
                if let Some(to) = to {
                    open.text.push_str(&format!(" ({to})"));
                }
            }
            TagEnd::TableCell => self.say(" | ", range),
            TagEnd::Paragraph if self.within(Sort::Item) => self.say(" ", range),
            // a row reaches as far as its last cell: the parser passes over those that it has too many
            TagEnd::TableHead | TagEnd::TableRow => self.close(),
            TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::Paragraph | TagEnd::HtmlBlock => {
                // an item that others stand below was closed by the first of them
                if let Some(open) = &mut self.open {
                    open.range.end = open.range.end.max(range.end);
                }
                self.close();
            }
            _ => {}
        }
    }

    fn within(&self, sort: Sort) -> bool {
        self.open.as_ref().is_some_and(|open| open.sort == sort)
    }

    fn say(&mut self, words: &str, range: Range<usize>) {
        match &mut self.open {
            Some(open) => {
                open.text.push_str(words);
                open.range.end = open.range.end.max(range.end);
            }
            // words outside of any block that is known here
            None => self.pass(range.end),
        }
    }

    /// What lies between the last block and `until` is a block as it was written, if it says anything.
    fn pass(&mut self, until: usize) {
        if until <= self.reached {
            return;
        }
        let says = |text: &str| text.chars().any(char::is_alphanumeric);
        let between = paragraphs(self.source, self.reached..until).filter(|block| says(block.source));
        self.blocks.extend(between);
        self.reached = until;
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let end = open.range.end;
        let from = open.range.start.max(self.reached).min(end);
        let text = open.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match open.sort {
            Sort::Code => open.text.trim_end().to_owned(),
            Sort::Row => text.trim_end_matches(" |").to_owned(),
            _ => text,
        };
        if !text.is_empty() {
            self.blocks.push(Block { sort: open.sort, text, source: self.source[from..end].trim() });
        }
        self.reached = self.reached.max(end);
    }
}
