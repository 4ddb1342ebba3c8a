//! What changes from one text to another: first by lines, then by the words of lines that changed.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::SafeHtml;

/// A stretch of words that both texts share, or only one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub kind: Change,
    pub text: SafeHtml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Same,
    Added,
    Removed,
}

/// How much comparing one page is worth: the product of the lengths that are compared. What would take more is shown as a whole, removed
/// and added.
const WORK: usize = 4_000_000;

/// The difference between two texts. For 300 KB each it takes up to 50 ms: call it in a workshop.
pub fn differences(old: &str, new: &str) -> Vec<Piece> {
    let mut told = Told { pieces: Vec::new(), work: WORK };
    told.compare(&lines(old), &lines(new), &mut |told, old, new| {
        let (old, new) = (old.concat(), new.concat());
        told.compare(&words(&old), &words(&new), &mut Told::whole);
    });
    told.pieces.into_iter().map(|(kind, text)| Piece { kind, text: super::text(&text) }).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Runs of letters and digits, runs of space, and every other sign by itself.
fn words(text: &str) -> Vec<&str> {
    let sort = |c: char| {
        if c.is_alphanumeric() {
            'a'
        } else if c.is_whitespace() {
            ' '
        } else {
            c
        }
    };
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = first.is_alphanumeric() || first.is_whitespace();
        let end =
            if run { rest.find(|c: char| sort(c) != sort(first)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

struct Told {
    pieces: Vec<(Change, String)>,
    work: usize,
}

type Replaced<'r> = &'r mut dyn FnMut(&mut Told, &[&str], &[&str]);

impl Told {
    fn say(&mut self, kind: Change, parts: &[&str]) {
        if parts.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some((last, text)) if *last == kind => parts.iter().for_each(|part| text.push_str(part)),
            _ => self.pieces.push((kind, parts.concat())),
        }
    }

    fn whole(&mut self, old: &[&str], new: &[&str]) {
        self.say(Change::Removed, old);
        self.say(Change::Added, new);
    }

    /// Says what is the same and what is not; `replaced` says what stands in place of something else.
    fn compare(&mut self, old: &[&str], new: &[&str], replaced: Replaced<'_>) {
        let begin = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let end = old[begin..].iter().rev().zip(new[begin..].iter().rev()).take_while(|(old, new)| old == new).count();
        self.say(Change::Same, &old[..begin]);
        let (was, is) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
        match self.work.checked_sub(was.len().saturating_mul(is.len())) {
            Some(left) => {
                self.work = left;
                for step in capture_diff_slices(Algorithm::Myers, was, is) {
                    let (tag, before, after) = step.as_tag_tuple();
                    match tag {
                        DiffTag::Equal => self.say(Change::Same, &was[before]),
                        DiffTag::Replace => replaced(self, &was[before], &is[after]),
                        DiffTag::Delete | DiffTag::Insert => self.whole(&was[before], &is[after]),
                    }
                }
            }
            None => self.whole(was, is),
        }
        self.say(Change::Same, &old[old.len() - end..]);
    }
}
