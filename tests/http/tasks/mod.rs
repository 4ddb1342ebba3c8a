//! The pages of `docs/tasks`, followed as they are written: each link is opened by somebody for whom the page is, each word in bold is looked
//! for on the page that its step is about, and what a step says is done.

mod guide;
mod partners;
mod selling;
mod told;
mod working;
