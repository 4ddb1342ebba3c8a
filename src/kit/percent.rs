//! Bytes as `%2F`, where an address or a header allows few signs.

use std::fmt::Write as _;

/// Appends `text`; letters, digits, `-`, `.` and `_` stay as they are.
pub fn push(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => out.push(char::from(byte)),
            // writing into a String cannot fail
            other => drop(write!(out, "%{other:02X}")),
        }
    }
}
