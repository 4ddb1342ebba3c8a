//! How many notifications are unread, told to a page as it changes (server-sent events), or once, to whoever asks.

use std::{
    io,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    rt::time::sleep,
    web::{self, Bytes},
};
use futures_util::stream;
use serde::Serialize;
use uuid::Uuid;

use super::{pages::list, store};
use crate::kit::{
    actor::{Actor, Member},
    db::Db,
    listeners::Place,
    page::Bell,
    problem::Result,
    viewer::Viewer,
    visit::House,
    words::{Lang, Say as _},
};

/// So often one looks whether the program is about to end…
const STEP: Duration = Duration::from_secs(1);
/// …and after so many steps whether there is something new…
const LOOK: u8 = 4;
/// …and after so many a proxy sees that the connection lives.
const SIGN_OF_LIFE: u8 = 20;
/// A browser comes again after that, and its person is let in anew.
const LIFE: Duration = Duration::from_secs(600);

/// What a page shows at its bell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Told {
    /// The number as it is shown; nothing when nothing is unread.
    shown: String,
    /// What the bell is called with it, in the language of the page.
    words: String,
}

impl Told {
    fn of(unread: i64, lang: Lang) -> Self {
        let bell = Bell::of(unread);
        Self { words: bell.words().said(lang), shown: bell.shown }
    }
}

/// Tells the number now; when events are asked for, again whenever it has changed. A person with too many pages that listen is told to
/// come no more: the number stands in every page anyway.
pub async fn count(
    request: HttpRequest,
    viewer: Viewer<Member>,
    db: web::Data<Db>,
    house: web::Data<House>,
) -> Result<HttpResponse> {
    list::own(&viewer)?;
    let lang = viewer.visit.lang;
    let first = Told::of(viewer.identity.unread, lang);
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/event-stream") {
        return Ok(HttpResponse::Ok().json(first));
    }
    let (Some(place), Some(session)) =
        (house.bells.place(viewer.identity.person.id.as_str()), viewer.visit.caller.session)
    else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let actor: Actor<Member> = (*viewer).clone();
    let teller = Teller {
        db,
        house,
        actor,
        session,
        lang,
        began: Instant::now(),
        told: None,
        next: Some(first),
        quiet: 0,
        _place: place,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        // what is compressed waits until there is much of it, and so does what a proxy buffers
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(Some(teller), Teller::tell)))
}

struct Teller {
    db: web::Data<Db>,
    house: web::Data<House>,
    actor: Actor<Member>,
    session: Uuid,
    lang: Lang,
    began: Instant,
    told: Option<Told>,
    next: Option<Told>,
    /// Steps since the page heard anything.
    quiet: u8,
    _place: Place,
}

impl Teller {
    /// The next event, and who tells the one after it. It ends with the session, with the membership, and with the program.
    async fn tell(this: Option<Self>) -> Option<(io::Result<Bytes>, Option<Self>)> {
        let mut this = this?;
        loop {
            if let Some(now) = this.next.take().filter(|now| this.told.as_ref() != Some(now)) {
                let event = serde_json::to_string(&now).map(|data| Bytes::from(format!("data: {data}\n\n")));
                this.told = Some(now);
                this.quiet = 0;
                return Some((event.map_err(io::Error::from), Some(this)));
            }
            sleep(STEP).await;
            if this.house.is_closing() || this.began.elapsed() > LIFE {
                return None;
            }
            this.quiet += 1;
            if this.quiet.is_multiple_of(LOOK) {
                this.next = Some(this.ask().await?);
            }
            if this.quiet >= SIGN_OF_LIFE && this.next == this.told {
                this.quiet = 0;
                return Some((Ok(Bytes::from_static(b":\n\n")), Some(this)));
            }
        }
    }

    /// What the person is told now; nothing when it is let in no more, or when it cannot be asked.
    async fn ask(&self) -> Option<Told> {
        let session = self.session;
        let unread = self.db.read(&self.actor, move |read| store::unread(read, session)).await.ok()??;
        Some(Told::of(unread, self.lang))
    }
}
