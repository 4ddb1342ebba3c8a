//! Documents of agreements: a link, or a file kept by the hash of its bytes.
//!
//! A text is laid out once, in a workshop, and its page is kept under the server's seal beside the number of the renderer. What was laid
//! out by an older renderer, or was not made by this program, is made anew from the bytes when it is next looked at.

mod format;

pub use format::{Format, format_of};

use actix_web::{HttpResponse, http::header};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Agreement;
use crate::{
    kit::{
        choice::Choice as _,
        db::{self, Db, Read, Tx},
        fields::Upload,
        file_name,
        id::Id,
        markup::{self, Differences, RENDERER, SafeHtml, differences},
        problem::{Problem, Result},
        secret::{Key, sha256_hex},
        shown::Shown,
        typed::apart,
        violation::{Violation, Why},
        visit::House,
        words::Words,
        workshop::{Size, Workshop},
    },
    schema::{agreement_versions, blobs, renderings},
    t,
};

/// The largest file, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Text up to here is shown on the page; longer text opens from it.
const SHOWN: usize = 300 * 1024;
/// Bytes of memory for each byte that is laid out or compared: what the parser holds and what comes out.
const LAYING_OUT: u64 = 64;

const SEAL: &str = "rendering";

/// Where documents are read, laid out and compared.
pub fn workshop() -> Workshop {
    Workshop::new("documents", Size { threads: Size::threads(), places: 64, memory: 256 * 1024 * 1024 })
}

/// A document as its version says.
#[derive(Debug, Clone)]
pub struct Document {
    /// The version's row, whose document never changes and whose id is never drawn again.
    pub version_id: Uuid,
    /// Held elsewhere; fetched by the browser only.
    pub link: Option<String>,
    pub file_name: String,
    pub format: Option<Format>,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: Option<String>,
    /// Short enough to be read on the page; [`ToShow::shown`] puts it there.
    pub rendered: Option<SafeHtml>,
}

/// A document, and its page as the database keeps it: nothing is believed before its seal is checked.
#[derive(Debug, Clone)]
pub struct ToShow {
    document: Document,
    kept: Option<Kept>,
}

/// The page of a text, and the seal over it.
#[derive(Debug, Clone)]
struct Kept {
    html: String,
    mark: String,
}

impl Kept {
    fn made(key: &Key, sha256: &str, format: Format, html: &SafeHtml) -> Self {
        let html = html.as_str().to_owned();
        Self { mark: key.seal(SEAL, &Self::parts(sha256, format, &html)), html }
    }

    fn parts<'a>(sha256: &'a str, format: Format, html: &'a str) -> [&'a [u8]; 4] {
        const NUMBER: [u8; 4] = RENDERER.to_be_bytes();
        [sha256.as_bytes(), format.key().as_bytes(), &NUMBER, html.as_bytes()]
    }

    /// The page, if this program made it of these bytes.
    fn open(self, key: &Key, sha256: &str, format: Format) -> Option<SafeHtml> {
        key.opens(SEAL, &Self::parts(sha256, format, &self.html), &self.mark).then(|| SafeHtml::sealed(self.html))
    }

    fn keep(&self, conn: &mut PgConnection, sha256: &str, format: Format) -> Result<()> {
        diesel::insert_into(renderings::table)
            .values((
                renderings::sha256.eq(sha256),
                renderings::format.eq(format),
                renderings::renderer.eq(RENDERER),
                renderings::html.eq(&self.html),
                renderings::mark.eq(&self.mark),
            ))
            .on_conflict((renderings::sha256, renderings::format, renderings::renderer))
            .do_update()
            .set((renderings::html.eq(&self.html), renderings::mark.eq(&self.mark)))
            .execute(conn)?;
        Ok(())
    }
}

impl Document {
    /// What tells this document from every other: the version's row, and the hash or the address of what stands in it.
    pub fn identity(&self) -> String {
        let content = self.sha256.as_deref().or(self.link.as_deref()).unwrap_or_default();
        format!("{} {content}", self.version_id)
    }

    /// "terms.pdf (PDF, 48 KB)", or the link.
    pub fn label(&self) -> Words {
        match &self.link {
            Some(link) => link.into(),
            None => t!(
                "{name} ({format}, {size})",
                name = apart(&self.file_name),
                format = Words::new(self.format()),
                size = size(self.size),
            ),
        }
    }

