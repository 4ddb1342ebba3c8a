//! Pictures that people upload: decoded and written anew, kept by the hash of what we wrote, served at that hash.
//!
//! What is served was encoded by this program, so no byte of an upload reaches a browser. The address is a hash of 256 bits:
//! who does not hold the picture cannot guess it.

use std::io::Cursor;

use actix_web::{HttpResponse, http::header, web};
use diesel::prelude::*;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba, RgbaImage,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
};

use crate::{
    kit::{
        db::{self, Db, Tx},
        fields::Fields,
        file_name,
        form::Field,
        page,
        problem::{Problem, Result},
        secret::sha256_hex,
        visit::House,
        workshop::{Size, Workshop},
    },
    schema::blobs,
};

/// The largest upload, in bytes.
const LARGEST: usize = 5 * 1024 * 1024;
/// The largest side of an upload, in pixels, and the bytes that its pixels may take.
const WIDEST: u32 = 6_000;
const MEMORY: u64 = 192 * 1024 * 1024;
/// Scaling begins with a cheap average down to so many times the size that is wanted.
const ROUGHLY: u32 = 2;
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

impl Picture {
    /// What it is, and its bytes as they are served.
    pub fn written(&self) -> (&'static str, &[u8]) {
        (self.media_type, &self.bytes)
    }
}

/// Why an upload is no picture, as a message at its field.
pub type Complaint = &'static str;

/// Where pictures are decoded: as many bytes of pixels at once as the largest of them needs.
pub fn workshop() -> Workshop {
    Workshop::new("images", Size { threads: Size::threads(), places: 32, memory: 2 * MEMORY })
}

/// The picture that a form sent in `field`, if it sent one; what is wrong with it is said at the field.
///
/// # Errors
/// [`Problem::Busy`] when too many pictures are being read.
pub async fn sent(house: &House, fields: &Fields, field: &mut Field, for_: Use) -> Result<Option<Picture>> {
    made(house, fields, field, move |bytes| picture(bytes, for_)).await
}

/// What `make` makes of the picture that a form sent in `field`, if it sent one; what is wrong with it is said at the field.
///
/// # Errors
/// As [`sent`].
pub async fn made<T: Send + 'static>(
    house: &House,
    fields: &Fields,
    field: &mut Field,
    make: impl FnOnce(&[u8]) -> std::result::Result<T, Complaint> + Send + 'static,
) -> Result<Option<T>> {
    let Some(upload) = fields.file(&field.name) else { return Ok(None) };
    let read = match measured(&upload.bytes) {
        Ok(cost) => {
            let bytes = upload.bytes.clone();
            house.pictures.run(cost, move || make(&bytes)).await?
        }
        Err(complaint) => Err(complaint),
    };
    match read {
        Ok(picture) => Ok(Some(picture)),
        Err(complaint) => {
            field.fail(complaint);
            Ok(None)
        }
    }
}

const UNREADABLE: Complaint = "The file must be an image: PNG, JPEG, WebP or GIF";
const TOO_LARGE: Complaint = "The image must be at most 6,000 pixels wide and high";

/// What decoding takes in bytes of memory, by the header alone; nothing is decoded yet.
fn measured(bytes: &[u8]) -> std::result::Result<u64, Complaint> {
    if bytes.is_empty() {
        return Err("The file is empty");
    }
    if bytes.len() > LARGEST {
        return Err("The image must be 5 MB or smaller");
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| UNREADABLE)?;
    // besides the pixels: the coefficients of a progressive JPEG, the planes of a WebP, the frame of a GIF
    let times = match reader.format() {
        Some(ImageFormat::Png) => 1,
        Some(ImageFormat::Gif) => 2,
        Some(ImageFormat::Jpeg | ImageFormat::WebP) => 3,
        _ => return Err(UNREADABLE),
    };
    let pixels = decoder(bytes)?.total_bytes();
    if pixels > MEMORY {
        return Err("The image must be at most 6,000 pixels wide and high, with at most 8 bits for each colour");
    }
    Ok(bytes.len() as u64 + pixels * times)
}

/// A decoder that has read the header and found sides that do.
fn decoder(bytes: &[u8]) -> std::result::Result<impl ImageDecoder + '_, Complaint> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| UNREADABLE)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MEMORY + LARGEST as u64);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(complaint)?;
    let (width, height) = decoder.dimensions();
    if width > WIDEST || height > WIDEST { Err(TOO_LARGE) } else { Ok(decoder) }
}

