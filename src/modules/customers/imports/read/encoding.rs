//! How a file of text is written, told by its bytes, and reading it as UTF-8 whatever that is.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Complaint;
use crate::{kit::words::Words, t};

/// Bytes that are read at once.
const STEP: usize = 64 * 1024;
/// Bytes by which a file is told to be UTF-16, an even number.
const LOOKED_AT: usize = 1024;
/// The mark with which a file in UTF-8 may begin.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// How a file of text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// What spreadsheet programs write in the west of Europe when nobody asks for more. No file says so, so it is a guess.
    Windows1252,
}

impl Encoding {
    fn decoder(self) -> Decoder {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        encoding.new_decoder_without_bom_handling()
    }
}

fn lost(_: io::Error) -> Complaint {
    "The file could not be read. Upload it again".into()
}

/// Signs that no text has: it is some other kind of file.
pub fn is_foreign(sign: u8) -> bool {
    matches!(sign, 0..=8 | 14..=26 | 28..=31)
}

/// What a file is that begins with these bytes, if it is UTF-16, and by how many of them it says so. Without a mark it is told by its zeros:
/// the header of a table has mostly signs of English, in each of which one half is zero and always the same.
fn wide(head: &[u8]) -> Option<(Encoding, usize)> {
    match head {
        [0xff, 0xfe, ..] => return Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => return Some((Encoding::Utf16Be, 2)),
        _ => {}
    }
    let pairs: Vec<(u8, u8)> =
        head.chunks_exact(2).take(LOOKED_AT / 2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    let (before, behind) = (
        pairs.iter().filter(|(first, _)| *first == 0).count(),
        pairs.iter().filter(|(_, second)| *second == 0).count(),
    );
    let mostly = |zeros: usize| zeros >= 2 && zeros * 4 >= pairs.len() * 3;
    match (before, behind) {
        (0, zeros) if mostly(zeros) => Some((Encoding::Utf16Le, 0)),
        (zeros, 0) if mostly(zeros) => Some((Encoding::Utf16Be, 0)),
        _ => None,
    }
}

/// Whether a file that begins with these bytes is a text in UTF-16; none when it seems to be no UTF-16 at all.
///
/// # Errors
/// When it is no text, or not all of it is there.
pub fn wide_text(head: &[u8]) -> Option<Result<(), Words>> {
    let (encoding, mark) = wide(head)?;
    let text = head.get(mark..).unwrap_or_default();
    let signs: Vec<u16> = text
        .chunks_exact(2)
        .take(LOOKED_AT / 2)
        .filter_map(|pair| {
            let pair = [*pair.first()?, *pair.last()?];
            Some(if encoding == Encoding::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
        })
        .collect();
    let blank = |sign: &u16| u8::try_from(*sign).is_ok_and(|sign| sign.is_ascii_whitespace());
    Some(if signs.iter().any(|sign| u8::try_from(*sign).is_ok_and(is_foreign)) {
        Err(t!("The file must be XLSX or CSV"))
    } else if text.len() % 2 == 1 {
        Err(t!("This text in UTF-16 ends in the middle of a character. Upload the whole file"))
    } else if signs.iter().all(blank) {
        Err(t!("The file is empty"))
    } else {
        Ok(())
    })
}

/// How a file is written, and how many bytes it says so by. All of it is read: nothing is made of one that is no text to its end.
///
/// # Errors
/// Where it is no text.
pub fn of(file: &mut (impl Read + Seek)) -> Result<(Encoding, usize), Complaint> {
    file.seek(SeekFrom::Start(0)).map_err(lost)?;
    let mut head = Vec::new();
    file.by_ref().take(LOOKED_AT as u64).read_to_end(&mut head).map_err(lost)?;
    file.seek(SeekFrom::Start(0)).map_err(lost)?;
    if let Some((encoding, mark)) = wide(&head) {
        file.seek(SeekFrom::Start(mark as u64)).map_err(lost)?;
        return must_be_wide(file, encoding).map(|()| (encoding, mark));
    }
    let mark = if head.starts_with(MARK) { MARK.len() } else { 0 };
    let seen = Seen::of(file)?;
    let Some(line) = seen.wrong_line else { return Ok((Encoding::Utf8, mark)) };
    // signs of another encoding seldom look like UTF-8; where more do, it is UTF-8 that was damaged
    if mark == 0 && seen.right.saturating_mul(10) <= seen.wrong && is_western(file)? {
        return Ok((Encoding::Windows1252, 0));
    }
    Err(format!("Line {line} is not in UTF-8. Save the file as “CSV UTF-8”, or as XLSX"))
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// What of a file is UTF-8 beyond the signs of English, and what is not.
#[derive(Default)]
struct Seen {
    right: u64,
    wrong: u64,
    /// The line of the first that is not.
    wrong_line: Option<u64>,
}

impl Seen {
    fn of(file: &mut impl Read) -> Result<Self, Complaint> {
        let (mut bytes, mut line, mut seen) = (Vec::with_capacity(STEP + 4), 1, Self::default());
        loop {
            let count = file.by_ref().take(STEP as u64).read_to_end(&mut bytes).map_err(lost)?;
            let mut rest = bytes.as_slice();
            // what is left is a sign that begins in one piece and ends in the next
            while !rest.is_empty() {
                let (valid, wrong) = match std::str::from_utf8(rest) {
                    Ok(_) => (rest.len(), 0),
                    Err(error) => match error.error_len() {
                        Some(wrong) => (error.valid_up_to(), wrong),
                        None if count > 0 => (error.valid_up_to(), 0),
                        None => (error.valid_up_to(), rest.len() - error.valid_up_to()),
                    },
                };
                let (good, behind) = rest.split_at(valid);
                seen.right += good.iter().filter(|byte| **byte >= 0xc0).count() as u64;
                line += newlines(good);
                if wrong > 0 {
                    seen.wrong += 1;
                    seen.wrong_line.get_or_insert(line);
                }
                rest = behind.get(wrong..).unwrap_or_default();
                if wrong == 0 {
                    break;
                }
            }
            if count == 0 {
                return Ok(seen);
            }
            let left = rest.len();
            bytes.drain(..bytes.len() - left);
        }
    }
}

/// Whether all bytes of a file are signs of Windows-1252.
fn is_western(file: &mut (impl Read + Seek)) -> Result<bool, Complaint> {
    file.seek(SeekFrom::Start(0)).map_err(lost)?;
    let mut bytes = Vec::with_capacity(STEP);
    loop {
        bytes.clear();
        if file.by_ref().take(STEP as u64).read_to_end(&mut bytes).map_err(lost)? == 0 {
            return Ok(true);
        }
        if bytes.iter().any(|byte| is_foreign(*byte) || matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)) {
            return Ok(false);
        }
    }
}

/// Reads a file in UTF-16 to its end.
fn must_be_wide(file: &mut impl Read, encoding: Encoding) -> Result<(), Complaint> {
    let (mut text, mut line) = (Text::new(file, encoding), 1);
    loop {
        let more = text.fill().map_err(lost)?;
        line += newlines(text.ready.as_bytes());
        if text.wrong && text.ended {
            return Err(format!(
                "This text in UTF-16 ends in the middle of a character, in line {line}. Upload the whole file"
            ));
        }
        if text.wrong {
            return Err(format!("Line {line} is not in UTF-16, as the file is. Save it as “CSV UTF-8”, or as XLSX"));
        }
        if !more {
            return Ok(());
        }
    }
}

/// A file of text that is read as UTF-8.
pub struct Text<R> {
    file: R,
    /// None of one that is read as it is.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// What was decoded, and how much of it was handed over.
    ready: String,
    given: usize,
    ended: bool,
    /// What follows is no text.
    wrong: bool,
}

impl<R: Read> Text<R> {
    /// Of a file that stands behind the mark of its encoding.
    pub fn new(file: R, encoding: Encoding) -> Self {
        let decoder = (encoding != Encoding::Utf8).then(|| encoding.decoder());
        Self { file, decoder, raw: Vec::new(), ready: String::new(), given: 0, ended: false, wrong: false }
    }

    /// Decodes the next piece; false when there is none. A sign that is cut by its end waits in the decoder for the next.
    fn fill(&mut self) -> io::Result<bool> {
        self.ready.clear();
        self.given = 0;
        let Some(decoder) = self.decoder.as_mut().filter(|_| !self.ended) else { return Ok(false) };
        self.raw.clear();
        self.ended = self.file.by_ref().take(STEP as u64).read_to_end(&mut self.raw)? == 0;
        let most = decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
        self.ready.reserve(most.unwrap_or(STEP * 4));
        let (result, _) = decoder.decode_to_string_without_replacement(&self.raw, &mut self.ready, self.ended);
        self.wrong = result != DecoderResult::InputEmpty;
        Ok(!self.ended && !self.wrong)
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            return self.file.read(into);
        }
        while self.given == self.ready.len() {
            if self.wrong {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "no text"));
            }
            if !self.fill()? && self.ready.is_empty() && !self.wrong {
                return Ok(0);
            }
        }
        let count = self.ready.as_bytes().get(self.given..).unwrap_or_default().read(into)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn told(bytes: &[u8]) -> Result<(Encoding, usize), Complaint> {
        of(&mut Cursor::new(bytes))
    }

    fn text(bytes: &[u8]) -> String {
        let (encoding, mark) = told(bytes).unwrap();
        let mut text = String::new();
        Text::new(&bytes[mark..], encoding).read_to_string(&mut text).unwrap();
        text
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn a_text_is_the_same_however_it_is_written() {
        // longer than what is read at once, with signs of one, two and four bytes on either side of every place
        for shift in 0..4 {
            let expected =
                format!("{}record_id,city\r\n{}", "x".repeat(shift), "A-1,K\u{f6}ln \u{1f4a1}\r\n".repeat(20_000));
            for bytes in [
                little(&format!("\u{feff}{expected}")),
                big(&format!("\u{feff}{expected}")),
                little(&expected),
                big(&expected),
                expected.clone().into_bytes(),
            ] {
                assert!(text(&bytes) == expected, "{:?}", told(&bytes));
            }
        }
        assert_eq!(text(b"city\r\nK\xf6ln, 5 \x80 \x96 \xdcber"), "city\r\nK\u{f6}ln, 5 \u{20ac} \u{2013} \u{dc}ber");
        assert_eq!(told(b"city\r\nK\xf6ln"), Ok((Encoding::Windows1252, 0)));
        assert_eq!(told("\u{feff}city".as_bytes()), Ok((Encoding::Utf8, 3)));
    }

    #[test]
    fn what_was_damaged_is_not_taken_for_another_encoding() {
        let good = "K\u{f6}ln,".repeat(50);
        let damaged = [&b"a\n"[..], good.as_bytes(), b"\xf6"].concat();
        assert!(told(&damaged).unwrap_err().starts_with("Line 2 is not in UTF-8."));
        // by its mark a file says that it is UTF-8; and no text has such signs
        for bytes in [&b"\xef\xbb\xbfK\xf6ln"[..], b"K\xf6ln\x81", b"K\xf6ln\0\0"] {
            assert!(told(bytes).unwrap_err().starts_with("Line 1 is not in UTF-8."), "{bytes:?}");
        }
    }

    #[test]
    fn a_text_in_utf_16_that_was_cut_off_is_told() {
        let mut bytes = little("\u{feff}record_id\nA-1\n");
        bytes.push(b'A');
        assert!(told(&bytes).unwrap_err().contains("ends in the middle of a character, in line 3"));
        assert!(wide_text(&bytes).unwrap().unwrap_err().to_string().contains("UTF-16"));
        // one half of a sign of four bytes, at the end and in between
        let half = |rest: &str| [little("\u{feff}record_id\nA"), vec![0x3d, 0xd8], little(rest)].concat();
        assert!(told(&half("")).unwrap_err().contains("in line 2"));
        assert!(told(&half("B")).unwrap_err().starts_with("Line 2 is not in UTF-16"));
    }

    #[test]
    fn zeros_alone_make_no_text() {
        assert!(wide_text(&little("id,name")).unwrap().is_ok());
        assert!(wide_text(&big("id,name")).unwrap().is_ok());
        assert!(wide_text(&little("\u{feff} \r\n")).unwrap().unwrap_err().to_string().contains("empty"));
        assert!(wide_text(b"\xff\xfe\0\0i\0\0\0").unwrap().is_err(), "four bytes for each sign");
        assert!(wide_text(&little("i\u{1}d")).unwrap().is_err());
        for none in [&[0_u8; 64][..], b"id,name", b"GIF89a\x01\x00\x01\x00", b"PK\x03\x04\x14\0\0\0\x08\0", b"a\0\0b"] {
            assert!(wide_text(none).is_none(), "{none:?}");
        }
    }
}
