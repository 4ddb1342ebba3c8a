//! Saved views: named query strings of grids.
