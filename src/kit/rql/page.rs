//! Which rows of the list to read, and in which order.

use super::filter::{By, Collection};
use crate::kit::sql::Sql;

/// Rows of a page if the query has no limit.
pub const USUAL: i64 = 100;
/// Rows of the largest page: higher limits are lowered to this.
pub const MOST: i64 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// 0 asks for the total alone.
    pub limit: i64,
    /// Rows before the page.
    pub offset: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: USUAL, offset: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Limit,
    Offset,
}

impl Place {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Offset => "offset",
        }
    }
}

impl Page {
    /// Ignores what is not a number, or negative.
    pub(super) fn say(&mut self, place: Place, text: &str) {
        let text = text.trim();
        let digits = text.strip_prefix('+').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        // too many digits for a number mean a large one
        let number = digits.parse().unwrap_or(i64::MAX);
        match place {
            Place::Limit => self.limit = number.min(MOST),
            Place::Offset => self.offset = number,
        }
    }

    /// ` LIMIT … OFFSET …`.
    pub fn write(self, sql: &mut Sql) {
        sql.push(" LIMIT ");
        sql.number(self.limit);
        sql.push(" OFFSET ");
        sql.number(self.offset);
    }

    /// The header `Content-Range` for a page with `rows` rows, of `total` rows in all.
    pub fn content_range(self, rows: usize, total: i64) -> String {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let first = if self.limit == 0 || total == 0 { 0 } else { self.offset };
        let last = if rows == 0 { first } else { first.saturating_add(rows - 1) };
        format!("items {first}-{last}/{total}")
    }
}

/// A total order: it ends with a unique expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    pub by: Vec<By>,
}

impl Order {
    /// `asked`, or else the collection's own order. Ties are broken by the id, in the direction of the last expression.
    pub(super) fn of(collection: &Collection, asked: Option<Vec<By>>) -> Self {
        let mut by = asked.filter(|by| !by.is_empty()).unwrap_or_else(|| collection.order.to_vec());
        if !by.iter().any(|by| by.expression == collection.id) {
            let descending = by.last().is_some_and(|by| by.descending);
            by.push(By { descending, ..By::up(collection.id) });
        }
        Self { by }
    }

    /// ` ORDER BY …`.
    pub fn write(&self, sql: &mut Sql) {
        // there are too many combinations of several names to keep each prepared
        if self.by.len() > 2 {
            sql.plan_anew();
        }
        for (at, by) in self.by.iter().enumerate() {
            sql.push(if at == 0 { " ORDER BY " } else { ", " });
            sql.push(&by.expression);
            sql.push(if by.descending { " DESC" } else { "" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_range() {
        let page = |limit, offset| Page { limit, offset };
        assert_eq!(page(100, 0).content_range(0, 0), "items 0-0/0");
        assert_eq!(page(0, 0).content_range(0, 8), "items 0-0/8");
        assert_eq!(page(3, 6).content_range(2, 8), "items 6-7/8");
        assert_eq!(page(3, 100).content_range(0, 8), "items 100-100/8");
        assert_eq!(page(1_000, 0).content_range(8, 8), "items 0-7/8");
    }

    #[test]
    fn what_is_not_a_number_is_ignored_and_too_much_is_lowered() {
        let limit = |text: &str| {
            let mut page = Page::default();
            page.say(Place::Limit, text);
            page.limit
        };
        for (text, wanted) in [
            ("10", 10),
            ("+10", 10),
            ("0", 0),
            ("1000", 1_000),
            ("1001", MOST),
            ("99999999999999999999", MOST),
            ("-1", USUAL),
            ("1.5", USUAL),
            ("", USUAL),
            ("+", USUAL),
            ("ten", USUAL),
        ] {
            assert_eq!(limit(text), wanted, "{text}");
        }
    }
}
