//! Texts that the cells of a workbook share: the first in memory, one behind the other with the places where they end, and what is more in a
//! file of the system without a name.

use std::{cell::RefCell, fs::File, io::Read, io::Write as _, os::unix::fs::FileExt as _};

use quick_xml::events::Event;

use super::{
    Complaint,
    cell::LONGEST,
    xml::{Xml, add_text, unescaped},
};
use crate::kit::problem::{NO_SPACE, is_full};

/// Texts that are kept, and their bytes together.
const TEXTS: usize = 3_000_000;
const TEXT_BYTES: usize = 256 * 1024 * 1024;
/// How many of these stay in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;
/// Bytes that are read of the file at once, and how many such stretches are remembered: cells name texts in much the order in which they
/// were written.
const STRETCH: usize = 64 * 1024;
const REMEMBERED: usize = 32;

#[derive(Default)]
pub struct Texts {
    all: String,
    /// Where each ends, counted over both.
    ends: Vec<u32>,
    more: Option<More>,
}

/// What lies on disk.
struct More {
    file: File,
    /// What is not written yet.
    waiting: Vec<u8>,
    remembered: RefCell<Vec<Option<Stretch>>>,
}

/// Which part of the file it is, and its bytes.
type Stretch = (u64, Vec<u8>);

fn lost(error: std::io::Error) -> Complaint {
    if is_full(&error) { NO_SPACE.into() } else { "The file could not be read. Upload it again".into() }
}

/// Text that is already too long need not grow further.
pub fn add_bounded(event: &Event<'_>, text: &mut String) {
    if text.len() <= LONGEST * 4 {
        add_text(event, text);
    }
}

impl Texts {
    pub fn read<R: Read>(xml: &mut Xml<R>) -> Result<Self, Complaint> {
        let mut texts = Self::default();
        let mut text = String::new();
        let (mut inside, mut reading, mut spelled) = (false, false, false);
        loop {
            match xml.next()? {
                Event::Start(one) => match one.local_name().as_ref() {
                    "si" => inside = true,
                    "t" => reading = inside && !spelled,
                    // how a text is pronounced is no part of it
                    "rPh" => spelled = true,
                    _ => {}
                },
                Event::End(one) => match one.local_name().as_ref() {
                    "t" => reading = false,
                    "rPh" => spelled = false,
                    "si" => {
                        inside = false;
                        texts.push(&unescaped(&text), IN_MEMORY)?;
                        text.clear();
                    }
                    _ => {}
                },
                Event::Eof => {
                    texts.settle()?;
                    return Ok(texts);
                }
                event if reading => add_bounded(&event, &mut text),
                _ => {}
            }
        }
    }

    fn length(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    fn push(&mut self, text: &str, in_memory: usize) -> Result<(), Complaint> {
        let length = self.length() + text.len();
        if self.ends.len() >= TEXTS || length > TEXT_BYTES {
            return Err("The file has too many texts, or too long ones. Send it as CSV, or split it".into());
        }
        if self.more.is_none() && length > in_memory {
            self.more = Some(More::new()?);
        }
        match &mut self.more {
            None => self.all.push_str(text),
            Some(more) => more.add(text)?,
        }
        self.ends.push(u32::try_from(length).unwrap_or(u32::MAX));
        Ok(())
    }

    /// All are there.
    fn settle(&mut self) -> Result<(), Complaint> {
        self.more.as_mut().map_or(Ok(()), More::write)
    }

    /// The text at a place, if there is one.
    pub fn get(&self, at: usize) -> Option<String> {
        let end = *self.ends.get(at)? as usize;
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        match &self.more {
            // those on disk begin where the others end
            Some(more) if begin >= self.all.len() => more.get(begin - self.all.len(), end - self.all.len()),
            _ => self.all.get(begin..end).map(str::to_owned),
        }
    }
}

impl More {
    fn new() -> Result<Self, Complaint> {
        let remembered = RefCell::new((0..REMEMBERED).map(|_| None).collect());
        Ok(Self { file: tempfile::tempfile().map_err(lost)?, waiting: Vec::new(), remembered })
    }

    fn add(&mut self, text: &str) -> Result<(), Complaint> {
        self.waiting.extend_from_slice(text.as_bytes());
        if self.waiting.len() >= STRETCH { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Complaint> {
        self.file.write_all(&self.waiting).map_err(lost)?;
        self.waiting.clear();
        Ok(())
    }

    fn get(&self, begin: usize, end: usize) -> Option<String> {
        let mut bytes = Vec::with_capacity(end.saturating_sub(begin));
        let mut at = begin;
        while at < end {
            let (number, from) = (at / STRETCH, at % STRETCH);
            let mut remembered = self.remembered.borrow_mut();
            let place = remembered.get_mut(number % REMEMBERED)?;
            if place.as_ref().is_none_or(|(known, _)| *known != number as u64) {
                *place = Some((number as u64, self.stretch(number)?));
            }
            let (_, stretch) = place.as_ref()?;
            let until = stretch.len().min(from + (end - at));
            bytes.extend_from_slice(stretch.get(from..until).filter(|some| !some.is_empty())?);
            at += until - from;
        }
        String::from_utf8(bytes).ok()
    }

    fn stretch(&self, number: usize) -> Option<Vec<u8>> {
        let (mut bytes, mut count) = (vec![0; STRETCH], 0);
        let begin = (number * STRETCH) as u64;
        loop {
            let read = self.file.read_at(bytes.get_mut(count..)?, begin + count as u64).ok()?;
            count += read;
            if read == 0 || count == STRETCH {
                break;
            }
        }
        bytes.truncate(count);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_it_was_wherever_it_lies() {
        let text = |number: usize| format!("{number} {}", "\u{e9}".repeat(number % 300));
        let mut texts = Texts::default();
        for number in 0..3_000 {
            texts.push(&text(number), 10_000).unwrap();
        }
        texts.settle().unwrap();
        assert!(texts.all.len() <= 10_000 && texts.length() > 10 * STRETCH);
        for number in (0..3_000).chain((0..3_000).rev().step_by(7)) {
            assert_eq!(texts.get(number), Some(text(number)), "{number}");
        }
        assert_eq!(texts.get(3_000), None);
    }

    #[test]
    fn an_empty_text_is_one_too() {
        let mut texts = Texts::default();
        for text in ["", "a", "", "b", ""] {
            texts.push(text, 1).unwrap();
        }
        texts.settle().unwrap();
        let all: Vec<_> = (0..5).map(|at| texts.get(at)).collect();
        assert_eq!(all, ["", "a", "", "b", ""].map(|text| Some(text.to_owned())));
    }
}
