//! From the bytes of a request's query string to the text of the query.

use percent_encoding::percent_decode_str;

use super::{
    LONGEST,
    violation::{Fault, Violation},
};

/// Decodes `%2F` and the like. `+` stays `+`, because clients send the offset of a date unescaped; a `%` without two hex digits stays
/// `%`, because one client does not escape it. Bytes that are not UTF-8 become U+FFFD, which only quoted text may hold.
///
/// # Errors
/// [`Fault::TooLong`], before anything is decoded.
pub fn decode(raw: &str) -> Result<String, Violation> {
    // each byte is sent as three at most
    if raw.len() > 3 * LONGEST {
        return Err(Violation::new(LONGEST, Fault::TooLong));
    }
    Ok(percent_decode_str(raw).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_stays_and_so_does_a_bare_percent_sign() {
        for (raw, text) in [
            ("ge(created,2024-01-01T00:00:00+00:00)", "ge(created,2024-01-01T00:00:00+00:00)"),
            ("a=%22x%2C%20y%22", "a=\"x, y\""),
            ("(a=1%7Ca=2)", "(a=1|a=2)"),
            ("a=%D1%82%d0%b5", "a=те"),
            ("like(a,d%*)", "like(a,d%*)"),
            ("a=%", "a=%"),
            ("a=%4", "a=%4"),
            ("a=%zz", "a=%zz"),
            ("a=%%41", "a=%A"),
            ("a=%2525", "a=%25"),
            ("a=%FF", "a=\u{fffd}"),
        ] {
            assert_eq!(decode(raw).as_deref(), Ok(text), "{raw}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_decoded() {
        assert_eq!(decode(&"%41".repeat(LONGEST)).map(|text| text.len()), Ok(LONGEST));
        assert!(decode(&"%41".repeat(LONGEST + 1)).is_err());
    }
}
