//! Whether something is real: the one word for it, in every list, filter, count and file.
//!
//! What hangs under a contract of Kind Test is a test, down to the last order. It bears a badge, and is never counted with real ones.

use crate::choice;

choice! {
    /// Whether something is real, a test of the whole way, or a vendor's look at its own product.
    Environment { Production = "production" / "Production", Test = "test" / "Test", Preview = "preview" / "Preview" }
}

impl Environment {
    /// Whether it is marked as a test wherever it is shown.
    pub fn is_test(self) -> bool {
        self == Self::Test
    }

    /// What one of them is called in a count; nothing for what is real, which a bare number means.
    pub fn noun(self) -> Option<&'static str> {
        match self {
            Self::Production => None,
            Self::Test => Some("test"),
            Self::Preview => Some("preview"),
        }
    }
}
