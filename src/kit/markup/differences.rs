//! What changes from one text to another: first by blocks, then by the words of blocks that changed.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::{
    Format, SafeHtml,
    blocks::{Block, Sort, blocks},
    write::one_sort_of_line_end,
};

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

/// A block of the newer text, or one that is gone, with what changes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub sort: Sort,
    /// Their words stay the same, only their markup changes; the pieces say how it is written then.
    pub markup_only: bool,
    pub pieces: Vec<Piece>,
}

/// A run of blocks that change, or of blocks that do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    Same(Vec<Compared>),
    Changed {
        /// The heading that it stands below, when the passage does not begin with one.
        under: Option<SafeHtml>,
        blocks: Vec<Compared>,
    },
}

/// What changes from one text to another, block by block, in the order of the newer one. All words of both are in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Blocks that are added, removed or changed.
    pub changes: usize,
    pub passages: Vec<Passage>,
}

/// The difference between two texts. For 300 KB each it takes up to 50 ms: call it in a workshop.
pub fn differences(old: (Format, &str), new: (Format, &str)) -> Differences {
    let (was, is) = (one_sort_of_line_end(old.1), one_sort_of_line_end(new.1));
    let (old, new) = (blocks(old.0, &was), blocks(new.0, &is));
    let mut told = Told { pieces: Vec::new(), work: WORK };
    let mut all: Vec<(bool, Compared)> = Vec::new();
    told.blocks(&old, &new, &mut all);
    let changes = all.iter().filter(|(changed, _)| *changed).count();
    let mut passages: Vec<Passage> = Vec::new();
    let mut heading: Option<SafeHtml> = None;
    for (changed, block) in all {
        let own = (block.sort == Sort::Heading).then(|| now(&block));
        match (passages.last_mut(), changed) {
            (Some(Passage::Same(blocks)), false) | (Some(Passage::Changed { blocks, .. }), true) => blocks.push(block),
            (_, false) => passages.push(Passage::Same(vec![block])),
            (_, true) => {
                let under = if own.is_some() { None } else { heading.clone() };
                passages.push(Passage::Changed { under, blocks: vec![block] });
            }
        }
        heading = own.flatten().or(heading);
    }
    Differences { changes, passages }
}

/// What a block says in the newer text; nothing when it is gone.
fn now(block: &Compared) -> Option<SafeHtml> {
    let text: String =
        block.pieces.iter().filter(|piece| piece.kind != Change::Removed).map(|piece| piece.text.as_str()).collect();
    (!text.is_empty()).then(|| SafeHtml::made(text))
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

impl Told {
    /// Whether so much may still be compared.
    fn affords(&mut self, was: usize, is: usize) -> bool {
        let left = self.work.checked_sub(was.saturating_mul(is));
        self.work = left.unwrap_or(self.work);
        left.is_some()
    }

    fn blocks(&mut self, old: &[Block<'_>], new: &[Block<'_>], all: &mut Vec<(bool, Compared)>) {
        let (begin, end) = ends(old, new);
        let same = |block: &Block<'_>| (false, whole(block, Change::Same));
        all.extend(new[..begin].iter().map(same));
        let (was, is) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
        if self.affords(was.len(), is.len()) {
            for step in capture_diff_slices(Algorithm::Myers, was, is) {
                let (tag, before, after) = step.as_tag_tuple();
                match tag {
                    DiffTag::Equal => all.extend(is[after].iter().map(same)),
                    _ => self.replaced(&was[before], &is[after], all),
                }
            }
        } else {
            self.replaced(was, is, all);
        }
        all.extend(new[new.len() - end..].iter().map(same));
    }

    /// Blocks of one sort that stand in each other's place are compared by their words, in their order.
    fn replaced(&mut self, old: &[Block<'_>], new: &[Block<'_>], all: &mut Vec<(bool, Compared)>) {
        let mut old = old.iter().peekable();
        for is in new {
            match old.next_if(|was| was.sort == is.sort) {
                Some(was) if was.text == is.text => all.push((true, self.words(is.sort, was.source, is.source, true))),
                Some(was) => all.push((true, self.words(is.sort, &was.text, &is.text, false))),
                None => all.push((true, whole(is, Change::Added))),
            }
        }
        all.extend(old.map(|was| (true, whole(was, Change::Removed))));
    }

    fn words(&mut self, sort: Sort, old: &str, new: &str, markup_only: bool) -> Compared {
        self.pieces.clear();
        self.compare(&words(old), &words(new));
        let pieces = self.pieces.drain(..).map(|(kind, text)| Piece { kind, text: super::text(&text) }).collect();
        Compared { sort, markup_only, pieces }
    }

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

    /// Says what is the same and what is not.
    fn compare(&mut self, old: &[&str], new: &[&str]) {
        let (begin, end) = ends(old, new);
        self.say(Change::Same, &old[..begin]);
        let (was, is) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
        if self.affords(was.len(), is.len()) {
            for step in capture_diff_slices(Algorithm::Myers, was, is) {
                let (tag, before, after) = step.as_tag_tuple();
                match tag {
                    DiffTag::Equal => self.say(Change::Same, &was[before]),
                    _ => self.whole(&was[before], &is[after]),
                }
            }
        } else {
            self.whole(was, is);
        }
        self.say(Change::Same, &old[old.len() - end..]);
    }
}

/// How many both begin with, and how many of the rest both end with.
fn ends<T: PartialEq>(old: &[T], new: &[T]) -> (usize, usize) {
    let begin = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let end = old[begin..].iter().rev().zip(new[begin..].iter().rev()).take_while(|(old, new)| old == new).count();
    (begin, end)
}

fn whole(block: &Block<'_>, kind: Change) -> Compared {
    Compared { sort: block.sort, markup_only: false, pieces: vec![Piece { kind, text: super::text(&block.text) }] }
}
