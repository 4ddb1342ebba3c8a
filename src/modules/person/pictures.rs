//! A person's picture. It is kept apart from the images that anybody with their address can see: each request checks that it comes from the
//! person or a colleague.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Array, Binary, Bool, Text},
};

use super::pages::GENERAL;
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        profile::who,
        providers,
    },
    input,
    kit::{
        actor::{Account, User},
        db::{Db, Personal, Tx},
        done::Done,
        event::Event,
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        input::{Form, kinds::Tick},
        page,
        problem::{Problem, Result},
        route::{Mount, get, post},
        statement::statement,
        visit::Visit,
    },
    modules::images::{self, Picture, Use},
    schema::{person_pictures, users},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/profile/picture", || web::to(form)),
        post("/profile/picture", || web::to(sent)).with_file(),
        get("/people/{user}/picture", || web::to(serve)),
    ]
}

/// A picture as it is kept.
#[derive(QueryableByName)]
pub struct Kept {
    #[diesel(sql_type = Text)]
    pub media_type: String,
    #[diesel(sql_type = Binary)]
    pub bytes: Vec<u8>,
}

/// The picture of `user`, if `by` may see it: their own, or that of a colleague at one of the companies in `open`, at any without a list.
fn seen(conn: &mut PgConnection, user: &Id<User>, by: &Id<User>, open: Option<Vec<Id<Account>>>) -> Result<Kept> {
    Ok(statement(
        "SELECT p.media_type, p.bytes FROM person_pictures p WHERE p.user_id = $1 AND ($1 = $2 OR EXISTS ( \
         SELECT FROM memberships m JOIN memberships o ON o.account_id = m.account_id WHERE m.user_id = $1 AND o.user_id = $2 \
         AND ($3 OR m.account_id = ANY($4))))",
    )
    .bind::<Text, _>(user)
    .bind::<Text, _>(by)
    .bind::<Bool, _>(open.is_none())
    .bind::<Array<Text>, _>(open.unwrap_or_default())
    .get_result(conn)?)
}

/// The person's own picture.
///
/// # Errors
/// When the database is away.
pub fn own(conn: &mut PgConnection, user: &Id<User>) -> Result<Option<Kept>> {
    match seen(conn, user, user, None) {
        Err(Problem::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// Changes the person's picture: `None` keeps it, `Some(None)` removes it.
fn set(tx: &mut Tx<'_, Personal>, user: &Id<User>, change: Option<Option<&Picture>>) -> Result<Done> {
    let before: Option<String> = users::table.find(user).select(users::picture).for_update().first(tx.conn)?;
    let hash = match change {
        None => before.clone(),
        Some(picture) => picture.map(|picture| picture.hash.clone()),
    };
    if hash == before {
        return Ok(Done::Same(()));
    }
    forget(tx.conn, user)?;
    if let Some(picture) = change.flatten() {
        let (media_type, bytes) = picture.written();
        diesel::insert_into(person_pictures::table)
            .values((
                person_pictures::user_id.eq(user),
                person_pictures::media_type.eq(media_type),
                person_pictures::bytes.eq(bytes),
            ))
            .execute(tx.conn)?;
    }
    diesel::update(users::table.find(user)).set(users::picture.eq(hash)).execute(tx.conn)?;
    tx.record(Event::new("user.picture_changed", user))?;
    Ok(Done::Changed(()))
}

/// Removes the person's picture.
///
/// # Errors
/// When the database is away.
pub fn forget(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    diesel::delete(person_pictures::table.find(user)).execute(conn)?;
    diesel::update(users::table.find(user)).set(users::picture.eq(None::<String>)).execute(conn)?;
    Ok(())
}

input! {
    /// Whether the picture is removed.
    struct Away, DraftAway {
        "" { no_picture: bool = Tick, "Remove the picture", at "no_picture"; }
    }
}

fn picture() -> Field {
    Field::new("picture", "Picture")
        .hint("PNG, JPEG, WebP or GIF, up to 5 MB. A square one looks best. Only you and your colleagues see it.")
        .optional()
}

fn form_of(signed_in: &SignedIn, picture: &Field, away: &Form<Away>) -> FormPage {
    let page = signed_in.page(("Picture", "Profile"));
    let page = FormPage::new(page, "Change picture", (GENERAL.to_owned(), "Back to profile"), "Save");
    let page = page.ask(picture, Ask::File(images::ACCEPTED));
    if signed_in.person.picture.is_some() { away.onto(page) } else { page }
}

async fn form(signed_in: SignedIn) -> Result<HttpResponse> {
    page::html(&signed_in.visit, &form_of(&signed_in, &picture(), &Form::empty()))
}

async fn sent(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let (mut field, mut away) = (picture(), Form::<Away>::typed(&post.fields));
    let made = images::sent(&signed_in.visit.house, &post.fields, &mut field, Use::Icon).await?;
    let (None, Some(Away { no_picture })) = (&field.error, away.read()) else {
        return page::invalid(&signed_in.visit, &form_of(&signed_in, &field, &away));
    };
    let user = signed_in.person.id.clone();
    let act = move |tx: &mut Tx<'_, Personal>| set(tx, &user, images::change(made.as_ref(), no_picture));
    let done = db.attempt_as_person(who(&signed_in), act).await?;
    Ok(page::see_with(&signed_in.visit, GENERAL, &done.said("Picture saved")))
}

async fn serve(request: HttpRequest, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = Visit::of(&request);
    if let Some(cause) = &visit.unavailable {
        return Err(Problem::Unavailable(cause.clone()));
    }
    let by: Id<User> = visit.user.as_deref().and_then(|user| user.parse().ok()).ok_or(Problem::NotFound)?;
    let user: Id<User> = path.parse().map_err(|_| Problem::NotFound)?;
    // a session that came in through a company's provider opens only that company
    let provided = visit.caller.session.filter(|_| visit.provided);
    let read = move |conn: &mut PgConnection| {
        let open = provided.map(|session| providers::opened(conn, session)).transpose()?;
        seen(conn, &user, &by, open)
    };
    let kept = db.open(read).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kept.media_type))
        .insert_header((header::CONTENT_DISPOSITION, file_name::disposition("inline", "picture")))
        // another picture has another address
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, file_name::SANDBOXED))
        .body(kept.bytes))
}
