//! Characters that have no shape, or change how others look: they are named where they stand.

use std::fmt::Write as _;

/// Around the number of a placeholder, in text that [`super::fill`] makes. Both are no characters of any text: in what people write
/// they are named like all others without a shape.
pub const OPEN: char = '\u{fdd0}';
pub const CLOSE: char = '\u{fdd1}';
/// Around the address of a link that has placeholders in it.
pub const ADDRESS: char = '\u{fdd2}';
pub const ADDRESS_END: char = '\u{fdd3}';
/// Where such a link ends.
pub const LINK_END: char = '\u{fdd4}';

/// More marks than this on one letter reach over the lines around it.
const MARKS: usize = 4;
/// So many of the same sign in a row are counted instead of repeated.
const REPEATED: usize = 3;

/// Appends `text` escaped. `before` is the character that stands before it; returns the last one. Tokens of placeholders are named.
pub fn write(html: &mut String, text: &str, before: Option<char>) -> Option<char> {
    put(html, text, before, false)
}

/// As [`write`], but lets the tokens of placeholders pass.
pub fn write_with_tokens(html: &mut String, text: &str, before: Option<char>) -> Option<char> {
    put(html, text, before, true)
}

fn put(html: &mut String, text: &str, mut before: Option<char>, tokens: bool) -> Option<char> {
    let mut rest = text;
    let mut marks = 0;
    while let Some(c) = rest.chars().next() {
        let plain = rest.bytes().take_while(|byte| is_plain(*byte)).count();
        if plain > 0 {
            let (run, after) = rest.split_at(plain);
            html.push_str(run);
            before = run.chars().next_back();
            rest = after;
            marks = 0;
            continue;
        }
        let after = &rest[c.len_utf8()..];
        let next = after.chars().next();
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            OPEN | CLOSE if tokens => html.push(c),
            _ if marks > MARKS || !has_shape(c, before, next) => {
                let same = rest.chars().take_while(|other| *other == c).count();
                name(html, c, same);
                before = Some(c);
                rest = &rest[same * c.len_utf8()..];
                continue;
            }
            _ => html.push(c),
        }
        before = Some(c);
        rest = after;
    }
    before
}

fn name(html: &mut String, c: char, times: usize) {
    // writing into a String cannot fail
    if times > REPEATED {
        let _ = write!(html, "<u>[U+{:04X} × {times}]</u>", u32::from(c));
    } else {
        for _ in 0..times {
            let _ = write!(html, "<u>[U+{:04X}]</u>", u32::from(c));
        }
    }
}

/// Printable ASCII that needs no escape, space and line ends: nearly all of most texts.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
}

/// Accents of no script in particular, which can be stacked without end.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether a reader can see that `c` stands between `before` and `next`, and it leaves its neighbours as they are.
fn has_shape(c: char, before: Option<char>, next: Option<char>) -> bool {
    match c {
        '\n' | '\r' | '\t' | '\u{c}' => true,
        _ if c.is_control() => false,
        // joiners form letters of many scripts, and emoji
        '\u{200c}' | '\u{200d}' => (before == Some('\u{fe0f}') || joins(before)) && joins(next),
        // which of its shapes a sign takes
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(|before| !before.is_ascii() && !before.is_whitespace() && has_shape(before, None, None))
                || next == Some('\u{20e3}')
        }
        // soft hyphen, grapheme joiner, Arabic letter mark, fillers, Khmer vowels that are not seen
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => false,
        '\u{180b}'..='\u{180f}' => false,
        // spaces without width, marks, embeddings, overrides and isolates of direction, invisible operators
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => false,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' => false,
        // tags, private use, and what is no character at all
        '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fdd0}'..='\u{fdef}' => {
            false
        }
        _ => u32::from(c) & 0xfffe != 0xfffe,
    }
}

/// Letters that are written joined, and emoji.
fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        has_shape(c, None, None)
            && matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{2190}'..='\u{2bff}' | '\u{fb50}'..='\u{fdcf}' | '\u{fe70}'..='\u{fefc}' | '\u{1f000}'..='\u{1faff}')
    })
}

/// The characters of `text` that have a shape, for names: what is not seen in them is not a part of them.
pub fn with_shape(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut before = None;
    text.char_indices().filter_map(move |(at, c)| {
        let next = text[at + c.len_utf8()..].chars().next();
        let seen = has_shape(c, before, next) && !matches!(c, '\n' | '\r' | '\u{c}');
        if seen {
            before = Some(c);
        }
        seen.then_some(if c == '\t' { ' ' } else { c })
    })
}
