//! The archive: a ZIP whose files are stored as they are, with nothing around them that could be otherwise.
//!
//! The zip crate writes what its release likes to write. Here one list of parts has to be one sequence of bytes, now and in years, so
//! that every byte can be checked; that leaves of the format these three records. Whatever reads ZIP reads it.

/// Beginnings of the records: of a file, of its entry at the end, of the end.
const FILE: [u8; 4] = *b"PK\x03\x04";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// Bytes of a file's record before its name.
const HEAD: usize = 30;
/// The version that is needed to read it.
const VERSION: u16 = 10;
/// 1980-01-01, the first day that the format knows: a pack bears no day.
const DAY: u16 = 0x21;
/// A pack has some ten parts.
const MOST: usize = 100;

/// A part of an archive: its name and what it holds.
pub(super) type Part<'a> = (&'a str, &'a [u8]);

/// The archive of these parts, which have to be smaller than 4 GB together.
pub(super) fn write<'a>(parts: impl IntoIterator<Item = Part<'a>>) -> Vec<u8> {
    let (mut bytes, mut entries, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for (name, content) in parts {
        let (facts, begins) = (facts(name, content), number(bytes.len()));
        for piece in [&FILE[..], &facts, name.as_bytes(), content] {
            bytes.extend_from_slice(piece);
        }
        entries.extend_from_slice(&ENTRY);
        entries.extend_from_slice(&VERSION.to_le_bytes());
        entries.extend_from_slice(&facts);
        // no comment, the first disk, no attributes
        entries.extend_from_slice(&[0; 10]);
        entries.extend_from_slice(&begins.to_le_bytes());
        entries.extend_from_slice(name.as_bytes());
        count = count.saturating_add(1);
    }
    let (begins, length) = (number(bytes.len()), number(entries.len()));
    bytes.extend_from_slice(&entries);
    bytes.extend_from_slice(&END);
    bytes.extend_from_slice(&[0; 4]);
    for counted in [count, count] {
        bytes.extend_from_slice(&counted.to_le_bytes());
    }
    for counted in [length, begins] {
        bytes.extend_from_slice(&counted.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 2]);
    bytes
}

/// What both records of a file say of it.
fn facts(name: &str, content: &[u8]) -> Vec<u8> {
    let mut facts = Vec::new();
    // no flags, stored, at midnight
    for two in [VERSION, 0, 0, 0, DAY] {
        facts.extend_from_slice(&two.to_le_bytes());
    }
    for four in [crc32(content), number(content.len()), number(content.len())] {
        facts.extend_from_slice(&four.to_le_bytes());
    }
    for two in [u16::try_from(name.len()).unwrap_or(u16::MAX), 0] {
        facts.extend_from_slice(&two.to_le_bytes());
    }
    facts
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// The parts of an archive, or the byte from which it is none. Nothing is unpacked: parts are pieces of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Part<'_>>, usize> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while bytes.get(at..at + FILE.len()) == Some(&FILE[..]) {
        let counted = |from: usize, width: usize| -> Option<usize> {
            let digits = bytes.get(at + from..at + from + width)?;
            Some(digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit)))
        };
        let part = || {
            let (size, name, extra) = (counted(18, 4)?, counted(26, 2)?, counted(28, 2)?);
            let named = at + HEAD;
            let (begins, ends) = (named + name + extra, named + name + extra + size);
            let name = std::str::from_utf8(bytes.get(named..named + name)?).ok()?;
            Some((name, bytes.get(begins..ends)?, ends))
        };
        let (name, content, ends) = part().filter(|_| parts.len() < MOST).ok_or(at)?;
        parts.push((name, content));
        at = ends;
    }
    let ended = !parts.is_empty() && bytes.get(at..at + ENTRY.len()) == Some(&ENTRY[..]);
    if ended { Ok(parts) } else { Err(at) }
}

/// The checksum of the format.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let (mut table, mut at) = ([0_u32; 256], 0_usize);
        while at < table.len() {
            let (mut value, mut bit) = (at as u32, 0);
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    !bytes.iter().fold(u32::MAX, |crc, byte| crc >> 8 ^ TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)])
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    const PARTS: [Part<'static>; 3] = [("a.txt", b"words"), ("b.json", b"{}\n"), ("empty", b"")];

    #[test]
    fn whatever_reads_zip_reads_it() {
        let mut archive = zip::ZipArchive::new(Cursor::new(write(PARTS))).unwrap();
        assert_eq!(archive.len(), PARTS.len());
        for (name, content) in PARTS {
            let mut found = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, content, "{name}");
        }
    }

    #[test]
    fn it_reads_what_it_wrote_and_nothing_that_is_cut_off() {
        let bytes = write(PARTS);
        assert_eq!(read(&bytes).unwrap(), PARTS);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of the algorithm");
        for length in 0..bytes.len() {
            let whole = read(&bytes[..length]).is_ok_and(|parts| write(parts) == bytes[..length]);
            assert!(!whole, "{length} bytes are no archive");
        }
        assert_eq!(read(b"%PDF-1.7"), Err(0));
        assert_eq!(read(b""), Err(0));
    }
}
