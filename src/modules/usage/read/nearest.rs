//! Which column somebody probably meant whose header is none of the format's.

use super::{Heading, folded};
use crate::{kit::choice::Choice as _, modules::usage::mapping::guess};

/// The column that a header is most like, of those that a file does not have: by another usual name of it, or by a few letters. None when it
/// is like none.
pub fn nearest(header: &str, lacking: impl Fn(Heading) -> bool) -> Option<Heading> {
    let word = folded(header);
    let usual = guess::usual(&word).and_then(Heading::from_key).filter(|heading| lacking(*heading));
    usual.or_else(|| {
        let letters: Vec<char> = word.chars().collect();
        let near = Heading::ALL.iter().filter(|heading| lacking(**heading)).map(|heading| {
            let known: Vec<char> = folded(heading.key()).chars().collect();
            (distance(&letters, &known), *heading)
        });
        near.min_by_key(|(far, _)| *far).filter(|(far, _)| *far <= letters.len() / 3).map(|(_, heading)| heading)
    })
}

/// How many letters are to be added, taken away or changed.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut last = at + 1;
        let mut next = vec![last];
        for (above, known) in row.windows(2).zip(other) {
            let [before, over] = above else { continue };
            last = (before + usize::from(letter != known)).min(over + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        let apart =
            |one: &str, other: &str| distance(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>());
        for (one, other, far) in
            [("", "", 0), ("tier", "tier", 0), ("amont", "amount", 1), ("kitten", "sitting", 3), ("", "end", 3)]
        {
            assert_eq!((apart(one, other), apart(other, one)), (far, far), "{one} {other}");
        }
    }

    #[test]
    fn a_column_is_known_by_what_it_is_like() {
        let all = |_: Heading| true;
        for (header, meant) in [
            ("Amont", Some(Heading::Amount)),
            ("start_time_ut", Some(Heading::Start)),
            ("item search valeu", Some(Heading::ItemValue)),
            ("Qty", Some(Heading::Quantity)),
            ("SKU", Some(Heading::ItemValue)),
            ("price", None),
            ("currency", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(header, all), meant, "{header}");
        }
        // what the file has already is not meant once more
        assert_eq!(nearest("Qty", |heading| heading != Heading::Quantity), None);
    }
}