/// A company's logo.
#[derive(Debug, Clone)]
pub struct Logo {
    /// For pages: nothing was put behind it.
    pub shown: Picture,
    /// For mails, on a light plate: readers of mail show pictures as they are, also in the dark.
    pub plated: Picture,
    /// Something shines through it.
    pub clear: bool,
}

/// The sides that a logo is made to fit in, which is twice what a page shows.
const LOGO: u32 = 480;
/// What stands behind a logo in a mail, and how much of it around.
const PLATE: Rgba<u8> = Rgba([255, 254, 251, 255]);
const RIM: u32 = 16;

/// A logo without the clear border that it may have, for pages and for mails.
///
/// # Errors
/// When it is no picture, or nothing can be seen on it.
pub fn logo(bytes: &[u8]) -> std::result::Result<Logo, Complaint> {
    let image = decoded(bytes, LOGO)?.to_rgba8();
    let seen: Vec<(u32, u32)> =
        image.enumerate_pixels().filter(|(.., pixel)| pixel.0[3] > 8).map(|(x, y, _)| (x, y)).collect();
    let span = |at: fn(&(u32, u32)) -> u32| Some((seen.iter().map(at).min()?, seen.iter().map(at).max()?));
    let (Some((left, right)), Some((top, bottom))) = (span(|at| at.0), span(|at| at.1)) else {
        return Err("The image is empty: every pixel is transparent");
    };
    let image = imageops::crop_imm(&image, left, top, right - left + 1, bottom - top + 1).to_image();
    let clear = image.pixels().any(|pixel| pixel.0[3] < 255);
    let mut plated = RgbaImage::from_pixel(image.width() + 2 * RIM, image.height() + 2 * RIM, PLATE);
    imageops::overlay(&mut plated, &image, i64::from(RIM), i64::from(RIM));
    Ok(Logo { shown: png(image).map_err(complaint)?, plated: png(plated).map_err(complaint)?, clear })
}

/// The sides of a site's icons: in a tab, and on a phone's first page.
const ICONS: [u32; 2] = [32, 180];

/// A site's icons, square whatever the picture is.
///
/// # Errors
/// When it is no picture.
pub fn icons(bytes: &[u8]) -> std::result::Result<[Picture; 2], Complaint> {
    let image = decoded(bytes, ICONS[1])?;
    let square = |side: u32| {
        let fitted = image.resize(side, side, FilterType::Lanczos3).to_rgba8();
        let mut square = RgbaImage::new(side, side);
        let middle = |part: u32| i64::from((side - part.min(side)) / 2);
        imageops::overlay(&mut square, &fitted, middle(fitted.width()), middle(fitted.height()));
        png(square).map_err(complaint)
    };
    Ok([square(ICONS[0])?, square(ICONS[1])?])
}

fn png(image: RgbaImage) -> image::ImageResult<Picture> {
    let mut bytes = Vec::new();
    DynamicImage::from(image).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(Picture { hash: sha256_hex(&bytes), media_type: PNG, bytes })
}

/// Decodes by content, makes it fit, turns it as the camera says, and writes it anew without what was attached to it.
pub fn picture(bytes: &[u8], for_: Use) -> std::result::Result<Picture, Complaint> {
    of(&decoded(bytes, for_.side())?).map_err(complaint)
}

/// Decodes by content, makes it fit into a square of this side, and turns it as the camera says.
fn decoded(bytes: &[u8], side: u32) -> std::result::Result<DynamicImage, Complaint> {
    measured(bytes)?;
    let mut decoder = decoder(bytes)?;
    let turned = decoder.orientation().map_err(complaint)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(complaint)?;
    let roughly = side * ROUGHLY;
    if image.width() > roughly || image.height() > roughly {
        image = image.thumbnail(roughly, roughly);
    }
    if image.width() > side || image.height() > side {
        image = image.resize(side, side, FilterType::Lanczos3);
    }
    image.apply_orientation(turned);
    Ok(image)
}