    pub fn format(&self) -> &'static str {
        self.format.unwrap_or(Format::Plain).label()
    }

    /// The hash and the format of a text that is short enough for a page.
    fn text(&self) -> Option<(String, Format)> {
        let format = self.format.filter(|format| format.markup().is_some())?;
        (self.size <= SHOWN as i64).then_some(())?;
        Some((self.sha256.clone()?, format))
    }
}

impl ToShow {
    /// The document with its page, laid out now if it was not before. Not within a transaction: it may have to wait for its turn.
    ///
    /// # Errors
    /// [`Problem::Busy`] when too many documents are being read.
    pub async fn shown(self, db: &Db, house: &House) -> Result<Document> {
        let Self { mut document, kept } = self;
        let Some((sha256, format)) = document.text() else { return Ok(document) };
        document.rendered = kept.and_then(|kept| kept.open(&house.key, &sha256, format));
        if document.rendered.is_some() {
            return Ok(document);
        }
        let hash = sha256.clone();
        let bytes = db.open(move |conn| file(conn, &hash)).await?;
        let Some(html) = house.documents.run(cost(bytes.len()), move || lay_out(&bytes, format)).await? else {
            return Ok(document);
        };
        let kept = Kept::made(&house.key, &sha256, format, &html);
        db.open(move |conn| kept.keep(conn, &sha256, format)).await?;
        document.rendered = Some(html);
        Ok(document)
    }
}

/// What somebody offers who offers a version: its document, under the agreement's name.
pub fn terms(agreement: &str, document: &Document) -> Shown {
    Shown::new().part("the document", document.identity()).part("the agreement's name", agreement)
}

fn cost(bytes: usize) -> u64 {
    if bytes <= SHOWN { bytes as u64 * LAYING_OUT } else { bytes as u64 * 2 }
}

fn lay_out(bytes: &[u8], format: Format) -> Option<SafeHtml> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= SHOWN)?;
    Some(markup::document(format.markup()?, text))
}

/// 48 KB rather than 49152.
pub fn size(bytes: i64) -> Words {
    match bytes {
        0..1_000 => t!("{n} byte" | "{n} bytes", usize::try_from(bytes).unwrap_or_default()),
        1_000..1_000_000 => t!("{size} KB", size = (bytes + 500) / 1_000),
        _ => t!("{size} MB", size = format!("{:.1}", bytes as f64 / 1_000_000.0)),
    }
}

/// A file that was read: what it is, its hash, and how it looks. Made before the transaction that keeps it.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub file_name: String,
    pub format: Format,
    pub sha256: String,
    bytes: Vec<u8>,
    kept: Option<Kept>,
}

/// A file that is kept already, for an agreement that is made later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub file_name: String,
    pub format: Format,
    pub sha256: String,
}

/// Reads an upload in the workshop.
///
/// # Errors
/// What is wrong with it, at the field `file`; [`Problem::Busy`] when too many documents are being read.
pub async fn prepare(upload: Upload, house: &House) -> Result<Prepared> {
    let key = house.key.clone();
    let read = house.documents.run(cost(upload.bytes.len()), move || Prepared::of(upload, &key)).await?;
    read.map_err(|why| Violation::new("file", why).into())
}

impl Prepared {
    pub fn of(upload: Upload, key: &Key) -> Result<Self, Why> {
        if upload.bytes.is_empty() {
            return Err(Why::new("empty", "The file is empty"));
        }
        if upload.bytes.len() > LARGEST {
            return Err(Why::new("too_large", "The file must be 10 MB or smaller"));
        }
        let format = format_of(&upload.file_name, &upload.bytes)
            .ok_or_else(|| Why::new("format", "The file must be a PDF, Markdown or plain text in UTF-8"))?;
        let sha256 = sha256_hex(&upload.bytes);
        Ok(Self {
            file_name: file_name::honest(&upload.file_name, format.endings()),
            format,
            kept: lay_out(&upload.bytes, format).map(|html| Kept::made(key, &sha256, format, &html)),
            sha256,
            bytes: upload.bytes,
        })
    }

    /// What names the file once it is kept.
    pub fn stored(&self) -> Stored {
        Stored { file_name: self.file_name.clone(), format: self.format, sha256: self.sha256.clone() }
    }

