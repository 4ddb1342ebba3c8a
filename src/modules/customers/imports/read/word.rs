//! Words that a sheet must spell right, read without regard to case, width and spaces.

/// A word as it is compared: small letters of ordinary width, one dash, neither spaces nor underscores nor invisible signs.
///
/// `Ｃｒｅａｔｅ `, `CREATE` and `create` are one word; so are `External ID` and `external_id`.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_whitespace() && !sign.is_control() && *sign != '_' && !invisible(*sign))
        .map(|sign| match sign {
            // signs of the width of East Asian ones
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
            _ => sign,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Signs without a width, that come along when something is copied.
fn invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether a cell asks for nothing to be known any more, where an empty one keeps what is known.
pub fn is_clear(text: &str) -> bool {
    text.len() <= 60 && plain(text) == "(empty)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_however_it_is_typed() {
        for (typed, word) in [
            ("Create", "create"),
            ("ＣＲＥＡＴＥ\u{3000}", "create"),
            (" up date\u{200b}", "update"),
            ("External_ID", "externalid"),
            ("external id", "externalid"),
            ("–", "-"),
            ("－", "-"),
            ("ta-1234－1234–1234", "ta-1234-1234-1234"),
        ] {
            assert_eq!(plain(typed), word, "{typed}");
        }
        assert!(["(empty)", "( Empty )", "（ＥＭＰＴＹ）"].iter().all(|text| is_clear(text)));
        assert!(!["", "-", "empty", "(empty) no"].iter().any(|text| is_clear(text)));
    }
}
