//! What short texts became, as long as there is room: the same description is not laid out at every view.
//!
//! It is a function of the text alone, so the text itself is the key and nothing has to be thrown away when an object changes.

use std::{
    collections::HashMap,
    mem,
    sync::{LazyLock, Mutex, PoisonError},
};

use super::SafeHtml;

/// Bytes of keys and HTML in one generation; there are two.
const ROOM: usize = 2 * 1024 * 1024;

#[derive(Default)]
struct Kept {
    young: HashMap<Box<str>, SafeHtml>,
    /// Used before the young ones filled their room; what is used again moves over.
    old: HashMap<Box<str>, SafeHtml>,
    taken: usize,
}

/// Texts of one sort, all made by the same function.
pub struct Cache {
    make: fn(&str) -> String,
    kept: LazyLock<Mutex<Kept>>,
}

impl Cache {
    pub const fn of(make: fn(&str) -> String) -> Self {
        Self { make, kept: LazyLock::new(Mutex::default) }
    }

    /// What became of `text`, made once.
    pub fn html(&self, text: &str) -> SafeHtml {
        if let Some(html) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).find(text) {
            return html;
        }
        let html = SafeHtml::made((self.make)(text));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(text.into(), html.clone());
        html
    }
}

impl Kept {
    fn find(&mut self, text: &str) -> Option<SafeHtml> {
        if let Some(html) = self.young.get(text) {
            return Some(html.clone());
        }
        let (text, html) = self.old.remove_entry(text)?;
        self.put(text, html.clone());
        Some(html)
    }

    fn put(&mut self, text: Box<str>, html: SafeHtml) {
        let size = text.len() + html.as_str().len();
        if size > ROOM / 8 {
            return;
        }
        if self.taken + size > ROOM {
            self.old = mem::take(&mut self.young);
            self.taken = 0;
        }
        if self.young.insert(text, html).is_none() {
            self.taken += size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: usize) -> SafeHtml {
        SafeHtml::made("x".repeat(size))
    }

    #[test]
    fn what_is_used_stays_and_the_rest_makes_room() {
        let mut kept = Kept::default();
        kept.put("used".into(), of(1_000));
        for at in 0..100 {
            kept.put(format!("{at}").into(), of(ROOM / 20));
            assert!(kept.find("used").is_some(), "after {at}");
        }
        assert!(kept.find("3").is_none());
        let held: usize = kept.young.iter().chain(&kept.old).map(|(text, html)| text.len() + html.as_str().len()).sum();
        assert!(held <= 2 * ROOM, "{held}");
    }

    #[test]
    fn one_text_does_not_push_out_all_others() {
        let mut kept = Kept::default();
        kept.put("huge".into(), of(ROOM));
        assert!(kept.find("huge").is_none());
    }
}
