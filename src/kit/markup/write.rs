//! Markdown and plain text as HTML.
//!
//! The parser says for each event which stretch of the source it comes from. What lies between two stretches is Markdown's own signs;
//! whenever something else lies there it is shown too.

use std::{borrow::Cow, fmt::Write as _, ops::Range, panic};

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::signs;

/// Elements inside each other.
const DEEPEST: usize = 32;
/// Columns of a table.
const WIDEST: usize = 64;
/// Bytes of HTML for each byte of source, and so many more.
const GROWTH: usize = 12;
const GROWTH_BASE: usize = 16 * 1024;

/// Stands above a text that is shown as it was written, although it was meant as Markdown.
const AS_WRITTEN: &str = "<p class=\"as-written\">Shown as it was written, without layout.</p>";

/// The Markdown that documents are written in.
pub fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES
}

/// Markdown as HTML.
pub fn markdown(text: &str) -> String {
    lay_out(text, false)
}

/// As [`markdown`], for text with the tokens of placeholders.
pub fn markdown_with_tokens(text: &str) -> String {
    lay_out(text, true)
}

fn lay_out(text: &str, tokens: bool) -> String {
    let text = &one_sort_of_line_end(text);
    // a fault in the parser costs a text its layout, and nobody the page
    let written = panic::catch_unwind(|| Writer::new(text, tokens).write()).ok().flatten();
    written.unwrap_or_else(|| {
        let mut html = String::from(AS_WRITTEN);
        paragraphs(&mut html, text, tokens);
        html
    })
}

/// Without the mark of byte order, and with one sort of line ends.
pub fn one_sort_of_line_end(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// Plain text as paragraphs.
pub fn plain(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    paragraphs(&mut html, &one_sort_of_line_end(text), false);
    html
}

/// Blank lines end a paragraph, other line ends are kept.
fn paragraphs(html: &mut String, text: &str, tokens: bool) {
    let mut open = false;
    for line in text.split('\n') {
        if line.trim().is_empty() {
            if std::mem::take(&mut open) {
                html.push_str("</p>");
            }
            continue;
        }
        html.push_str(if open { "<br>" } else { "<p>" });
        open = true;
        put(html, line.trim_matches([' ', '\t']), None, tokens);
    }
    if open {
        html.push_str("</p>");
    }
}

fn put(html: &mut String, text: &str, before: Option<char>, tokens: bool) -> Option<char> {
    if tokens { signs::write_with_tokens(html, text, before) } else { signs::write(html, text, before) }
}

/// Whether something stands in `gap` that is not one of Markdown's own signs.
fn says_something(gap: &str) -> bool {
    gap.chars().any(|c| !c.is_whitespace() && !"#*_~`>-+=|:[]()<\"'!^\\".contains(c))
}

/// Whether a browser may follow it.
pub(super) fn leads_to_the_web(address: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// What is open, and may hold what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Paragraphs, lists and the like.
    Blocks,
    List,
    Table,
    Head,
    Row,
    /// Words.
    Line,
    Code,
    /// HTML that is shown as text, line by line.
    Source,
}

/// A link or a picture whose words are being written.
struct Address {
    type_: LinkType,
    to: String,
    title: String,
    label: String,
    /// Where its words begin in the HTML.
    from: usize,
    /// What closes it; empty when it is only said.
    closing: String,
}

struct Writer<'a> {
    source: &'a str,
    tokens: bool,
    html: String,
    largest: usize,
    /// Up to here the source stands on the page.
    seen: usize,
    open: Vec<Inside>,
    addresses: Vec<Address>,
    /// The last character of this line, so that words do not run together where a sign of Markdown stood between them.
    last: Option<char>,
    /// What kept the next word apart in the source, when it lies before `seen`.
    apart: &'static str,
}

impl<'a> Writer<'a> {
    fn new(source: &'a str, tokens: bool) -> Self {
        Self {
            source,
            tokens,
            html: String::with_capacity(source.len() * 3 / 2),
            largest: source.len() * GROWTH + GROWTH_BASE,
            seen: 0,
            open: vec![Inside::Blocks],
            addresses: Vec::new(),
            last: None,
            apart: "",
        }
    }

