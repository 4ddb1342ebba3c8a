//! Patterns of `like` and `ilike`: `*` matches any text, `\*` a star.

/// The texts between the stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// `None` for two stars in a row, which the language forbids.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut pieces, mut signs) = (vec![String::new()], text.chars().peekable());
        let mut star = false;
        while let Some(sign) = signs.next() {
            if sign == '*' {
                if star {
                    return None;
                }
                pieces.push(String::new());
            } else if let Some(piece) = pieces.last_mut() {
                piece.push(if sign == '\\' { signs.next_if_eq(&'*').unwrap_or(sign) } else { sign });
            }
            star = sign == '*';
        }
        Some(Self(pieces))
    }

    /// The text, if the pattern has no star and so matches only that text.
    pub fn whole(&self) -> Option<&str> {
        match self.0.as_slice() {
            [text] => Some(text),
            _ => None,
        }
    }

    /// As a pattern of `LIKE`: `%` for each star, and `LIKE`'s own special characters escaped.
    pub fn like(&self) -> String {
        let mut like = String::new();
        for (at, piece) in self.0.iter().enumerate() {
            like.push_str(if at == 0 { "" } else { "%" });
            for sign in piece.chars() {
                like.extend(matches!(sign, '%' | '_' | '\\').then_some('\\'));
                like.push(sign);
            }
        }
        like
    }

    /// Whether a word matches; with `fold` in any case.
    pub fn fits(&self, word: &str, fold: bool) -> bool {
        let small = |text: &str| if fold { text.to_lowercase() } else { text.to_owned() };
        let word = small(word);
        let pieces: Vec<String> = self.0.iter().map(|piece| small(piece)).collect();
        let [first, middle @ .., last] = pieces.as_slice() else { return pieces.first() == Some(&word) };
        let Some(mut rest) = word.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
            return false;
        };
        middle.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, behind)) => {
                rest = behind;
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_every_other_character_is_itself() {
        for (text, like) in [
            ("*", "%"),
            ("a*", "a%"),
            ("*a*b", "%a%b"),
            ("100%*", "100\\%%"),
            ("a_b", "a\\_b"),
            ("\\*", "*"),
            ("*\\**", "%*%"),
            ("a\\b", "a\\\\b"),
            ("\\\\*", "\\\\*"),
            ("", ""),
        ] {
            assert_eq!(Pattern::parse(text).map(|pattern| pattern.like()).as_deref(), Some(like), "{text}");
        }
        assert_eq!(Pattern::parse("a**"), None);
        assert!(Pattern::parse("a*\\*").is_some());
    }

    #[test]
    fn words_match_as_they_would_in_the_database() {
        for (pattern, word, fits) in [
            ("act*", "active", true),
            ("*ive", "active", true),
            ("*ti*", "active", true),
            ("a*a", "a", false),
            ("*a*b*", "ba", false),
            ("active", "active", true),
            ("ACT*", "active", false),
            ("*", "", true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().fits(word, false), fits, "{pattern} {word}");
        }
        assert!(Pattern::parse("ACT*").unwrap().fits("active", true));
    }
}