    /// Keeps the file, once for all who upload the same bytes.
    pub fn keep(&self, conn: &mut PgConnection, at: DateTime<Utc>) -> Result<()> {
        let media_type = if self.format == Format::Pdf { Format::Pdf } else { Format::Plain }.media_type();
        diesel::insert_into(blobs::table)
            .values((
                blobs::sha256.eq(&self.sha256),
                blobs::media_type.eq(media_type),
                blobs::bytes.eq(&self.bytes),
                blobs::created_at.eq(at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        db::carried(self.bytes.len());
        match &self.kept {
            Some(kept) => kept.keep(conn, &self.sha256, self.format),
            None => Ok(()),
        }
    }
}

diesel::define_sql_function! {
    /// Length in bytes, without fetching them.
    fn octet_length(bytes: diesel::sql_types::Nullable<diesel::sql_types::Binary>) -> diesel::sql_types::Nullable<diesel::sql_types::Int4>;
}

type Row = (Uuid, Option<String>, Option<String>, Option<String>, Option<Format>, Option<i32>);

/// The columns of a [`Row`], of a version with its file.
#[diesel::dsl::auto_type(no_type_alias)]
fn columns() -> _ {
    (
        agreement_versions::id,
        agreement_versions::link,
        agreement_versions::file_name,
        agreement_versions::sha256,
        agreement_versions::format,
        octet_length(blobs::bytes.nullable()),
    )
}

fn of_row((version_id, link, file_name, sha256, format, size): Row) -> Document {
    Document {
        version_id,
        link,
        file_name: file_name.unwrap_or_default(),
        media_type: format.map(Format::media_type).unwrap_or_default().to_owned(),
        format,
        size: size.unwrap_or(0).into(),
        sha256,
        rendered: None,
    }
}

/// SHA-256 of the page that people read of a document now; none when it is only linked, or when no page of ours is kept.
pub fn page_hash<P>(tx: &mut Tx<'_, P>, key: &Key, document: &Document) -> Result<Option<String>> {
    let Some((sha256, format)) = document.text() else { return Ok(None) };
    let kept: Option<(String, String)> = renderings::table
        .find((&sha256, format, RENDERER))
        .select((renderings::html, renderings::mark))
        .first(tx.conn)
        .optional()?;
    let page = kept.and_then(|(html, mark)| Kept { html, mark }.open(key, &sha256, format));
    Ok(page.map(|page| sha256_hex(page.as_str().as_bytes())))
}

/// SHA-256 of every page that is kept of a document, by whatever renderer it was made.
pub fn page_hashes(conn: &mut PgConnection, document: &Document) -> Result<Vec<String>> {
    let Some((sha256, format)) = document.text() else { return Ok(Vec::new()) };
    let pages: Vec<String> = renderings::table
        .filter(renderings::sha256.eq(sha256))
        .filter(renderings::format.eq(format))
        .select(renderings::html)
        .load(conn)?;
    Ok(pages.iter().map(|page| sha256_hex(page.as_bytes())).collect())
}

/// The page with this hash, of those that are kept of a document.
pub fn page(conn: &mut PgConnection, sha256: &str, hash: &str) -> Result<Option<String>> {
    let pages: Vec<String> =
        renderings::table.filter(renderings::sha256.eq(sha256)).select(renderings::html).load(conn)?;
    Ok(pages.into_iter().find(|page| sha256_hex(page.as_bytes()) == hash))
}

/// The document of a version whose sight was checked, without its page.
pub fn find(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<Document> {
    agreement_versions::table
        .left_join(blobs::table)
        .filter(agreement_versions::agreement_id.eq(agreement))
        .filter(agreement_versions::number.eq(version))
        .select(columns())
        .first(conn)
        .map(of_row)
        .map_err(Problem::from)
}

/// As [`find`], with the page that was kept of it, for who will show it.
pub fn to_show(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<ToShow> {
    let (row, kept): (Row, (Option<String>, Option<String>)) = agreement_versions::table
        .left_join(blobs::table)
        .left_join(
            renderings::table.on(renderings::sha256
                .nullable()
                .eq(agreement_versions::sha256)
                .and(renderings::format.nullable().eq(agreement_versions::format))
                .and(renderings::renderer.eq(RENDERER))),
        )
        .filter(agreement_versions::agreement_id.eq(agreement))
        .filter(agreement_versions::number.eq(version))
        .select((columns(), (renderings::html.nullable(), renderings::mark.nullable())))
        .first(conn)?;
    let kept = match kept {
        (Some(html), Some(mark)) => Some(Kept { html, mark }),
        _ => None,
    };
    Ok(ToShow { document: of_row(row), kept })
}

/// The document with its bytes; a link has none and is not found.
pub fn bytes(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<(Document, Vec<u8>)> {
    let document = find(conn, agreement, version)?;
    let hash = document.sha256.as_deref().ok_or(Problem::NotFound)?;
    let bytes = file(conn, hash)?;
    Ok((document, bytes))
}

/// A kept file by its hash.
pub fn file(conn: &mut PgConnection, hash: &str) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = blobs::table.find(hash).select(blobs::bytes).first(conn)?;
    db::carried(bytes.len());
    Ok(bytes)
}

/// A text and how it is read.
pub type Source = (markup::Format, String);

/// The text of a document that is text and short enough for a page: for differences.
pub fn text<P>(read: &mut Read<'_, P>, agreement: &Id<Agreement>, version: i32) -> Result<Option<Source>> {
    let (document, bytes) = match find(read.conn, agreement, version)?.text() {
        Some(_) => bytes(read.conn, agreement, version)?,
        None => return Ok(None),
    };
    let format = document.format.and_then(Format::markup);
    Ok(format.zip(String::from_utf8(bytes).ok()))
}

/// What changes from one text to another, compared in the workshop.
///
/// # Errors
/// [`Problem::Busy`] when too many documents are being read.
pub async fn compare(old: Source, new: Source, house: &House) -> Result<Differences> {
    let cost = cost(old.1.len() + new.1.len());
    house.documents.run(cost, move || differences((old.0, &old.1), (new.0, &new.1))).await
}

/// The file itself. A PDF opens in the browser's own viewer; text is downloaded; nothing in it may run.
pub fn respond(document: &Document, bytes: Vec<u8>) -> HttpResponse {
    let format = document.format.unwrap_or(Format::Plain);
    let (way, media_type) = match format {
        Format::Pdf => ("inline", format.media_type().to_owned()),
        Format::Markdown | Format::Plain => ("attachment", format!("{}; charset=utf-8", format.media_type())),
    };
    // names that were kept before names had to be honest are so at least when they leave
    let name = file_name::honest(&document.file_name, format.endings());
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, file_name::disposition(way, &name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, file_name::SANDBOXED))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if let Some(hash) = &document.sha256 {
        response.insert_header((header::ETAG, format!("\"{hash}\"")));
    }
    response.body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::from_text("a key that only tests know, long enough").unwrap()
    }

    #[test]
    fn a_name_says_what_the_file_is() {
        let name = |name: &str, bytes: &[u8]| {
            Prepared::of(Upload { field: "file".into(), file_name: name.into(), bytes: bytes.into() }, &key())
                .unwrap()
                .file_name
        };
        assert_eq!(name("evil.html", b"%PDF-1.7"), "evil.html.pdf");
        assert_eq!(name("../terms.md", b"# Terms"), "terms.md");
        assert_eq!(name("terms.docx", b"Terms"), "terms.docx.txt");
    }

    #[test]
    fn only_what_this_program_made_of_these_bytes_is_shown() {
        let html = lay_out(b"# Terms", Format::Markdown).unwrap();
        let (hash, other) = ("a".repeat(64), "b".repeat(64));
        let kept = Kept::made(&key(), &hash, Format::Markdown, &html);
        assert_eq!(kept.clone().open(&key(), &hash, Format::Markdown), Some(html));
        assert_eq!(kept.clone().open(&key(), &other, Format::Markdown), None);
        assert_eq!(kept.clone().open(&key(), &hash, Format::Plain), None);
        let changed = Kept { html: kept.html.replace("Terms", "Other"), ..kept.clone() };
        assert_eq!(changed.open(&key(), &hash, Format::Markdown), None);
        let another = Key::from_text("another key, which is long enough too").unwrap();
        assert_eq!(kept.open(&another, &hash, Format::Markdown), None);
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!([999, 48_200, 2_500_000].map(size), ["999 bytes", "48 KB", "2.5 MB"]);
    }
}
