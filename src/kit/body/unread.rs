//! Bodies that nobody read to the end.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpMessage as _,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    middleware::Next,
    web::Bytes,
};
use futures_util::Stream;

/// A body that several may hold, of which one reads.
#[derive(Clone)]
pub(super) struct Unread(Rc<RefCell<(Payload, bool)>>);

impl Unread {
    pub(super) fn new(payload: Payload) -> Self {
        Self(Rc::new(RefCell::new((payload, false))))
    }

    fn ended(&self) -> bool {
        self.0.borrow().1
    }
}

impl Stream for Unread {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (payload, ended) = &mut *self.0.borrow_mut();
        let next = Pin::new(payload).poll_next(context);
        *ended |= matches!(next, Poll::Ready(None));
        next
    }
}

/// An answer that holds on to the body that nobody wanted to read.
struct Holding {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

/// Closes the connection behind an answer to a body that was not read to its end.
///
/// The server would read and discard the rest of a chunked body for as long as somebody sends, when whoever could read it is
/// gone; while it is held, the connection is closed instead, after a moment in which the answer can arrive.
pub async fn closing<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let unread = match request.take_payload() {
        Payload::None => None,
        payload => Some(Unread::new(payload)),
    };
    if let Some(unread) = &unread {
        request.set_payload(Payload::Stream { payload: Box::pin(unread.clone()) });
    }
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(match unread {
        Some(unread) if !unread.ended() => response.map_body(|_, body| BoxBody::new(Holding { body, _unread: unread })),
        _ => response,
    })
}
