//! Which rows of a list are asked for.

/// Rows of a page when nothing is said, and of the largest: more is lowered to it, without a word.
const USUAL: usize = 100;
const MOST: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// 0 asks for the total alone.
    pub limit: usize,
    /// Rows before the page.
    pub offset: usize,
}

impl Page {
    /// `limit` and `offset` of a query string. What is no number, or negative, is as if it were not there.
    pub fn of(query: &str) -> Self {
        let said = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse().ok())
        };
        Self { limit: said("limit").unwrap_or(USUAL).min(MOST), offset: said("offset").unwrap_or(0) }
    }

    /// The page's rows of a list that is all at hand.
    pub fn cut<T>(self, rows: &[T]) -> &[T] {
        let from = self.offset.min(rows.len());
        let to = from.saturating_add(self.limit).min(rows.len());
        rows.get(from..to).unwrap_or_default()
    }

    /// The header `Content-Range` of a page that has `rows` of `total`.
    pub fn content_range(self, rows: usize, total: usize) -> String {
        let first = if self.limit == 0 || total == 0 { 0 } else { self.offset };
        let last = if rows == 0 { first } else { first.saturating_add(rows - 1) };
        format!("items {first}-{last}/{total}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_range_as_the_published_service_does() {
        let eight: Vec<u8> = (0..8).collect();
        for (query, rows, range) in [
            ("", 8, "items 0-7/8"),
            ("limit=3&offset=6", 2, "items 6-7/8"),
            ("limit=0", 0, "items 0-0/8"),
            ("limit=0&offset=0", 0, "items 0-0/8"),
            ("offset=100", 0, "items 100-100/8"),
            ("limit=5000&offset=7", 1, "items 7-7/8"),
            ("limit=-1&offset=x", 8, "items 0-7/8"),
        ] {
            let page = Page::of(query);
            let cut = page.cut(&eight);
            assert_eq!((cut.len(), page.content_range(cut.len(), 8).as_str()), (rows, range), "{query}");
        }
        assert_eq!(Page::of("limit=10").content_range(0, 0), "items 0-0/0");
        assert_eq!(Page::of("limit=99999").limit, 1_000);
        assert_eq!(Page::of("").limit, 100);
    }
}
