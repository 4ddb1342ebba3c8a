//! Which revision of an object an act goes by, so that nobody changes what they have not seen.

/// The revision that whoever acts believes the object to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It does not matter.
    Any,
    /// One of these; none of none.
    OneOf(Vec<i32>),
}

impl Expected {
    /// What `If-Match` means: `"7"`, several of them, or `*`. What no object of ours ever bore matches none.
    pub fn tags(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        Self::OneOf(header.split(',').filter_map(|tag| revision(tag.trim())).collect())
    }

    pub fn fits(&self, revision: i32) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(revisions) => revisions.contains(&revision),
        }
    }
}

impl From<i32> for Expected {
    fn from(revision: i32) -> Self {
        Self::OneOf(vec![revision])
    }
}

fn revision(tag: &str) -> Option<i32> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_revision_in_quotes() {
        assert_eq!(Expected::tags(" * "), Expected::Any);
        assert_eq!(Expected::tags("\"7\""), Expected::from(7));
        assert_eq!(Expected::tags("\"7\" , \"8\""), Expected::OneOf(vec![7, 8]));
        // a weak tag is never the same, in the sense of `If-Match`
        for other in ["", "7", "\"\"", "W/\"7\"", "\"+7\"", "\"x\"", "\"99999999999\"", "\""] {
            assert_eq!(Expected::tags(other), Expected::OneOf(Vec::new()), "{other}");
        }
    }

    #[test]
    fn what_is_expected_fits_or_not() {
        assert!(Expected::Any.fits(1) && Expected::from(7).fits(7));
        assert!(!Expected::from(7).fits(8) && !Expected::OneOf(Vec::new()).fits(1));
    }
}