    /// Nothing when it would grow beyond a bound or hide a part of the source.
    fn write(mut self) -> Option<String> {
        for (event, range) in Parser::new_ext(self.source, options()).into_offset_iter() {
            match event {
                Event::Start(tag) => self.start(tag, range)?,
                Event::End(tag) => self.end(tag, range)?,
                Event::Text(text) => self.words(&text, range)?,
                Event::Code(code) => self.code(&code, range)?,
                Event::Html(text) | Event::InlineHtml(text) => self.words(&text, range)?,
                Event::FootnoteReference(label) => {
                    self.reach(range.start)?;
                    self.html.push_str("<sup>[");
                    self.put(&label);
                    self.html.push_str("]</sup>");
                    self.line_goes_on(range.end);
                }
                Event::SoftBreak => {
                    self.reach(range.start)?;
                    self.html.push('\n');
                    self.line_goes_on(range.end);
                }
                Event::HardBreak => {
                    self.reach(range.start)?;
                    self.html.push_str("<br>");
                    self.line_goes_on(range.end);
                }
                Event::Rule => {
                    self.block(range.start)?;
                    self.html.push_str("<hr>");
                    self.line_goes_on(range.end);
                }
                // these need an option that is not given
                Event::InlineMath(_) | Event::DisplayMath(_) | Event::TaskListMarker(_) => return None,
            }
            if self.html.len() > self.largest {
                return None;
            }
        }
        self.block(self.source.len())?;
        Some(self.html)
    }

    fn inside(&self) -> Inside {
        self.open.last().copied().unwrap_or(Inside::Blocks)
    }

    fn put(&mut self, text: &str) {
        self.last = put(&mut self.html, text, self.last, self.tokens);
    }

    /// The source is on the page up to `end`, and a new word may begin there.
    fn line_goes_on(&mut self, end: usize) {
        self.seen = self.seen.max(end);
        self.last = None;
        self.apart = "";
    }