fn complaint(error: image::ImageError) -> Complaint {
    match error {
        image::ImageError::Limits(_) => TOO_LARGE,
        _ => UNREADABLE,
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
pub fn keep<P>(tx: &mut Tx<'_, P>, picture: &Picture) -> Result<()> {
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&picture.hash),
            blobs::media_type.eq(picture.media_type),
            blobs::bytes.eq(&picture.bytes),
            blobs::created_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    db::carried(picture.bytes.len());
    Ok(())
}

/// What happens to a picture: a new one replaces it, it is removed, or it stays.
pub fn change(sent: Option<&Picture>, away: bool) -> Option<Option<&Picture>> {
    (sent.is_some() || away).then_some(sent)
}

/// The address of a kept picture.
pub fn url(hash: &str) -> String {
    page::picture(hash)
}

/// `/images/{hash}`: only what [`picture`] made, never a document that lies in the same table.
pub async fn serve(path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let hash = path.into_inner();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::NotFound);
    }
    let asked = hash.clone();
    let (media_type, bytes) = db
        .open(move |conn| {
            let found: (String, Vec<u8>) = blobs::table
                .filter(blobs::sha256.eq(asked))
                .filter(blobs::media_type.eq_any([PNG, JPEG]))
                .select((blobs::media_type, blobs::bytes))
                .first(conn)?;
            db::carried(found.1.len());
            Ok(found)
        })
        .await?;
    let ending = if media_type == PNG { "png" } else { "jpg" };
    let name = format!("{}.{ending}", hash.get(..12).unwrap_or_default());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, file_name::disposition("inline", &name)))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_SECURITY_POLICY, file_name::SANDBOXED))
        .body(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG whose header says so; there is nothing behind it.
    fn header(width: u32, height: u32, bits: u8) -> Vec<u8> {
        let fields = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[bits, 6, 0, 0, 0]].concat();
        let sum = fields.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
        });
        [&b"\x89PNG\r\n\x1a\n\0\0\0\r"[..], &fields, &(!sum).to_be_bytes(), b"\0\0\0\0IDAT\x35\xaf\x06\x1e"].concat()
    }

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
    fn what_decoding_takes_is_known_before() {
        assert_eq!(measured(&png(100, 50, 9)).unwrap() / 1_000, (100 * 50 * 4) / 1_000);
        assert!((144_000_000..144_001_000).contains(&measured(&header(6_000, 6_000, 8)).unwrap()));
        for (width, height) in [(6_001, 1), (1, 6_001), (60_000, 60_000), (u32::MAX, u32::MAX)] {
            assert!(measured(&header(width, height, 8)).is_err(), "{width} × {height}");
        }
        assert!(measured(&header(6_000, 6_000, 16)).unwrap_err().contains("8 bits"));
    }

    #[test]
    fn a_long_picture_stays_in_its_bounds() {
        let made = picture(&png(5_000, 40, 255), Use::Icon).unwrap();
        let read = image::load_from_memory(&made.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (256, 2));
    }

    #[test]
    fn what_shines_through_stays_so() {
        let made = picture(&png(40, 40, 100), Use::Icon).unwrap();
        assert_eq!(made.media_type, PNG);
        assert_eq!(image::load_from_memory(&made.bytes).unwrap().to_rgba8().get_pixel(3, 3).0[3], 100);
    }

    #[test]
    fn a_logo_loses_its_clear_border_and_has_a_plate_in_mails() {
        let mut image = image::RgbaImage::new(200, 100);
        for (x, y) in (20..180).flat_map(|x| (30..70).map(move |y| (x, y))) {
            image.put_pixel(x, y, image::Rgba([200, 30, 30, if x < 100 { 255 } else { 120 }]));
        }
        let mut bytes = Vec::new();
        DynamicImage::from(image).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        let made = logo(&bytes).unwrap();
        let (shown, plated) = (
            image::load_from_memory(&made.shown.bytes).unwrap().to_rgba8(),
            image::load_from_memory(&made.plated.bytes).unwrap().to_rgba8(),
        );
        assert_eq!((shown.width(), shown.height(), made.clear), (160, 40, true));
        assert_eq!((plated.width(), plated.height()), (192, 72));
        assert!(plated.pixels().all(|pixel| pixel.0[3] == 255));
        assert_eq!(plated.get_pixel(0, 0).0, [255, 254, 251, 255]);
        assert!(logo(&png(40, 40, 0)).is_err());
        assert!(!logo(&png(40, 40, 255)).unwrap().clear);
    }

    #[test]
    fn icons_are_square() {
        let [small, large] = icons(&png(300, 100, 255)).unwrap();
        for (made, side) in [(small, 32), (large, 180)] {
            let read = image::load_from_memory(&made.bytes).unwrap().to_rgba8();
            assert_eq!((made.media_type, read.width(), read.height()), (PNG, side, side));
            assert_eq!((read.get_pixel(0, 0).0[3], read.get_pixel(side / 2, side / 2).0[3]), (0, 255));
        }
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
        assert!(picture(&header(60_000, 60_000, 8), Use::Icon).is_err());
        // says that it is large, and ends
        assert!(picture(&header(5_000, 5_000, 8), Use::Icon).is_err());
    }
}
