//! XML of a part of a package, read piece by piece; each piece, their nesting and all of them together are bounded.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::Complaint;

/// The longest single piece of XML, in bytes: a tag with its attributes, or a stretch of text.
const LONGEST: usize = 1024 * 1024;
/// How deep elements may be nested; spreadsheets need less than ten.
const DEEPEST: usize = 64;

pub const BROKEN: &str =
    "The file cannot be read as XLSX. Open it in a spreadsheet program, save it, and upload it again";
pub const TOO_MUCH: &str = "The file unpacks to more than can be read. Remove what is not needed from it, or send CSV";

/// Bytes that may still be unpacked, of a package as a whole.
pub type Left = Rc<Cell<u64>>;

/// An unpacking reader that stops at its bounds.
pub struct Bounded<R> {
    inner: BufReader<R>,
    left: Left,
    piece: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let (left, piece) = (self.left.get(), self.piece);
        let ready = self.inner.fill_buf()?;
        if ready.is_empty() {
            return Ok(ready);
        }
        if left == 0 {
            return Err(io::Error::other(TOO_MUCH));
        }
        if piece == 0 {
            return Err(io::Error::other(BROKEN));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece);
        Ok(&ready[..ready.len().min(most)])
    }

    fn consume(&mut self, count: usize) {
        self.left.set(self.left.get().saturating_sub(count as u64));
        self.piece = self.piece.saturating_sub(count);
        self.inner.consume(count);
    }
}

/// A part of a package as XML; an element without content comes as its start and its end.
pub struct Xml<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: Read> Xml<R> {
    pub fn new(part: R, left: &Left) -> Self {
        let mut reader =
            Reader::from_reader(Bounded { inner: BufReader::new(part), left: left.clone(), piece: LONGEST });
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// As [`Xml::new`], but elements without content stay as they are written, for a part that is copied.
    pub fn verbatim(part: R, left: &Left) -> Self {
        let mut xml = Self::new(part, left);
        xml.reader.config_mut().expand_empty_elements = false;
        xml
    }

    pub fn next(&mut self) -> Result<Event<'_>, Complaint> {
        self.buffer.clear();
        self.reader.get_mut().piece = LONGEST;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(cause) if cause.to_string() == TOO_MUCH => TOO_MUCH.to_owned(),
            _ => BROKEN.to_owned(),
        })?;
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > DEEPEST { Err(BROKEN.into()) } else { Ok(event) }
    }
}

/// The value of an attribute, whatever its namespace.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// Adds the text of a piece, if it has any.
pub fn add_text(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(name) => match quick_xml::escape::resolve_xml_entity(name) {
            Some(sign) => text.push_str(sign),
            None => text.extend(name.resolve_char_ref().ok().flatten()),
        },
        _ => {}
    }
}

/// Signs that XML cannot hold are written `_x000D_` in workbooks.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let sign = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match sign {
            Some(sign) => {
                plain.push_str(&rest[..at]);
                plain.push(sign);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_xml_cannot_hold_are_read() {
        for (written, text) in [
            ("High Street_x000D_\nSuite 4", "High Street\r\nSuite 4"),
            ("_x005F_x000D_", "_x000D_"),
            ("a_xyz", "a_xyz"),
            ("a_x12", "a_x12"),
            ("_xD800_", "_xD800_"),
            ("a_x00e9_b", "aéb"),
        ] {
            assert_eq!(unescaped(written), text);
        }
    }

    #[test]
    fn an_entity_that_a_file_declares_itself_means_nothing() {
        let file = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\"><!ENTITY b \"bb\">]><x>1&a;&b;&amp;2</x>";
        let mut xml = Xml::new(file.as_bytes(), &Rc::new(Cell::new(10_000)));
        let mut text = String::new();
        loop {
            match xml.next().unwrap() {
                Event::Eof => break,
                event => add_text(&event, &mut text),
            }
        }
        assert_eq!(text, "1&2");
    }
}
