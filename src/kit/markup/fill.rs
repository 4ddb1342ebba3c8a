//! Markdown with gaps that are filled with values. It is laid out once; filling it in only escapes the values.

use super::{
    SafeHtml, kept,
    signs::{self, ADDRESS, ADDRESS_END, CLOSE, LINK_END, OPEN},
    write,
};
use crate::kit::percent;

/// Bytes of values in one text. What is left out stays as the name between braces.
const ROOM: usize = 256 * 1024;

/// A stretch of the text.
pub enum Part<'a> {
    Text(&'a str),
    /// Where the value of that name goes.
    Gap(&'a str),
}

/// The Markdown of `parts` as HTML. A value is text, whatever signs it has, and stays on its line; a gap without a value shows its name
/// as it was written, between double braces.
pub fn fill<'a>(parts: impl IntoIterator<Item = Part<'a>>, value: impl Fn(&str) -> Option<String>) -> SafeHtml {
    static KEPT: kept::Cache = kept::Cache::of(write::markdown_with_tokens);
    let (mut text, mut names) = (String::new(), Vec::new());
    for part in parts {
        match part {
            Part::Text(piece) => push_without_tokens(&mut text, piece),
            Part::Gap(name) => {
                text.push(OPEN);
                text.push_str(&names.len().to_string());
                text.push(CLOSE);
                names.push(name);
            }
        }
    }
    let mut room = ROOM;
    let values: Vec<String> = names
        .iter()
        .map(|name| match value(name).map(|value| value.replace(['\n', '\r'], " ")) {
            Some(value) if value.len() <= room => {
                room -= value.len();
                value
            }
            _ => format!("{{{{ {name} }}}}"),
        })
        .collect();
    SafeHtml::made(filled(KEPT.html(&text).as_str(), &values))
}

/// Nobody writes a token by hand.
fn push_without_tokens(text: &mut String, piece: &str) {
    for c in piece.chars() {
        match c {
            OPEN | CLOSE | ADDRESS | ADDRESS_END | LINK_END => text.push_str(&format!("[U+{:04X}]", u32::from(c))),
            _ => text.push(c),
        }
    }
}

fn filled(html: &str, values: &[String]) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let (mut rest, mut linked) = (html, false);
    while let Some(at) = rest.find([OPEN, ADDRESS, LINK_END]) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((address, after)) = rest.strip_prefix(ADDRESS).and_then(|rest| rest.split_once(ADDRESS_END)) {
            let address = address_of(address, values);
            linked = write::leads_to_the_web(&address);
            if linked {
                write::push_link(&mut out, &address);
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix(LINK_END) {
            if std::mem::take(&mut linked) {
                out.push_str("</a>");
            }
            rest = after;
        } else if let Some((value, after)) = token(rest, values) {
            signs::write(&mut out, value, None);
            rest = after;
        } else {
            rest = rest.get(OPEN.len_utf8()..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// The value of the token that `text` begins with, and what follows.
fn token<'a, 'v>(text: &'a str, values: &'v [String]) -> Option<(&'v str, &'a str)> {
    let (number, after) = text.strip_prefix(OPEN)?.split_once(CLOSE)?;
    Some((values.get(number.parse::<usize>().ok()?)?, after))
}

/// A value that begins an address is one; within an address it is a part that cannot lead elsewhere.
fn address_of(written: &str, values: &[String]) -> String {
    let mut address = String::with_capacity(written.len() * 2);
    let mut rest = written;
    while let Some(at) = rest.find(OPEN) {
        address.push_str(&rest[..at]);
        let Some((value, after)) = token(&rest[at..], values) else { break };
        if address.is_empty() {
            address.push_str(value)
        } else {
            percent::push(&mut address, value)
        }
        rest = after;
    }
    address.push_str(rest);
    address
}
