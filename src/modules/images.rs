//! Pictures that people upload: decoded and written anew, kept by the hash of what we wrote, served at that hash.
//!
//! What is served was encoded by this program, so no byte of an upload reaches a browser. The address is a hash of 256 bits:
//! who does not hold the picture cannot guess it.

use std::io::Cursor;

use actix_web::{HttpResponse, http::header, web};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType,
};

use crate::{
    kit::{
        db::Db,
        fields::{Fields, Upload},
        form::Field,
        problem::{Problem, Result},
        secret::sha256_hex,
    },
    schema::blobs,
};

/// The largest upload, in bytes.
const LARGEST: usize = 5 * 1024 * 1024;
/// The largest side of an upload, in pixels, and the memory that decoding may take.
const WIDEST: u32 = 6_000;
const MEMORY: u64 = 192 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

pub const ACCEPTED: &str = ".png,.jpg,.jpeg,.webp,.gif,image/png,image/jpeg,image/webp,image/gif";
const PNG: &str = "image/png";
const JPEG: &str = "image/jpeg";

/// What a picture is for decides its size: the sides that it is made to fit in, in pixels.
#[derive(Debug, Clone, Copy)]
pub enum Use {
    Icon,
    Medium,
}

impl Use {
    fn side(self) -> u32 {
        match self {
            Self::Icon => 256,
            Self::Medium => 1_600,
        }
    }
}

/// A picture of our own making.
#[derive(Debug, Clone)]
pub struct Picture {
    pub hash: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// Why an upload is no picture, as a message at its field.
pub type Complaint = &'static str;

/// Reads an upload, off the event loop.
async fn read(upload: Upload, for_: Use) -> Result<std::result::Result<Picture, Complaint>> {
    web::block(move || picture(&upload.bytes, for_)).await.map_err(Problem::internal)
}

/// The picture that a form sent in `field`, if it sent one; what is wrong with it is said at the field.
pub async fn sent(fields: &Fields, field: &mut Field, for_: Use) -> Result<Option<Picture>> {
    let Some(upload) = fields.file(&field.name) else { return Ok(None) };
    match read(upload.clone(), for_).await? {
        Ok(picture) => Ok(Some(picture)),
        Err(complaint) => {
            field.fail(complaint);
            Ok(None)
        }
    }
}

/// Decodes by content, turns as the camera says, makes it fit, and writes it anew without what was attached to it.
pub fn picture(bytes: &[u8], for_: Use) -> std::result::Result<Picture, Complaint> {
    const UNREADABLE: Complaint = "The file must be a picture: PNG, JPEG, WebP or GIF";
    if bytes.is_empty() {
        return Err("The file is empty");
    }
    if bytes.len() > LARGEST {
        return Err("The picture must be 5 MB or smaller");
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| UNREADABLE)?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    if !reader.format().is_some_and(|format| known.contains(&format)) {
        return Err(UNREADABLE);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(complaint)?;
    let turned = decoder.orientation().map_err(complaint)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(complaint)?;
    image.apply_orientation(turned);
    let side = for_.side();
    if image.width() > side || image.height() > side {
        image = image.resize(side, side, FilterType::Lanczos3);
    }
    of(&image).map_err(complaint)
}

fn complaint(error: image::ImageError) -> Complaint {
    match error {
        image::ImageError::Limits(_) => "The picture must be at most 6,000 pixels wide and high",
        _ => "The file must be a picture: PNG, JPEG, WebP or GIF",
    }
}

/// A picture of an image: PNG where something shines through, JPEG otherwise.
pub fn of(image: &DynamicImage) -> image::ImageResult<Picture> {
    let clear = image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255);
    let mut bytes = Vec::new();
    let media_type = if clear {
        DynamicImage::from(image.to_rgba8()).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        PNG
    } else {
        image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
        JPEG
    };
    Ok(Picture { hash: sha256_hex(&bytes), media_type, bytes })
}

/// Keeps a picture, once for all who made the same.
pub fn keep(conn: &mut PgConnection, picture: &Picture, at: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&picture.hash),
            blobs::media_type.eq(picture.media_type),
            blobs::bytes.eq(&picture.bytes),
            blobs::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The address of a kept picture.
pub fn url(hash: &str) -> String {
    format!("/images/{hash}")
}

/// `/images/{hash}`: only what [`picture`] made, never a document that lies in the same table.
pub async fn serve(path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let hash = path.into_inner();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::NotFound);
    }
    let (media_type, bytes): (String, Vec<u8>) = db
        .open(move |conn| {
            Ok(blobs::table
                .filter(blobs::sha256.eq(hash))
                .filter(blobs::media_type.eq_any([PNG, JPEG]))
                .select((blobs::media_type, blobs::bytes))
                .first(conn)?)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let image = image::RgbaImage::from_pixel(width, height, image::Rgba([200, 30, 30, alpha]));
        let mut bytes = Vec::new();
        DynamicImage::from(image).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_large_picture_is_made_to_fit_and_keeps_its_shape() {
        let made = picture(&png(1_000, 500, 255), Use::Icon).unwrap();
        let read = image::load_from_memory(&made.bytes).unwrap();
        assert_eq!((made.media_type, read.width(), read.height()), (JPEG, 256, 128));
    }

    #[test]
    fn what_shines_through_stays_so() {
        let made = picture(&png(40, 40, 100), Use::Icon).unwrap();
        assert_eq!(made.media_type, PNG);
        assert_eq!(image::load_from_memory(&made.bytes).unwrap().to_rgba8().get_pixel(3, 3).0[3], 100);
    }

    #[test]
    fn nothing_of_the_upload_itself_is_kept() {
        let mut bytes = png(40, 40, 255);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let made = picture(&bytes, Use::Icon).unwrap();
        assert!(!made.bytes.windows(7).any(|part| part == b"<script"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in
            [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nxx", b"BM"]
        {
            assert!(picture(bytes, Use::Icon).is_err());
        }
        // says that it is 60,000 pixels wide, and is not worth a gigabyte
        let mut bomb = png(8, 8, 255);
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        assert!(picture(&bomb, Use::Icon).is_err());
    }
}
