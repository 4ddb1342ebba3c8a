//! Renew: a successor of a contract, of the same type between the same two. It takes over what depends on the previous one in the
//! transaction in which it becomes Active; the one before ends with it, or had ended already.

pub mod actions;
pub mod estate;
pub mod pages;
