//! How far long work is: told to a page as it changes (server-sent events), or once, to whoever asks.

use std::{
    future::Future,
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
use tokio::sync::OwnedSemaphorePermit;

use super::{problem::Result, visit::House};

/// How far it is; the page is loaded anew when `state` becomes another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub state: &'static str,
    /// In the language of the page.
    pub words: String,
    /// Of `work` steps; no work is known yet when it is 0.
    pub finished: i32,
    pub work: i32,
}

/// So many pages hear at once.
pub const LISTENERS: usize = 64;
const PAUSE: Duration = Duration::from_secs(1);
/// So often a proxy sees that the connection lives.
const SIGN_OF_LIFE: u8 = 15;
/// A browser comes again after that, and whether its person is still let in is asked anew.
const LIFE: Duration = Duration::from_secs(60);

/// Answers with `first`, and goes on with what `ask` gives each second when events are asked for, until the state changes.
pub fn answer<F: Future<Output = Result<Progress>> + 'static>(
    request: &HttpRequest,
    house: web::Data<House>,
    first: Progress,
    ask: impl FnMut() -> F + 'static,
) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // each asks the database every second: one too many is answered once, and its page is loaded anew a little later
    let place =
        accept.contains("text/event-stream").then(|| house.listeners.clone().try_acquire_owned().ok()).flatten();
    let Some(place) = place else { return HttpResponse::Ok().json(first) };
    let teller = Teller { house, ask, began: Instant::now(), told: None, next: Some(first), quiet: 0, _place: place };
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        // what is compressed waits until there is much of it, and so does what a proxy buffers
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(Some(teller), Teller::tell))
}

struct Teller<A> {
    house: web::Data<House>,
    ask: A,
    began: Instant,
    told: Option<Progress>,
    next: Option<Progress>,
    quiet: u8,
    _place: OwnedSemaphorePermit,
}

impl<A: FnMut() -> F, F: Future<Output = Result<Progress>>> Teller<A> {
    /// The next event, and who tells the one after it. What cannot be asked any more ends the events: the browser comes again, and gets
    /// the page of what is wrong.
    async fn tell(this: Option<Self>) -> Option<(io::Result<Bytes>, Option<Self>)> {
        let mut this = this?;
        loop {
            let now = match this.next.take() {
                Some(first) => first,
                None => {
                    sleep(PAUSE).await;
                    if this.house.is_closing() || this.began.elapsed() > LIFE {
                        return None;
                    }
                    (this.ask)().await.ok()?
                }
            };
            if this.told.as_ref() == Some(&now) {
                this.quiet += 1;
                if this.quiet < SIGN_OF_LIFE {
                    continue;
                }
                this.quiet = 0;
                return Some((Ok(Bytes::from_static(b":\n\n")), Some(this)));
            }
            let event = serde_json::to_string(&now).map(|data| Bytes::from(format!("data: {data}\n\n")));
            let over = this.told.as_ref().is_some_and(|before| before.state != now.state);
            this.quiet = 0;
            this.told = Some(now);
            return Some((event.map_err(io::Error::from), (!over).then_some(this)));
        }
    }
}
