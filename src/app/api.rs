//! The published API: a scope of its own, without sessions, cookies or pages.

use actix_web::{
    Error, HttpMessage as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    guard::{self, Guard},
    http::header,
    middleware::{Compress, DefaultHeaders, Next, NormalizePath, from_fn},
    web,
};
use tracing_actix_web::{RequestId, TracingLogger};

use super::{Program, hosts, note, retire, security_headers, suspect};
use crate::{
    access::call::Called,
    kit::{
        api::{self, ROOT},
        body, db,
        problem::Problem,
        route::{self, Routes},
        security,
        visit::House,
    },
};

/// Its addresses, with and without a slash at the end: a program that is redirected may send another method.
pub fn configure(config: &mut web::ServiceConfig, program: &Program) {
    config.service(
        web::scope("")
            .guard(below())
            .app_data(program.document.clone())
            .default_service(route::dispatch(program.routes.clone()))
            .wrap(from_fn(dress))
            .wrap(from_fn(hosts::known))
            .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store")))
            .wrap(security_headers())
            .wrap(Compress::default())
            .wrap(from_fn(body::closing))
            .wrap(from_fn(retire))
            .wrap(TracingLogger::<crate::log::Spans>::new())
            .wrap(NormalizePath::trim()),
    );
}

fn below() -> impl Guard {
    guard::fn_guard(|context| {
        let rest = context.head().uri.path().strip_prefix(ROOT);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Turns every problem into its answer.
async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = db::patiently(next.call(request)).await?.map_into_boxed_body();
    let problem = response.response_mut().extensions_mut().remove::<Problem>();
    if let Some(problem) = problem {
        let dressed = answer(response.request(), &problem);
        response = response.into_response(dressed);
    }
    Ok(response)
}

fn answer(request: &actix_web::HttpRequest, problem: &Problem) -> actix_web::HttpResponse {
    note(problem);
    let called = request.extensions().get::<Called>().cloned();
    let house = request.app_data::<web::Data<House>>();
    if let (Some(kind), Some(called), Some(house)) = (suspect(problem), called, house) {
        let route = request.app_data::<web::Data<Routes>>().and_then(|routes| routes.pattern(request.path()));
        let about = format!("{} {}", request.method(), route.unwrap_or_default());
        security::tell_by(house, &called.caller, kind, Some(&called.user), &about);
    }
    let number = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    api::refusal(problem, &number)
}
