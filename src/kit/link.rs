//! Links as they come out of messages: with a full stop behind them, in brackets, broken over two lines, cut off, in small letters.
//!
//! What surely belongs to nobody is taken away. What is no complete link then opens nothing, and its page says so.

/// Characters of a link's code: 256 bits, sealed by [`super::secret::Key::seal`].
const CODE: usize = 43;

/// White space, the `=` of a line that mail programs broke, and signs that nobody sees.
fn is_break(sign: char) -> bool {
    sign.is_whitespace()
        || sign.is_control()
        || sign == '='
        || matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_code(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_')
}

/// The code that a link carries, freed of what stands around it; nothing when it cannot be whole.
pub fn code(found: &str) -> Option<String> {
    let code: String = found
        .chars()
        .filter(|sign| !is_break(*sign))
        .skip_while(|sign| !is_code(*sign))
        .take_while(|sign| is_code(*sign))
        .take(CODE)
        .collect();
    // 43 random characters of one case do not occur: something has changed their letters
    let mixed =
        code.chars().any(|sign| sign.is_ascii_lowercase()) && code.chars().any(|sign| sign.is_ascii_uppercase());
    (code.len() == CODE && mixed).then_some(code)
}

/// The id that a link names, in the capitals that ids are written in.
pub fn id(found: &str) -> String {
    let id: String = found.chars().filter(|sign| !is_break(*sign)).map(|sign| sign.to_ascii_uppercase()).collect();
    id.trim_matches(|sign: char| !sign.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::secret::Key;

    fn sealed() -> String {
        Key::from_text(&"a key of the tests ".repeat(2)).unwrap().seal("link", &[b"CRS"])
    }

    #[test]
    fn what_stands_around_a_code_is_taken_away() {
        let code = sealed();
        let (one, two) = code.split_at(20);
        for found in [
            code.clone(),
            format!("{code}."),
            format!("{code}),"),
            format!("<{code}>"),
            format!("\"{code}\""),
            format!("{code}/"),
            format!("{code}\u{201d}."),
            format!("{one}\r\n{two}"),
            format!("{one}=\r\n{two}"),
            format!("{one} {two}"),
            format!("{one}\u{200b}{two}"),
            format!("{code}_"),
        ] {
            assert_eq!(super::code(&found).as_ref(), Some(&code), "{found:?}");
        }
    }

    #[test]
    fn what_is_not_whole_is_no_code() {
        let code = sealed();
        for found in ["", "review", ".", &code[..42], &code.to_lowercase(), &code.to_uppercase(), &code[..20]] {
            assert_eq!(super::code(found), None, "{found:?}");
        }
    }

    #[test]
    fn ids_are_read_in_any_case() {
        for found in
            ["crs-15231-15992-11789", "CRS-15231-=\r\n15992-11789", "<CRS-15231-15992-11789", "CRS-15231-15992-11789."]
        {
            assert_eq!(id(found), "CRS-15231-15992-11789");
        }
    }
}
