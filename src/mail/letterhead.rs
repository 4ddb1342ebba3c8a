//! How a company's mails begin and end: plain text of its own, which no name of others can break.

use diesel::prelude::*;

use super::{
    outbox::Queued,
    written::{Piece, Written},
};
use crate::{
    accounts,
    kit::{actor::Account, id::Id, problem::Result, typed},
    schema::letterheads,
};

/// Stands in the texts for whom a mail is for.
pub const RECIPIENT: &str = "{recipient}";

/// What a company says above and below its mails; either may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable)]
pub struct Letterhead {
    pub opening: String,
    pub closing: String,
}

/// `text` with `whom` at each of its places. What a name holds is never read again, stays on one line and cannot turn what is around it.
fn filled(text: &str, whom: &str) -> String {
    let name = typed::apart(&typed::line(whom)).into_owned();
    text.split(RECIPIENT).collect::<Vec<_>>().join(&name)
}

impl Letterhead {
    /// The letter with the company's own words around it.
    pub fn around(&self, written: Written, whom: &str) -> Written {
        let own = |text: &str| (!text.is_empty()).then(|| Piece::Own(filled(text, whom)));
        let pieces = own(&self.opening).into_iter().chain(written.pieces).chain(own(&self.closing)).collect();
        Written { pieces, ..written }
    }
}

/// The company's texts and their revision: empty, and 0, until it sets them.
///
/// # Errors
/// When the database is away.
pub fn of(conn: &mut PgConnection, account: &Id<Account>) -> Result<(Letterhead, i32)> {
    let texts = (letterheads::opening, letterheads::closing);
    let found = letterheads::table.find(account).select((texts, letterheads::revision));
    Ok(found.first(conn).optional()?.unwrap_or_default())
}

/// The texts around a mail, and its recipient: the company, or else the address. Mails that no company sends, such as codes and passwords,
/// have none.
///
/// # Errors
/// When the database is away.
pub(super) fn of_mail(conn: &mut PgConnection, row: &Queued) -> Result<Option<(Letterhead, String)>> {
    let (Some(sender), true) = (&row.account_id, row.known || row.for_id.is_some()) else { return Ok(None) };
    let (letterhead, _) = of(conn, sender)?;
    if letterhead == Letterhead::default() {
        return Ok(None);
    }
    let whom = match &row.for_id {
        Some(account) => accounts::store::name(conn, account)?,
        None => row.recipient.clone(),
    };
    Ok(Some((letterhead, whom)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::words::Words;

    fn around(opening: &str, whom: &str) -> Written {
        let letterhead = Letterhead { opening: opening.to_owned(), closing: "Drago Wares <b>Ltd</b>".to_owned() };
        letterhead.around(Written::new(Words::data("s"), vec![Piece::Said("Hi".into())]), whom)
    }

    #[test]
    fn a_company_says_something_above_and_below() {
        let plain = around("Dear {recipient},", "ACreed").plain().unwrap();
        assert!(plain.starts_with("Dear ACreed,\n\n    Hi\n\nDrago Wares <b>Ltd</b>\n\n"), "{plain}");
        let html = around("Dear {recipient},", "ACreed").html().unwrap();
        assert!(html.contains("<p>Drago Wares &#60;b&#62;Ltd&#60;/b&#62;</p>"), "{html}");
    }

    #[test]
    fn a_name_is_not_read_again_and_stays_on_its_line() {
        let plain = around("Dear {recipient},", "{recipient}\r\nBcc: all@example.com").plain().unwrap();
        assert!(plain.starts_with("Dear {recipient} Bcc: all@example.com,\n"), "{plain}");
        let plain = around("Dear {recipient}, good day", "חברה").plain().unwrap();
        assert!(plain.starts_with("Dear \u{2068}חברה\u{2069}, good day"), "{plain}");
    }

    #[test]
    fn nothing_is_said_where_nothing_was_written() {
        let plain = around("", "ACreed").plain().unwrap();
        assert!(plain.starts_with("    Hi\n"), "{plain}");
    }
}
