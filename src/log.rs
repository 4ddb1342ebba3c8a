//! The log: one line a request, with its id, and no secret ever in it.

use std::io::IsTerminal as _;

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    web,
};
use tracing::{Level, Metadata, Span};
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::kit::route::Routes;

/// What is told unless `ENTENTE_LOG` says otherwise. `security` and `evidence` are what an operator keeps.
const TOLD: &str = "warn,entente=info,security=info,evidence=info";

/// Starts the log on standard error. `ENTENTE_LOG` sets what is told, as in `info,entente=debug`.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("ENTENTE_LOG").unwrap_or_else(|_| EnvFilter::new(TOLD));
    // colours are for eyes, and not for everybody's
    let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(!plain && std::io::stderr().is_terminal())
        // a log that cannot be written has nowhere to say so
        .log_internal_errors(false);
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(discreet));
    // a second start (in tests) keeps the first log
    let _ = if json { registry.with(lines.json()).try_init() } else { registry.with(lines.compact()).try_init() };
}

/// Whether a line can be trusted to hold nothing of what people type. Below `info` other crates tell what they work on: a parser of
/// HTML prints the text of a page, a mail client its conversation. Whatever `ENTENTE_LOG` asks for, only our own lines go that deep.
fn discreet(line: &Metadata<'_>) -> bool {
    *line.level() <= Level::INFO || line.target().starts_with(env!("CARGO_CRATE_NAME"))
}

/// The span of a request. Paths of links carry secrets, so the route's pattern is logged and never the path or query.
pub struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let routes = request.app_data::<web::Data<Routes>>();
        let route = routes.and_then(|routes| routes.pattern(request.match_info().as_str())).unwrap_or("unknown");
        tracing::info_span!(
            "request",
            id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default(),
            method = %request.method(),
            route,
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        if let Ok(response) = outcome {
            span.record("status", response.status().as_u16());
            tracing::debug!(parent: &span, "answered");
        }
    }
}
