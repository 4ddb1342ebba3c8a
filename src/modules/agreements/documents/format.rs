//! What a file is: a PDF, Markdown or plain text.

use crate::kit::{file_name, markup};

/// The header of a PDF stands within so many bytes.
const HEADER_WITHIN: usize = 1_024;

crate::choice! {
    /// How a file is read.
    Format { Pdf = "pdf" / "PDF", Markdown = "markdown" / "Markdown", Plain = "plain" / "text" }
}

impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Markdown => "text/markdown",
            Self::Plain => "text/plain",
        }
    }

    /// What names of such files end with; the first is given to those that end otherwise.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &[".pdf"],
            Self::Markdown => &[".md", ".markdown"],
            Self::Plain => &[".txt"],
        }
    }

    pub(super) fn markup(self) -> Option<markup::Format> {
        match self {
            Self::Pdf => None,
            Self::Markdown => Some(markup::Format::Markdown),
            Self::Plain => Some(markup::Format::Plain),
        }
    }
}

/// What a file is, by its bytes; its name only tells Markdown from plain text.
pub fn format_of(name: &str, bytes: &[u8]) -> Option<Format> {
    if is_pdf(bytes) {
        return Some(Format::Pdf);
    }
    if !is_text(bytes) {
        return None;
    }
    let name = file_name::tidy(name).to_lowercase();
    let markdown = Format::Markdown.endings().iter().any(|ending| name.ends_with(ending));
    Some(if markdown { Format::Markdown } else { Format::Plain })
}

/// Whether a viewer takes it for a PDF: the header stands at the beginning, after a mark of byte order or blank lines, or within the first
/// bytes of something that is no text or ends as a PDF ends. A text that only speaks of PDF is a text.
fn is_pdf(bytes: &[u8]) -> bool {
    const HEADER: &[u8] = b"%PDF-";
    const END: &[u8] = b"%%EOF";
    let head = &bytes[..bytes.len().min(HEADER_WITHIN + HEADER.len())];
    let header =
        head.windows(HEADER.len() + 1).position(|part| part.starts_with(HEADER) && part[HEADER.len()].is_ascii_digit());
    let Some(at) = header else { return false };
    let before = bytes[..at].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes[..at]);
    let blank = before.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
    let tail = &bytes[bytes.len().saturating_sub(HEADER_WITHIN + END.len())..];
    blank || tail.windows(END.len()).any(|part| part == END) || !is_text(bytes)
}

/// UTF-8 that says something, without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let control = |pair: &[u8]| pair[0] == 0xc2 && (0x80..0xa0).contains(&pair[1]);
    !text.strip_prefix('\u{feff}').unwrap_or(text).trim().is_empty()
        && !bytes.iter().any(|byte| (*byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0xc)) || *byte == 0x7f)
        && !bytes.windows(2).any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(format_of("a.md", b"%PDF-1.7"), Some(Format::Pdf));
        assert_eq!(format_of("a.pdf", b"# Terms"), Some(Format::Plain));
        assert_eq!(format_of("A.MD", b"# Terms"), Some(Format::Markdown));
        assert_eq!(format_of("a.md", b"\x89PNG\r\n"), None);
        assert_eq!(format_of("a.txt", b"a\0b"), None);
        assert_eq!(format_of("a.txt", b"  \n"), None);
        assert_eq!(format_of("a.txt", b"\xef\xbb\xbf \n"), None);
        assert_eq!(format_of("a.txt", "a\u{85}b".as_bytes()), None);
        assert_eq!(format_of("a.txt", "\u{feff}Grüße: §".as_bytes()), Some(Format::Plain));
    }

    #[test]
    fn a_pdf_may_begin_with_what_viewers_skip() {
        for before in [&b"\xef\xbb\xbf"[..], b"\n\r\n  ", b"\0\0", b"\xef\xbb\xbf\n"] {
            assert_eq!(format_of("a.pdf", &[before, b"%PDF-1.7\n..."].concat()), Some(Format::Pdf), "{before:?}");
        }
        let printer = [&b"\x1b%-12345X@PJL\r\n"[..], b"%PDF-1.4\n\x80\xff", b"%%EOF\n"].concat();
        assert_eq!(format_of("a.pdf", &printer), Some(Format::Pdf));
        let both = b"<html><script>alert(1)</script>\n%PDF-1.7\n1 0 obj\ntrailer\n%%EOF\n";
        assert_eq!(format_of("a.html", both), Some(Format::Pdf));
        // too late, not a version, or only spoken of
        assert_eq!(
            format_of("a.txt", &[" ".repeat(1_100).as_bytes(), b"x %PDF-1.7 %%EOF"].concat()),
            Some(Format::Plain)
        );
        assert_eq!(format_of("a.txt", b"%PDF-x"), Some(Format::Plain));
        assert_eq!(format_of("a.md", b"# On files\n\nA PDF begins with %PDF-1.7."), Some(Format::Markdown));
    }
}
