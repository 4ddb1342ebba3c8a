//! Documents of agreements: a link, or a file kept by the hash of its bytes.

use actix_web::{HttpResponse, http::header};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::Agreement;
use crate::{
    kit::{
        fields::Upload,
        id::Id,
        markup::{self, SafeHtml},
        problem::{Problem, Result},
        secret::sha256_hex,
    },
    schema::{agreement_versions, blobs},
};

/// The largest file, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Text up to here is shown on the page; longer text opens from it.
const SHOWN: usize = 300 * 1024;

const PDF: &str = "application/pdf";
const MARKDOWN: &str = "text/markdown";
const PLAIN: &str = "text/plain";

/// A document as its version says.
#[derive(Debug, Clone)]
pub struct Document {
    /// The version's row, whose document never changes and whose id is never drawn again.
    pub version_id: Uuid,
    /// Held elsewhere; fetched by the browser only.
    pub link: Option<String>,
    pub file_name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: Option<String>,
    /// Short enough to be read on the page.
    pub rendered: Option<SafeHtml>,
}

impl Document {
    /// What tells this document from every other: the version's row, and the hash or the address of what stands in it.
    pub fn identity(&self) -> String {
        let content = self.sha256.as_deref().or(self.link.as_deref()).unwrap_or_default();
        format!("{} {content}", self.version_id)
    }

    /// "terms.pdf (PDF, 48 KB)", or the link.
    pub fn label(&self) -> String {
        match &self.link {
            Some(link) => link.clone(),
            None => format!("{} ({}, {})", self.file_name, self.format(), size(self.size)),
        }
    }

    pub fn format(&self) -> &'static str {
        match self.media_type.as_str() {
            PDF => "PDF",
            MARKDOWN => "Markdown",
            _ => "text",
        }
    }
}

/// 48 KB rather than 49152.
pub fn size(bytes: i64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}

/// What a file is, by its bytes; its name only tells Markdown from plain text.
pub fn media_type(name: &str, bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"%PDF-") {
        return Some(PDF);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    if text.trim().is_empty() || text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) {
        return None;
    }
    let name = name.to_lowercase();
    Some(if name.ends_with(".md") || name.ends_with(".markdown") { MARKDOWN } else { PLAIN })
}

/// What is wrong with an upload, as a message at its field.
pub fn complaint(upload: Option<&Upload>) -> Option<&'static str> {
    match upload {
        None => Some("Choose a file"),
        Some(file) if file.bytes.is_empty() => Some("The file is empty"),
        Some(file) if file.bytes.len() > LARGEST => Some("The file must be 10 MB or smaller"),
        Some(file) if media_type(&file.file_name, &file.bytes).is_none() => {
            Some("The file must be a PDF, Markdown or plain text in UTF-8")
        }
        Some(_) => None,
    }
}

/// The last piece of a name, without what could be taken for a path or a header.
pub fn tidy_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | '|')).take(200).collect();
    if kept.trim().is_empty() { "document".into() } else { kept.trim().to_owned() }
}

/// Keeps a file, once for all who upload the same bytes; returns its hash.
pub fn keep(conn: &mut PgConnection, upload: &Upload, at: DateTime<Utc>) -> Result<String> {
    let media_type =
        media_type(&upload.file_name, &upload.bytes).ok_or_else(|| Problem::internal("an unchecked file"))?;
    let rendered =
        std::str::from_utf8(&upload.bytes).ok().filter(|text| text.len() <= SHOWN).and_then(|text| match media_type {
            MARKDOWN => Some(markup::markdown(text)),
            PLAIN => Some(markup::plain(text)),
            _ => None,
        });
    let hash = sha256_hex(&upload.bytes);
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&hash),
            blobs::media_type.eq(media_type),
            blobs::bytes.eq(&upload.bytes),
            blobs::rendered.eq(rendered.as_ref().map(SafeHtml::as_str)),
            blobs::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(hash)
}

diesel::define_sql_function! {
    /// Length in bytes, without fetching them.
    fn octet_length(bytes: diesel::sql_types::Nullable<diesel::sql_types::Binary>) -> diesel::sql_types::Nullable<diesel::sql_types::Int4>;
}

type Columns = (Uuid, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<i32>);

/// The document of a version whose sight was checked.
pub fn find(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<Document> {
    let (version_id, link, file_name, sha256, media_type, rendered, size) = agreement_versions::table
        .left_join(blobs::table)
        .filter(agreement_versions::agreement_id.eq(agreement))
        .filter(agreement_versions::number.eq(version))
        .select((
            agreement_versions::id,
            agreement_versions::link,
            agreement_versions::file_name,
            agreement_versions::sha256,
            blobs::media_type.nullable(),
            blobs::rendered.nullable(),
            octet_length(blobs::bytes.nullable()),
        ))
        .first::<Columns>(conn)?;
    Ok(Document {
        version_id,
        link,
        file_name: file_name.unwrap_or_default(),
        media_type: media_type.unwrap_or_default(),
        size: size.unwrap_or(0).into(),
        sha256,
        rendered: rendered.as_deref().map(SafeHtml::stored),
    })
}

/// The document with its bytes; a link has none and is not found.
pub fn bytes(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<(Document, Vec<u8>)> {
    let document = find(conn, agreement, version)?;
    let hash = document.sha256.as_deref().ok_or(Problem::NotFound)?;
    let bytes = blobs::table.find(hash).select(blobs::bytes).first(conn)?;
    Ok((document, bytes))
}

/// The text of a document that is text: for differences.
pub fn text(conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<Option<String>> {
    let document = find(conn, agreement, version)?;
    if document.rendered.is_none() {
        return Ok(None);
    }
    let (_, bytes) = bytes(conn, agreement, version)?;
    Ok(String::from_utf8(bytes).ok())
}

/// The file itself. A PDF opens in the browser's own viewer; text is downloaded; nothing in it may run.
pub fn respond(document: &Document, bytes: Vec<u8>) -> HttpResponse {
    let way = if document.media_type == PDF { "inline" } else { "attachment" };
    let plain: String = document
        .file_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in document.file_name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    let media_type = match document.media_type.as_str() {
        PDF => PDF.to_owned(),
        text => format!("{text}; charset=utf-8"),
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"),
        ))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"));
    if let Some(hash) = &document.sha256 {
        response.insert_header((header::ETAG, format!("\"{hash}\"")));
    }
    response.body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(media_type("a.md", b"%PDF-1.7"), Some(PDF));
        assert_eq!(media_type("a.pdf", b"# Terms"), Some(PLAIN));
        assert_eq!(media_type("A.MD", b"# Terms"), Some(MARKDOWN));
        assert_eq!(media_type("a.md", b"\x89PNG\r\n"), None);
        assert_eq!(media_type("a.txt", b"a\0b"), None);
        assert_eq!(media_type("a.txt", b"  \n"), None);
    }

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(tidy_name("../../etc/passwd"), "passwd");
        assert_eq!(tidy_name("C:\\terms \"x\".pdf"), "terms x.pdf");
        assert_eq!(tidy_name("///"), "document");
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!([999, 48_200, 2_500_000].map(size), ["999 bytes", "48 KB", "2.5 MB"]);
    }
}