    fn gap(&self, to: usize) -> &'a str {
        self.source.get(self.seen..to).unwrap_or_default()
    }

    /// Goes on to the words at `to`; nothing but signs of Markdown may stand before them.
    fn reach(&mut self, to: usize) -> Option<()> {
        if says_something(self.gap(to)) {
            return None;
        }
        self.seen = self.seen.max(to);
        Some(())
    }

    /// Goes on to a block that begins or ends at `to`, and shows what Markdown would swallow before it: definitions of links, cells
    /// without a column.
    fn block(&mut self, to: usize) -> Option<()> {
        let gap = self.gap(to);
        let inside = self.inside();
        let in_row = matches!(inside, Inside::Head | Inside::Row);
        let more = in_row && gap.contains(|c: char| c != '|' && !c.is_whitespace());
        if more || gap.contains("]:") || says_something(gap) {
            let (before, after) = match inside {
                Inside::Blocks => ("<p class=\"definition\">", "</p>"),
                Inside::List => ("<li class=\"unmarked\">", "</li>"),
                Inside::Head => ("<th>", "</th>"),
                Inside::Row => ("<td>", "</td>"),
                Inside::Table | Inside::Line | Inside::Code | Inside::Source => return None,
            };
            self.html.push_str(before);
            let mut first = true;
            for line in gap.split('\n') {
                let line = line.trim_start_matches(['>', ' ', '\t']);
                let line = if in_row { line.trim_matches(['|', ' ', '\t']) } else { line.trim_end() };
                if line.is_empty() {
                    continue;
                }
                if !std::mem::take(&mut first) {
                    self.html.push_str("<br>");
                }
                put(&mut self.html, line, None, self.tokens);
            }
            self.html.push_str(after);
        }
        self.line_goes_on(to);
        Some(())
    }

    /// Words at `range`, kept apart from those before them as they were in the source.
    fn words(&mut self, text: &str, range: Range<usize>) -> Option<()> {
        let inside = self.inside();
        if matches!(inside, Inside::Blocks | Inside::Line) {
            self.keep_apart(text, range.start)?;
        } else {
            self.reach(range.start)?;
        }
        match inside {
            Inside::Source => {
                for (at, line) in text.split('\n').enumerate() {
                    if at > 0 {
                        self.html.push_str("<br>");
                        self.last = None;
                    }
                    self.put(line);
                }
            }
            Inside::List | Inside::Table | Inside::Head | Inside::Row if !text.trim().is_empty() => return None,
            _ => self.put(text),
        }
        self.seen = self.seen.max(range.end);
        self.apart = "";
        Some(())
    }

    fn code(&mut self, code: &str, range: Range<usize>) -> Option<()> {
        let joined = self.gap(range.start).is_empty() && self.apart.is_empty() && self.would_join(code);
        self.keep_apart(code, range.start)?;
        if joined {
            self.html.push('`');
        }
        self.html.push_str("<code>");
        self.put(code);
        self.html.push_str("</code>");
        self.seen = self.seen.max(range.end);
        self.apart = "`";
        Some(())
    }

    fn would_join(&self, text: &str) -> bool {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        is_word(self.last) && is_word(text.chars().next())
    }

    /// `5*3*2` is not 532.
    fn keep_apart(&mut self, text: &str, start: usize) -> Option<()> {
        let gap = self.gap(start);
        if says_something(gap) {
            return None;
        }
        if self.would_join(text) {
            let between = if gap.is_empty() { self.apart } else { gap };
            self.put(between);
        }
        self.seen = self.seen.max(start);
        Some(())
    }

    fn enter(&mut self, inside: Inside) -> Option<()> {
        self.open.push(inside);
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) -> Option<()> {
        let (opening, inside) = match tag {
            Tag::Emphasis => return self.start_inline("<em>"),
            Tag::Strong => return self.start_inline("<strong>"),
            Tag::Strikethrough => return self.start_inline("<del>"),
            Tag::Link { link_type, dest_url, title, id } => {
                return self.start_address(link_type, &dest_url, &title, &id, true);
            }
            Tag::Image { link_type, dest_url, title, id } => {
                return self.start_address(link_type, &dest_url, &title, &id, false);
            }
            Tag::Paragraph => ("<p>", Inside::Line),
            Tag::Heading { level, .. } => (HEADINGS[level as usize - 1].0, Inside::Line),
            Tag::BlockQuote(_) => ("<blockquote>", Inside::Blocks),
            Tag::CodeBlock(kind) => return self.start_code_block(&kind, range),
            Tag::HtmlBlock => ("<p>", Inside::Source),
            Tag::List(first) => (if first.is_some() { "<ol>" } else { "<ul>" }, Inside::List),
            Tag::Item => return self.start_item(range),
            Tag::FootnoteDefinition(label) => return self.start_footnote(&label, range),
            Tag::Table(columns) if columns.len() > WIDEST => return None,
            Tag::Table(_) => ("<table>", Inside::Table),
            Tag::TableHead => ("<thead><tr>", Inside::Head),
            Tag::TableRow => ("<tr>", Inside::Row),
            Tag::TableCell if self.inside() == Inside::Head => ("<th>", Inside::Line),
            Tag::TableCell => ("<td>", Inside::Line),
            // these need an option that is not given
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => return None,
        };
        self.block(range.start)?;
        self.html.push_str(opening);
        self.enter(inside)
    }

    fn start_inline(&mut self, opening: &str) -> Option<()> {
        self.html.push_str(opening);
        self.enter(Inside::Line)
    }

    fn start_address(&mut self, type_: LinkType, to: &str, title: &str, label: &str, link: bool) -> Option<()> {
        let href = if type_ == LinkType::Email { format!("mailto:{to}") } else { to.to_owned() };
        let open = self.tokens && href.contains(signs::OPEN);
        // an address may stand in the words of a link, but a link leads to one place
        let within = self.addresses.iter().any(|outer| !outer.closing.is_empty());
        let followed = link && !within && (open || leads_to_the_web(&href));
        let mut closing = String::new();
        if open && followed {
            // whether it leads to the web is seen when it is filled in
            self.html.push(signs::ADDRESS);
            self.html.push_str(&href);
            self.html.push(signs::ADDRESS_END);
            closing.push(signs::LINK_END);
        } else if followed {
            push_link(&mut self.html, &href);
            closing.push_str("</a>");
        }
        self.addresses.push(Address {
            type_,
            to: to.to_owned(),
            title: title.to_owned(),
            label: label.to_owned(),
            from: self.html.len(),
            closing,
        });
        self.enter(Inside::Line)
    }

    /// Closes a link or a picture and says where it leads, unless its words say just that.
    fn end_address(&mut self, range: Range<usize>) -> Option<()> {
        let address = self.addresses.pop()?;
        let mut said = String::new();
        put(&mut said, &address.to, None, self.tokens);
        let same = self.html.get(address.from..)? == said;
        self.html.push_str(&address.closing);
        if matches!(address.type_, LinkType::Autolink | LinkType::Email) {
            return Some(());
        }
        let goes_on =
            self.source.get(range.end..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
        let label = matches!(address.type_, LinkType::Reference | LinkType::ReferenceUnknown);
        // a title by reference stands in its definition
        let title = address.type_ == LinkType::Inline && !address.title.is_empty();
        let to = title || (!address.to.is_empty() && (!same || goes_on));
        if label {
            self.html.push_str(" [");
            self.put(&address.label);
            self.html.push(']');
        }
        if to {
            self.html.push_str(" <span class=\"address\">(");
            self.put(&address.to);
            if title {
                self.html.push_str(" &quot;");
                self.put(&address.title);
                self.html.push_str("&quot;");
            }
            self.html.push_str(")</span>");
        }
        self.apart = ")";
        if to || label {
            self.last = Some(')');
        }
        self.seen = self.seen.max(range.end);
        Some(())
    }

    fn start_code_block(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) -> Option<()> {
        self.block(range.start)?;
        if let CodeBlockKind::Fenced(info) = kind {
            if !info.trim().is_empty() {
                self.html.push_str("<p class=\"definition\">");
                put(&mut self.html, info, None, self.tokens);
                self.html.push_str("</p>");
            }
            let line = self.source.get(range.clone())?.find('\n').map_or(range.end, |end| range.start + end);
            self.seen = self.seen.max(line);
        }
        self.html.push_str("<pre><code>");
        self.enter(Inside::Code)
    }

    /// An item keeps the number that was written, since others refer to it.
    fn start_item(&mut self, range: Range<usize>) -> Option<()> {
        self.block(range.start)?;
        let marker = self.source.get(range.clone())?;
        let indented = marker.len() - marker.trim_start_matches([' ', '\t']).len();
        let digits = marker[indented..].bytes().take_while(u8::is_ascii_digit).count();
        let number = &marker[indented..indented + digits];
        if digits == 0 {
            self.html.push_str("<li>");
        } else if digits > 1 && number.starts_with('0') {
            let _ = write!(self.html, "<li class=\"unmarked\">{number}. ");
        } else {
            let _ = write!(self.html, "<li value=\"{number}\">");
        }
        // with the full stop or bracket
        self.seen = self.seen.max(range.start + indented + if digits == 0 { 0 } else { digits + 1 });
        self.enter(Inside::Blocks)
    }

    /// A footnote stands where it was written, whether or not anybody refers to it.
    fn start_footnote(&mut self, label: &str, range: Range<usize>) -> Option<()> {
        self.block(range.start)?;
        self.html.push_str("<div class=\"footnote\"><sup>[");
        put(&mut self.html, label, None, self.tokens);
        self.html.push_str("]</sup> ");
        let end = self.source.get(range.clone())?.find("]:").map_or(range.start, |end| range.start + end + 2);
        self.seen = self.seen.max(end);
        self.enter(Inside::Blocks)
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) -> Option<()> {
        let closing = match tag {
            TagEnd::Emphasis => return self.end_inline("</em>"),
            TagEnd::Strong => return self.end_inline("</strong>"),
            TagEnd::Strikethrough => return self.end_inline("</del>"),
            TagEnd::Link | TagEnd::Image => {
                self.open.pop();
                return self.end_address(range);
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>",
            TagEnd::Heading(level) => HEADINGS[level as usize - 1].1,
            TagEnd::BlockQuote(_) => "</blockquote>",
            TagEnd::CodeBlock => "</code></pre>",
            TagEnd::List(ordered) => {
                if ordered {
                    "</ol>"
                } else {
                    "</ul>"
                }
            }
            TagEnd::Item => "</li>",
            TagEnd::FootnoteDefinition => "</div>",
            TagEnd::Table => "</tbody></table>",
            TagEnd::TableHead => "</tr></thead><tbody>",
            TagEnd::TableRow => "</tr>",
            TagEnd::TableCell if self.open.iter().rev().nth(1) == Some(&Inside::Head) => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => return None,
        };
        self.block(range.end)?;
        self.open.pop();
        self.html.push_str(closing);
        Some(())
    }

    fn end_inline(&mut self, closing: &str) -> Option<()> {
        self.open.pop();
        self.html.push_str(closing);
        Some(())
    }
}

/// A document's headings stand below the page's own.
const HEADINGS: [(&str, &str); 6] =
    [("<h2>", "</h2>"), ("<h3>", "</h3>"), ("<h4>", "</h4>"), ("<h5>", "</h5>"), ("<h6>", "</h6>"), ("<h6>", "</h6>")];

/// Where a link leads; those who wrote it learn nothing of who follows it.
pub(super) fn push_link(html: &mut String, address: &str) {
    html.push_str("<a href=\"");
    for c in address.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
    html.push_str("\" rel=\"noopener noreferrer nofollow\">");
}
